import { Attestation, Digest, Erasure, MspId, Owner, Work } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import { Access, type AccessLog } from '../ports/access-log';
import type { ErasureStatement } from '../usecases/erasure-statement';
import type { Notices } from '../usecases/notices';
import { api, HOLDERS } from './common';

const Holder = z.strictObject({
  member: MspId,
  grounds: z.array(z.string()),
  attestation: Attestation.nullable(),
  evidence: z.string().nullable(),
});

/** Who was given confidential content, and what became of copies of erased works. */
export function accessRoutes(usecases: {
  accessLog: AccessLog;
  erasureStatement: ErasureStatement;
  notices: Notices;
}): Route<Actor>[] {
  const { accessLog, erasureStatement, notices } = usecases;
  return [
    api.json({
      method: 'get',
      path: '/v1/access-log',
      summary:
        'Who was given which work’s content from this member’s bucket, when and on what ground; the latest first',
      roles: ['admin', 'auditor'],
      query: z.strictObject({
        limit: z.coerce.number().int().min(1).max(500).default(100),
        after: z.coerce.number().int().min(1).optional(),
        work: Digest.optional(),
      }),
      response: z.strictObject({ data: z.array(Access), after: z.string().optional() }),
      run: async ({ query: { limit, after, work } }) => {
        const data = await accessLog.page({ limit, before: after, work });
        const last = data.at(-1);
        return { data, ...(data.length === limit && last ? { after: String(last.id) } : {}) };
      },
    }),
    api.json({
      method: 'get',
      path: '/v1/artworks/{id}/erasure',
      summary: 'What became of an erased work: every member that held a copy or was allowed one, and what it attests',
      roles: 'any',
      params: z.strictObject({ id: Digest }),
      response: z.strictObject({
        erasure: Erasure,
        complete: z.boolean(),
        members: z.array(Holder),
        madeFrom: z.array(z.strictObject({ work: Digest, title: z.string(), owner: Owner })),
        evidence: z.string(),
      }),
      run: ({ params }) => erasureStatement.run(params.id),
    }),
    api.json({
      method: 'get',
      path: '/v1/notices',
      summary:
        'Works of the caller’s that say they were made from works which were erased: what becomes of them is theirs to decide',
      roles: HOLDERS,
      response: z.strictObject({ data: z.array(z.strictObject({ work: Work, erasure: Erasure })) }),
      run: async ({ actor }) => ({ data: await notices.run(actor) }),
    }),
  ];
}
