import type { TestMember } from './gateway-member';

/** What a stream of an answer told. */
export interface Streamed {
  events: Record<string, unknown>[];
  /** Id of the receipt, from the header. */
  receipt: string;
}

/** Orders a streamed completion, and does something as soon as the first of it has come. */
export async function streamed(
  { url }: TestMember,
  key: string,
  order: object,
  meanwhile: () => Promise<void>,
): Promise<Streamed> {
  const response = await fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...order, stream: true }),
  });
  const events: Record<string, unknown>[] = [];
  let rest = '';
  let begun = false;
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    if (!begun) await meanwhile();
    begun = true;
    const lines = (rest + chunk).split('\n\n');
    rest = lines.pop()!;
    events.push(
      ...lines
        .filter((line) => line !== 'data: [DONE]')
        .map((line) => JSON.parse(line.slice('data: '.length)) as Record<string, unknown>),
    );
  }
  return { events, receipt: response.headers.get('x-llmchain-receipt')! };
}
