import { setTimeout as delay } from 'node:timers/promises';
import { LlmchainError } from '@llmchain/protocol';
import OpenAI, { APIError } from 'openai';
import { z } from 'zod';
import type { MemberApi } from '../api/member-api';

export const ReceiptStatus = z.object({
  id: z.string(),
  state: z.enum(['signed', 'anchored', 'accepted', 'rejected', 'expired', 'refunded']),
  producer: z.string(),
  endorsers: z.array(z.string()).default([]),
  refusals: z.array(z.object({ member: z.string(), code: z.string(), reason: z.string().optional() })).default([]),
  findings: z.array(z.object({ member: z.string(), reason: z.string() })).default([]),
});
export type ReceiptStatus = z.infer<typeof ReceiptStatus>;

export interface Verses {
  text: string;
  receipt: string;
}

/** Asks for verses as any program would: OpenAI's client, streaming. */
export async function askForVerses(
  caller: MemberApi,
  model: string,
  prompt: string,
  onText: (text: string) => void,
  maxTokens = 160,
  temperature = 0.7,
): Promise<Verses> {
  const client = new OpenAI({ ...caller.credentials, maxRetries: 0 });
  const { data: stream, response } = await client.chat.completions
    .create({
      model,
      messages: [{ role: 'user', content: prompt }],
      stream: true,
      max_completion_tokens: maxTokens,
      temperature,
    })
    .withResponse();
  let text = '';
  for await (const chunk of stream) {
    const added = chunk.choices[0]?.delta.content ?? '';
    text += added;
    if (added) onText(added);
  }
  const receipt = response.headers.get('x-llmchain-receipt');
  if (!receipt) throw new LlmchainError('internal', 'The gateway answered without a receipt.');
  return { text, receipt };
}

/** The code with which the gateway refuses a request, or undefined when it answers. */
export async function refusalOf(caller: MemberApi, model: string): Promise<string | undefined> {
  const client = new OpenAI({ ...caller.credentials, maxRetries: 0 });
  try {
    await client.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'Shall I' }],
      max_completion_tokens: 8,
    });
    return undefined;
  } catch (error) {
    if (error instanceof APIError) return error.code ?? `http_${error.status ?? 0}`;
    throw error;
  }
}

/** Waits until a worker has loaded the model version. */
export async function untilServed(caller: MemberApi, model: string, seconds = 60): Promise<void> {
  const client = new OpenAI({ ...caller.credentials, maxRetries: 0 });
  for (let left = seconds * 2; ; left--) {
    try {
      await client.completions.create({ model, prompt: 'O', max_tokens: 1 });
      return;
    } catch (error) {
      if (!(error instanceof APIError) || error.status !== 503 || left === 0) throw error;
      await delay(500);
    }
  }
}

/** Waits until a receipt is what is hoped for, or tells its last state. */
export async function receiptOnce(
  caller: MemberApi,
  id: string,
  hoped: (status: ReceiptStatus) => boolean,
  seconds = 60,
): Promise<ReceiptStatus> {
  for (let left = seconds * 2; ; left--) {
    const status = ReceiptStatus.parse(await caller.call('GET /v1/receipts/{id}', { params: { id } }));
    if (hoped(status)) return status;
    if (left === 0)
      throw new LlmchainError('not_verified', `The receipt is still ${status.state} after ${seconds} s.`, {
        receipt: id,
        refusals: status.refusals,
      });
    await delay(500);
  }
}
