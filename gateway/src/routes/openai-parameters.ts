import { ChatMessage, LlmchainError, type InferenceInput, type Sampler } from '@llmchain/protocol';
import { z } from 'zod';
import type { InferenceOrder } from '../usecases/infer';

/** Parameters of OpenAI's API that ask for nothing special at these values, and are refused at any other. */
const NEUTRAL: Readonly<Record<string, readonly unknown[]>> = {
  n: [1],
  best_of: [1],
  top_p: [1],
  presence_penalty: [0],
  frequency_penalty: [0],
  logit_bias: [],
  logprobs: [false],
  top_logprobs: [],
  stop: [],
  seed: [],
  echo: [false],
  suffix: [],
  tools: [],
  tool_choice: ['none'],
  parallel_tool_calls: [],
  functions: [],
  function_call: ['none'],
  response_format: [],
  modalities: [],
  audio: [],
  prediction: [],
  reasoning_effort: [],
  verbosity: [],
  service_tier: ['auto', 'default'],
  store: [false],
  metadata: [],
  user: [],
  safety_identifier: [],
  prompt_cache_key: [],
  prompt_cache_retention: [],
  web_search_options: [],
  dimensions: [],
};

export function notSupported(parameter: string): LlmchainError {
  return new LlmchainError('not_supported', `This gateway cannot honour "${parameter}" as it was sent. Leave it out.`, {
    parameter,
  });
}

/**
 * Takes out what asks for nothing, and refuses by name what cannot be honoured, so that nothing is silently ignored.
 * @throws {LlmchainError} `not_supported` with `details.parameter`
 */
export function withoutNeutral(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(
    Object.entries(body).filter(([name, value]) => {
      const neutral = Object.hasOwn(NEUTRAL, name) ? NEUTRAL[name] : undefined;
      if (neutral === undefined) return true;
      if (value !== null && !neutral.includes(value)) throw notSupported(name);
      return false;
    }),
  );
}

/** Temperatures in thousandths, so that no float is signed. */
const Temperature = z
  .number()
  .min(0)
  .max(2)
  .refine((value) => Math.abs(value * 1_000 - Math.round(value * 1_000)) < 1e-9, 'must have at most three decimals');

const MaxTokens = z.number().int().min(1).max(1_000_000);

const shared = {
  model: z.string().min(1).max(80),
  temperature: Temperature.nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_usage: z.boolean().optional() }).nullish(),
};

/** Characters of a prompt, or of one message whatever its parts are. */
const LONGEST = 1_000_000;

const TextPart = z.strictObject({ type: z.literal('text'), text: ChatMessage.shape.content });
const Parts = z
  .array(TextPart)
  .min(1)
  .refine(
    (parts) => parts.reduce((sum, { text }) => sum + text.length, 0) <= LONGEST,
    `must have at most ${LONGEST} characters together`,
  );

const Message = z.strictObject({
  role: ChatMessage.shape.role,
  content: z.union([ChatMessage.shape.content, Parts]),
});

const Chat = z.strictObject({
  ...shared,
  messages: z.array(Message).min(1).max(1_000),
  max_tokens: MaxTokens.nullish(),
  max_completion_tokens: MaxTokens.nullish(),
});

const Completion = z.strictObject({
  ...shared,
  prompt: z.string().min(1).max(LONGEST),
  max_tokens: MaxTokens.nullish(),
});

/** Bodies of the two routes, once what asks for nothing is taken out. */
export const ChatBody = z.preprocess(withoutNeutral, Chat);
export const CompletionBody = z.preprocess((body) => {
  const rest = withoutNeutral(body);
  if (Array.isArray((rest as { prompt?: unknown } | undefined)?.prompt)) throw notSupported('prompt');
  return rest;
}, Completion);

/** How an answer is to be given. */
export interface Delivery {
  stream: boolean;
  usage: boolean;
}

type Shared = Pick<z.output<typeof Chat>, 'model' | 'temperature' | 'stream' | 'stream_options'>;

/** OpenAI's own defaults: temperature 1, and 16 tokens for a completion. */
const DEFAULT_TEMPERATURE = 1;
const DEFAULT_COMPLETION_TOKENS = 16;

function orderOf(
  body: Shared,
  input: InferenceInput,
  maxTokens: number | undefined,
  nonce: string | undefined,
): { order: InferenceOrder; delivery: Delivery } {
  const sampler: Sampler = { temperatureMilli: Math.round((body.temperature ?? DEFAULT_TEMPERATURE) * 1_000) };
  const stream = body.stream === true;
  if (body.stream_options && !stream) {
    throw new LlmchainError(
      'invalid_argument',
      'stream_options is only for streams. Set stream to true or leave it out.',
      {
        issues: [{ pointer: '/stream_options', message: 'needs stream' }],
      },
    );
  }
  return {
    order: { model: body.model, input, sampler, maxTokens, callerNonce: nonce },
    delivery: { stream, usage: body.stream_options?.include_usage === true },
  };
}

export function chatOrder(body: z.output<typeof ChatBody>, nonce: string | undefined) {
  const { max_tokens: older, max_completion_tokens: newer } = body;
  if (older && newer && older !== newer) {
    throw new LlmchainError('invalid_argument', 'max_tokens and max_completion_tokens differ. Send one of them.', {
      issues: [{ pointer: '/max_tokens', message: 'must equal max_completion_tokens' }],
    });
  }
  const messages = body.messages.map(({ role, content }) => ({
    role,
    content: typeof content === 'string' ? content : content.map((part) => part.text).join(''),
  }));
  return orderOf(body, { kind: 'chat', messages }, newer ?? older ?? undefined, nonce);
}

export function completionOrder(body: z.output<typeof CompletionBody>, nonce: string | undefined) {
  const maxTokens = body.max_tokens ?? DEFAULT_COMPLETION_TOKENS;
  return orderOf(body, { kind: 'completion', prompt: body.prompt }, maxTokens, nonce);
}
