import { Hex32, SignedReceipt } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Infer } from '../usecases/infer';
import { api } from './common';
import { notSupported, withoutNeutral } from './openai-parameters';
import { NONCE_HEADER } from './receipt-headers';
import { sendJson } from './tensor-answer';
import { ModelName, Texts, textVectors, usageOf } from './text-vectors';

/** 2,048 texts, escaped. */
const BODY_LIMIT = 8 * 1024 * 1024;

const EmbeddingsBody = z.preprocess(
  (body) => {
    const rest = withoutNeutral(body);
    const input = (rest as { input?: unknown } | undefined)?.input;
    // Token ids are those of another tokenizer.
    if (Array.isArray(input) && input.some((each) => typeof each !== 'string')) throw notSupported('input');
    return rest;
  },
  z.strictObject({
    model: ModelName,
    input: z.union([Texts.element, Texts]),
    encoding_format: z.enum(['float', 'base64']).nullish(),
  }),
);

const EmbeddingsAnswer = z.object({
  object: z.literal('list'),
  data: z.array(
    z.object({
      object: z.literal('embedding'),
      index: z.number().int(),
      /** Numbers, or in base64 their bytes as little-endian single-precision floats. */
      embedding: z.union([z.array(z.number()), z.string()]),
    }),
  ),
  model: z.string(),
  usage: z.object({ prompt_tokens: z.number().int(), total_tokens: z.number().int() }),
  llmchain: z.object({ receipt: SignedReceipt }),
});

export function embeddingRoutes(usecases: { infer: Infer }): Route<Actor>[] {
  return [
    api.stream({
      method: 'post',
      path: '/v1/embeddings',
      summary: 'Vectors of texts, as OpenAI’s API gives them; prepaid, verified by rivals, with a signed receipt',
      roles: ['caller'],
      errors: 'openai',
      limit: BODY_LIMIT,
      headers: { [NONCE_HEADER]: Hex32.optional() },
      body: EmbeddingsBody,
      gives: { 'application/json': EmbeddingsAnswer },
      respond: ({ actor, body, headers, signal }, response) =>
        sendJson(response, signal, async (): Promise<z.output<typeof EmbeddingsAnswer>> => {
          const texts = typeof body.input === 'string' ? [body.input] : body.input;
          const order = { actor, model: body.model, texts, nonce: headers[NONCE_HEADER], signal };
          const answer = await textVectors(usecases.infer, order, response);
          return {
            object: 'list',
            data: answer.rows.map((row, index) => ({
              object: 'embedding',
              index,
              embedding:
                body.encoding_format === 'base64'
                  ? Buffer.from(row.buffer, row.byteOffset, row.byteLength).toString('base64')
                  : Array.from(row),
            })),
            model: `${answer.version.model}@${answer.version.version}`,
            usage: usageOf(answer),
            llmchain: { receipt: answer.receipt },
          };
        }),
    }),
  ];
}
