import { segmentStart, SignedReceipt } from '@llmchain/protocol';
import { z } from 'zod';

const Usage = z.object({
  prompt_tokens: z.number().int(),
  completion_tokens: z.number().int(),
  total_tokens: z.number().int(),
});
const llmchain = z.object({ receipt: SignedReceipt });
const finish = z.enum(['stop', 'length']);

export const ChatAnswer = z.object({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.number().int(),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.number().int(),
      message: z.object({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
      logprobs: z.null(),
      finish_reason: finish,
    }),
  ),
  usage: Usage,
  llmchain,
});

export const CompletionAnswer = z.object({
  id: z.string(),
  object: z.literal('text_completion'),
  created: z.number().int(),
  model: z.string(),
  choices: z.array(z.object({ index: z.number().int(), text: z.string(), logprobs: z.null(), finish_reason: finish })),
  usage: Usage,
  llmchain,
});

/** What is the same in every piece of one answer. */
export interface Heading {
  /** Id of the receipt to come. */
  receipt: string;
  /** Seconds since the Unix epoch. */
  created: number;
  model: string;
}

/** One dialect of OpenAI's API: how pieces and whole answers are written. */
export interface Dialect {
  /** What comes before the first text, if anything. */
  opening(heading: Heading): object | undefined;
  piece(heading: Heading, text: string): object;
  closing(heading: Heading, receipt: SignedReceipt): object;
  /** With no choices, as `include_usage` asks for. */
  usage(heading: Heading, receipt: SignedReceipt): object;
  whole(heading: Heading, text: string, receipt: SignedReceipt): object;
}

function finishOf(receipt: SignedReceipt): 'stop' | 'length' {
  return receipt.body.stop === 'length' ? 'length' : 'stop';
}

/** @param receipt the last of an answer */
function usageOf({ body }: SignedReceipt): z.output<typeof Usage> {
  const completion = segmentStart(body) + body.completionTokens;
  return {
    prompt_tokens: body.promptTokens,
    completion_tokens: completion,
    total_tokens: body.promptTokens + completion,
  };
}

export const CHAT: Dialect = {
  opening: (heading) => chatChunk(heading, { role: 'assistant', content: '' }, null),
  piece: (heading, text) => chatChunk(heading, { content: text }, null),
  closing: (heading, receipt) => chatChunk(heading, {}, finishOf(receipt)),
  usage: (heading, receipt) => ({ ...chatHead(heading), choices: [], usage: usageOf(receipt) }),
  whole: ({ receipt: id, created, model }, text, receipt): z.output<typeof ChatAnswer> => ({
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created,
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text, refusal: null },
        logprobs: null,
        finish_reason: finishOf(receipt),
      },
    ],
    usage: usageOf(receipt),
    llmchain: { receipt },
  }),
};

function chatHead({ receipt, created, model }: Heading): object {
  return { id: `chatcmpl-${receipt}`, object: 'chat.completion.chunk', created, model };
}

function chatChunk(heading: Heading, delta: object, finish_reason: 'stop' | 'length' | null): object {
  return { ...chatHead(heading), choices: [{ index: 0, delta, logprobs: null, finish_reason }] };
}

export const COMPLETION: Dialect = {
  opening: () => undefined,
  piece: (heading, text) => completionChunk(heading, text, null),
  closing: (heading, receipt) => completionChunk(heading, '', finishOf(receipt)),
  usage: (heading, receipt) => ({ ...completionHead(heading), choices: [], usage: usageOf(receipt) }),
  whole: (heading, text, receipt): object => ({
    ...completionChunk(heading, text, finishOf(receipt)),
    usage: usageOf(receipt),
    llmchain: { receipt },
  }),
};

function completionHead({ receipt, created, model }: Heading): object {
  return { id: `cmpl-${receipt}`, object: 'text_completion', created, model };
}

function completionChunk(heading: Heading, text: string, finish_reason: 'stop' | 'length' | null): object {
  return { ...completionHead(heading), choices: [{ index: 0, text, logprobs: null, finish_reason }] };
}
