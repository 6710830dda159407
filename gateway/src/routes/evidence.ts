import { EvidenceBundle } from '@llmchain/evidence';
import { Digest, Id, ordinal } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { CollectEvidence } from '../usecases/collect-evidence';
import { api } from './common';

/** `poet@1`. */
const VersionedId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}@[1-9]\d{0,6}$/, 'must be an id, @ and a version, such as poet@1');

/** The parts of the state key of a version. */
function partsOf(id: string): [string, string] {
  const at = id.lastIndexOf('@');
  return [id.slice(0, at), ordinal(Number(id.slice(at + 1)))];
}

export function evidenceRoutes(usecases: { collectEvidence: CollectEvidence }): Route<Actor>[] {
  const { collectEvidence } = usecases;
  const evidence = (
    things: string,
    id: z.ZodType<string>,
    collect: (actor: Actor, id: string) => Promise<string>,
  ): Route<Actor> =>
    api.stream({
      method: 'get',
      path: `/v1/${things}/{id}/evidence`,
      summary: `Evidence that proves one of the ${things} offline, see "llmchain verify"; keep it byte for byte`,
      roles: 'any',
      params: z.strictObject({ id }),
      gives: { 'application/json': EvidenceBundle },
      async respond({ actor, params }, response) {
        const text = await collect(actor, params.id);
        response.setHeader('content-type', 'application/json; charset=utf-8');
        response.end(text);
      },
    });
  return [
    evidence('artworks', Digest, (_, id) => collectEvidence.ofRecord('work', id)),
    evidence('licences', Id, (_, id) => collectEvidence.ofRecord('licence', id)),
    evidence('datasets', VersionedId, (_, id) => collectEvidence.ofRecord('dataset-version', ...partsOf(id))),
    evidence('models', VersionedId, (_, id) => collectEvidence.ofRecord('model', ...partsOf(id))),
    evidence('receipts', Digest, (actor, id) => collectEvidence.ofReceipt(actor, id)),
  ];
}
