import { Hex32, SignedReceipt } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Infer } from '../usecases/infer';
import { ranked } from '../usecases/rank';
import { api } from './common';
import { NONCE_HEADER } from './receipt-headers';
import { sendJson } from './tensor-answer';
import { ModelName, Texts, textVectors, usageOf } from './text-vectors';

/** 1,000 documents, escaped. */
const BODY_LIMIT = 8 * 1024 * 1024;
const MOST_DOCUMENTS = 1_000;
/** Most characters of the query and of each document; the model's context is mostly shorter. */
const LONGEST = 100_000;

const Text = Texts.element.max(LONGEST);
const Document = z.union([Text, z.strictObject({ text: Text })]);

const RerankBody = z.strictObject({
  model: ModelName,
  query: Text,
  documents: z.array(Document).min(1).max(MOST_DOCUMENTS),
  /** How many are named, nearest first; all when left out. */
  top_n: z.number().int().min(1).max(MOST_DOCUMENTS).nullish(),
  return_documents: z.boolean().nullish(),
});

const RerankAnswer = z.object({
  object: z.literal('list'),
  model: z.string(),
  results: z.array(
    z.object({
      index: z.number().int(),
      /** Cosine between the vectors of the query and of the document, from −1 to 1. */
      relevance_score: z.number(),
      document: z.object({ text: z.string() }).optional(),
    }),
  ),
  usage: z.object({ prompt_tokens: z.number().int(), total_tokens: z.number().int() }),
  llmchain: z.object({ receipt: SignedReceipt }),
});

export function rerankRoutes(usecases: { infer: Infer }): Route<Actor>[] {
  return [
    api.stream({
      method: 'post',
      path: '/v1/rerank',
      summary:
        'Documents by how near they are to a query, as Cohere’s and Jina’s API give them: cosines between vectors of an embedding model, which the receipt covers',
      roles: ['caller'],
      errors: 'openai',
      limit: BODY_LIMIT,
      headers: { [NONCE_HEADER]: Hex32.optional() },
      body: RerankBody,
      gives: { 'application/json': RerankAnswer },
      respond: ({ actor, body, headers, signal }, response) =>
        sendJson(response, signal, async (): Promise<z.output<typeof RerankAnswer>> => {
          const documents = body.documents.map((each) => (typeof each === 'string' ? each : each.text));
          const order = { actor, model: body.model, nonce: headers[NONCE_HEADER], signal };
          const answer = await textVectors(usecases.infer, { ...order, texts: [body.query, ...documents] }, response);
          const [query, ...rows] = answer.rows;
          const named = ranked(query!, rows).slice(0, body.top_n ?? documents.length);
          return {
            object: 'list',
            model: `${answer.version.model}@${answer.version.version}`,
            results: named.map(({ index, score }) => ({
              index,
              relevance_score: score,
              ...(body.return_documents ? { document: { text: documents[index]! } } : {}),
            })),
            usage: usageOf(answer),
            llmchain: { receipt: answer.receipt },
          };
        }),
    }),
  ];
}
