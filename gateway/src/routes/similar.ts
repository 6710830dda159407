import { Digest, Owner } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { FindSimilar } from '../usecases/find-similar';
import { api } from './common';
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

export function similarRoutes({ findSimilar }: { findSimilar: FindSimilar }): Route<Actor>[] {
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
  ];
}
