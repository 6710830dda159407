import { Digest, Erasure, Preference, TRANSACTIONS, Use, Work, WorkEntry } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { RegisterWorks, Submission as Submitted } from '../usecases/register-works';
import type { Transact } from '../usecases/transact';
import { bytesOf, InlineContent } from './inline-content';
import { Resembling } from './similar';
import { api, HOLDERS, operation, OperationOnly, place } from './common';

/** Base64 of 16 MiB, and as much again for the records. */
const BODY_LIMIT = 32 * 1024 * 1024;

/** Content as it is, or the digest of what the same person put there by PUT /v1/content. */
const Content = z.union([InlineContent, z.strictObject({ sha256: Digest })]);

/** What the gateway finds in the content itself is not the caller's to say. */
const Submission = WorkEntry.omit({
  sha256: true,
  bytes: true,
  fingerprint: true,
  signals: true,
  c2pa: true,
  resembles: true,
}).extend({
  content: Content,
  /** That it is a work of its own, although it resembles one that is registered; it is flagged with that. */
  distinct: z.boolean().optional(),
  /** Statements that lie beside the content: a TDMRep JSON, and lines of AIPREF (`Content-Usage: train-ai=n`). */
  signals: z
    .strictObject({
      tdmrep: z.string().min(1).max(65_536).optional(),
      aipref: z.string().min(1).max(65_536).optional(),
    })
    .optional(),
  public: z.boolean().optional(),
});

/** What became of the C2PA manifest in a content: one that does not hold is told with its problems, and not believed. */
const Credentials = z.strictObject({
  manifest: Digest,
  valid: z.boolean(),
  problems: z.array(z.string()),
  constraints: z.partialRecord(Use, z.string()),
});

const Registered = z.strictObject({
  id: Digest,
  title: z.string(),
  resembles: z.array(Resembling).optional(),
  credentials: Credentials.optional(),
});

function contentOf(content: z.output<typeof Content>): Submitted['content'] {
  return 'sha256' in content ? content : bytesOf(content);
}

export function artworkRoutes(usecases: { registerWorks: RegisterWorks; transact: Transact }): Route<Actor>[] {
  const { registerWorks, transact } = usecases;
  return [
    api.json({
      method: 'post',
      path: '/v1/artworks',
      summary: 'Register works: their content goes into the member’s bucket, their records onto the ledger',
      roles: ['artist'],
      status: 201,
      limit: BODY_LIMIT,
      body: z.strictObject({ ...operation, works: z.array(Submission).min(1).max(500) }),
      response: z.strictObject({
        works: z.array(Registered),
        ...place,
      }),
      run: ({ actor, body }) => {
        const works = body.works.map((work) => ({ ...work, content: contentOf(work.content) }));
        return registerWorks.run(actor, works, body.operationId);
      },
    }),
    api.json({
      method: 'put',
      path: '/v1/artworks/preferences',
      summary: 'Say what may be done with many works at once; all of it happens, or nothing',
      roles: HOLDERS,
      body: z.strictObject({ ...operation, changes: TRANSACTIONS['artworks:setPreferences'].request.shape.changes }),
      response: TRANSACTIONS['artworks:setPreferences'].result.extend(place),
      run: ({ actor, body: { operationId, changes } }) =>
        transact.submit(actor, 'artworks:setPreferences', { changes }, operationId),
    }),
    api.json({
      method: 'put',
      path: '/v1/artworks/{id}/preference',
      summary: 'Say what may be done with a work',
      roles: HOLDERS,
      params: z.strictObject({ id: Digest }),
      body: z.strictObject({ ...operation, preference: Preference }),
      response: Work.extend(place),
      run: ({ actor, params, body }) =>
        transact.submit(
          actor,
          'artworks:setPreference',
          { work: params.id, preference: body.preference },
          body.operationId,
        ),
    }),
    api.json({
      method: 'post',
      path: '/v1/artworks/{id}/withdraw',
      summary: 'Withdraw a work: nothing new may rely on it, and what does is tainted, but for irrevocable licences',
      roles: HOLDERS,
      params: z.strictObject({ id: Digest }),
      body: OperationOnly,
      response: Work.extend(place),
      run: ({ actor, params, body }) =>
        transact.submit(actor, 'artworks:withdraw', { work: params.id }, body?.operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/artworks/{id}/erase',
      summary: 'Withdraw a work and have every member destroy its copy of the content; this cannot be undone',
      roles: HOLDERS,
      params: z.strictObject({ id: Digest }),
      body: OperationOnly,
      response: Erasure.extend(place),
      run: ({ actor, params, body }) =>
        transact.submit(actor, 'artworks:erase', { work: params.id }, body?.operationId),
    }),
  ];
}
