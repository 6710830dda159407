import { LlmchainError } from '@llmchain/protocol';

/** One call of a gateway's API. @throws {LlmchainError} `unavailable` with what it said */
export async function send(method: string, url: string, key: string, body: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new LlmchainError('unavailable', `${method} ${url} failed: ${text}`, { url });
  return JSON.parse(text);
}

/** As {@link send}, of what is asked for. */
export async function receive(url: string, key: string): Promise<unknown> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  const text = await response.text();
  if (!response.ok) throw new LlmchainError('unavailable', `GET ${url} failed: ${text}`, { url });
  return JSON.parse(text);
}
