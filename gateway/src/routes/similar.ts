import { Digest, Owner, Resemblance } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { IndexLikeness } from '../ports/index-records';
import type { FindSimilar } from '../usecases/find-similar';
import type { Transact } from '../usecases/transact';
import { api, place } from './common';
import { bytesOf, InlineContent } from './inline-content';

/** Base64 of 16 MiB and some more. */
const BODY_LIMIT = 24 * 1024 * 1024;

/** A registered work that is like another. The distance: bits that differ (phash-64), 1 − Jaccard index (minhash-128). */
export const Resembling = z.strictObject({
  work: Digest,
  owner: Owner,
  method: z.enum(['phash-64', 'minhash-128']),
  distance: z.number(),
});

const SimilarWorks = z.strictObject({
  similar: z.array(Resembling),
  asOf: z.strictObject({ block: z.number().int(), time: z.number() }),
});

export function similarRoutes(usecases: {
  findSimilar: FindSimilar;
  records: Pick<IndexLikeness['records'], 'resemblancesOf'>;
  transact: Transact;
}): Route<Actor>[] {
  const { findSimilar, records, transact } = usecases;
  return [
    api.json({
      method: 'get',
      path: '/v1/artworks/similar',
      summary: 'Registered works that look or read like one of them, nearest first',
      roles: 'any',
      query: z.strictObject({ work: Digest }),
      response: SimilarWorks,
      run: ({ query }) => findSimilar.toWork(query.work),
    }),
    api.json({
      method: 'post',
      path: '/v1/artworks/similar',
      summary: 'Registered works that look or read like this content, nearest first; nothing of it is kept',
      roles: 'any',
      limit: BODY_LIMIT,
      body: z.strictObject({ medium: z.enum(['text', 'image']), content: InlineContent }),
      response: SimilarWorks,
      run: ({ body }) => findSimilar.toContent(body.medium, bytesOf(body.content)),
    }),
    api.json({
      method: 'get',
      path: '/v1/artworks/{id}/resemblances',
      summary: 'What was found to be like a work though neither names the other, whichever of the two came first',
      roles: 'any',
      params: z.strictObject({ id: Digest }),
      response: z.strictObject({ data: z.array(Resemblance) }),
      run: async ({ params }) => ({ data: await records.resemblancesOf(params.id) }),
    }),
    api.json({
      method: 'post',
      path: '/v1/resemblances',
      summary: 'Flag two works that are alike though neither names the other; the ledger compares their fingerprints',
      roles: 'any',
      body: z.strictObject({ work: Digest, other: Digest }),
      response: Resemblance.extend(place),
      run: ({ actor, body }) => transact.submit(actor, 'artworks:flag', body),
    }),
  ];
}
