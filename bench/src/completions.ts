import { LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';
import type { Consortium } from './consortium';

const MEMBER = 'archive';
const MODEL = 'smollm2@1';
const CREDITS = 500_000_000;
/** How long workers may take to load what `up` brings, seconds. */
const LOADING = 300;

/** Who asks a gateway for answers of SmolLM2. */
export interface Caller {
  member: string;
  gateway: string;
  key: string;
}

/** What came of a streamed answer. */
export interface Streamed {
  /** Milliseconds since it was asked for, and what was received then. */
  chunks: { at: number; bytes: Uint8Array }[];
  /** Server-sent events with text. */
  events: number;
  /** Until its last byte. */
  seconds: number;
}

/** Brings the consortium up with SmolLM2, and waits until its workers serve it. @throws {LlmchainError} `unavailable` */
export async function withSmollm(consortium: Consortium): Promise<Caller> {
  await consortium.command(z.unknown(), 'up');
  const { gateway } = await consortium.member(MEMBER);
  const caller = { member: MEMBER, gateway, key: await consortium.key(MEMBER, 'caller', 'bench', CREDITS) };
  for (const until = Date.now() + LOADING * 1000; ;) {
    try {
      await streamed(caller, 'Hello', 1);
      return caller;
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

/** A completion of so many tokens at most, drawn greedily. @throws {LlmchainError} `unavailable` with what the gateway said */
export async function streamed({ gateway, key }: Caller, prompt: string, tokens: number): Promise<Streamed> {
  const started = performance.now();
  const url = `${gateway}/v1/completions`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: MODEL, prompt, max_tokens: tokens, temperature: 0, stream: true }),
  });
  if (!response.ok)
    throw new LlmchainError('unavailable', `POST ${url} failed: ${await response.text()}`, { status: response.status });
  const chunks: Streamed['chunks'] = [];
  for await (const bytes of response.body!)
    chunks.push({ at: performance.now() - started, bytes: bytes as Uint8Array });
  const seconds = (performance.now() - started) / 1000;
  const text = Buffer.concat(chunks.map(({ bytes }) => bytes)).toString();
  if (!text.endsWith('data: [DONE]\n\n'))
    throw new LlmchainError('unavailable', 'An answer broke off. Look into the logs of gateway and worker.');
  // The last two are the receipt and the end.
  return { chunks, events: text.split('\n\n').length - 3, seconds };
}
