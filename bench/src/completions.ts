import { setTimeout as delay } from 'node:timers/promises';
import { LlmchainError, SignedReceipt } from '@llmchain/protocol';
import { z } from 'zod';
import type { Consortium } from './consortium';

const MEMBER = 'archive';
const MODEL = 'smollm2@1';
const CREDITS = 500_000_000;
/** How long workers may take to load what `up` brings, milliseconds. */
const LOADING = 300_000;

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
  /** As its receipt counts them; one event may bring several. */
  tokens: number;
  /** Until its last byte. */
  seconds: number;
}

const Closing = z.object({ llmchain: z.object({ receipt: SignedReceipt }) });

/** Brings the consortium up with SmolLM2, and waits until its workers serve it. @throws {LlmchainError} `unavailable` */
export async function withSmollm(consortium: Consortium): Promise<Caller> {
  await consortium.command(z.unknown(), 'up');
  const { gateway } = await consortium.member(MEMBER);
  const caller = { member: MEMBER, gateway, key: await consortium.key(MEMBER, 'caller', 'bench', CREDITS) };
  for (const until = Date.now() + LOADING; ;) {
    try {
      await streamed(caller, 'Hello', 1);
      return caller;
    } catch (error) {
      if (!(error instanceof LlmchainError) || Date.now() > until) throw error;
      await delay(1_000);
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
  const [closing, end] = text.split('\n\n').slice(-3);
  if (end !== 'data: [DONE]')
    throw new LlmchainError('unavailable', 'An answer broke off. Look into the logs of gateway and worker.');
  const { receipt } = Closing.parse(JSON.parse(closing!.slice('data: '.length))).llmchain;
  return { chunks, tokens: receipt.body.completionTokens, seconds };
}
