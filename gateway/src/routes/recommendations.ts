import { Digest, Hex32, LlmchainError, SignedReceipt, Work } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Infer } from '../usecases/infer';
import { ranked } from '../usecases/rank';
import type { RecommendWorks } from '../usecases/recommend-works';
import { entryOf, Obtain } from './catalogue';
import { api, paging } from './common';
import { NONCE_HEADER } from './receipt-headers';
import { sendJson } from './tensor-answer';
import { ModelName, Texts, textVectors, usageOf } from './text-vectors';

const shared = {
  model: ModelName,
  medium: Work.shape.medium.optional(),
  /** How many works are named, nearest first. */
  limit: z.number().int().min(1).max(100).default(10),
  /** Offers of the catalogue that are looked at: 20 works of each, whose titles are paid for as text. */
  offers: z.number().int().min(1).max(100).default(50),
  after: paging.after,
};

const RecommendationsBody = z.union([
  z.strictObject({ ...shared, text: Texts.element.max(10_000) }),
  z.strictObject({ ...shared, work: Digest }),
]);

const RecommendationsAnswer = z.object({
  object: z.literal('list'),
  model: z.string(),
  data: z.array(
    z.object({
      work: Digest,
      title: z.string(),
      /** Cosine between the vectors of what was asked for and of the title, from −1 to 1. */
      score: z.number(),
      offers: z.array(
        z.object({ kind: z.enum(['licence', 'sale']), id: z.string(), price: z.number().int(), obtain: Obtain }),
      ),
    }),
  ),
  /** Of the next offers, when the catalogue has more of them. */
  after: z.string().optional(),
  asOf: z.object({ block: z.number().int(), time: z.number() }),
  usage: z.object({ prompt_tokens: z.number().int(), total_tokens: z.number().int() }),
  llmchain: z.object({ receipt: SignedReceipt }),
});
type RecommendationsAnswer = z.output<typeof RecommendationsAnswer>;

export function recommendationRoutes(usecases: { infer: Infer; recommendWorks: RecommendWorks }): Route<Actor>[] {
  return [
    api.stream({
      // It costs credits, and a text is nothing for an address that servers log: no GET.
      method: 'post',
      path: '/v1/recommendations',
      summary:
        'Works that this member can have and whose titles are like a text or a work, nearest first, with the routes that get them; by an embedding model, whose receipt covers the vectors',
      roles: ['caller'],
      errors: 'openai',
      headers: { [NONCE_HEADER]: Hex32.optional() },
      body: RecommendationsBody,
      gives: { 'application/json': RecommendationsAnswer },
      respond: ({ actor, body, headers, signal }, response) =>
        sendJson(response, signal, async (): Promise<RecommendationsAnswer> => {
          const { model, medium, limit, offers, after } = body;
          const like = 'work' in body ? { work: body.work } : { text: body.text };
          const found = await usecases.recommendWorks.candidates({ like, medium, offers, after });
          if (found.works.length === 0)
            throw new LlmchainError(
              'not_found',
              'No offer of another work is open to this member here. GET /v1/catalogue says what is; nothing was charged.',
              { after: found.after ?? null },
            );
          const order = { actor, model, nonce: headers[NONCE_HEADER], signal };
          const texts = [found.text, ...found.works.map(({ title }) => title)];
          const answer = await textVectors(usecases.infer, { ...order, texts }, response);
          const [query, ...rows] = answer.rows;
          return {
            object: 'list',
            model: `${answer.version.model}@${answer.version.version}`,
            data: ranked(query!, rows)
              .slice(0, limit)
              .map(({ index, score }) => {
                const { work, title, offers: of } = found.works[index]!;
                return { work, title, score, offers: of.map(offerOf) };
              }),
            ...(found.after === undefined ? {} : { after: found.after }),
            asOf: found.asOf,
            usage: usageOf(answer),
            llmchain: { receipt: answer.receipt },
          };
        }),
    }),
  ];
}

type Offer = RecommendationsAnswer['data'][number]['offers'][number];

function offerOf(offered: Parameters<typeof entryOf>[0]): Offer {
  const { kind, id, price, obtain } = entryOf(offered);
  if (kind !== 'licence' && kind !== 'sale') throw new Error(`a ${kind} is no offer of a work`);
  return { kind, id, price, obtain };
}
