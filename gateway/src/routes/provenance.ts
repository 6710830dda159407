import { Digest, Sale, Work } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Lineage } from '../ports/lineage';
import { ReceiptStatus, type ReadReceipt } from '../usecases/read-receipt';
import type { WorkHistory } from '../usecases/work-history';
import { api } from './common';

const Position = z.strictObject({ block: z.number().int(), time: z.number() });

const Trace = z.object({
  root: z.string(),
  direction: z.enum(['up', 'down']),
  nodes: z.array(
    z.object({ id: z.string(), type: z.string(), label: z.string(), data: z.record(z.string(), z.unknown()) }),
  ),
  edges: z.array(z.object({ from: z.string(), to: z.string(), kind: z.string() })),
  gaps: z.array(z.string()),
  asOf: Position,
  complete: z.boolean(),
});

/** One value of a work's record and the transaction that gave it. */
const WorkVersion = z.strictObject({
  block: z.number().int(),
  transaction: z.string(),
  time: z.number(),
  function: z.string(),
  creator: z.string(),
  record: Work,
});

export function provenanceRoutes(usecases: {
  readReceipt: ReadReceipt;
  lineage: Lineage;
  workHistory: WorkHistory;
}): Route<Actor>[] {
  const { readReceipt, lineage, workHistory } = usecases;
  return [
    api.json({
      method: 'get',
      path: '/v1/receipts/{id}',
      summary: 'What became of an answer: signed, anchored, accepted, and by whom it was verified',
      roles: 'any',
      params: z.strictObject({ id: Digest }),
      response: ReceiptStatus,
      run: ({ actor, params }) => readReceipt.run(actor, params.id),
    }),
    api.json({
      method: 'get',
      path: '/v1/trace/{id}',
      summary: 'Lineage of a thing: what it comes from (up), or what came of it (down)',
      roles: 'any',
      params: z.strictObject({ id: z.string().min(1).max(300) }),
      query: z.strictObject({
        direction: z.enum(['up', 'down']).default('up'),
        asOf: z.coerce.number().int().min(0).optional(),
      }),
      response: Trace,
      run: ({ params, query: { direction, asOf } }) =>
        lineage.trace(params.id, { direction, ...(asOf === undefined ? {} : { asOf }) }),
    }),
    api.json({
      method: 'get',
      path: '/v1/artworks/{id}/history',
      summary: 'Everything that ever stood in a work’s record, oldest first, and its sales',
      roles: 'any',
      params: z.strictObject({ id: Digest }),
      response: z.strictObject({ versions: z.array(WorkVersion), sales: z.array(Sale) }),
      run: ({ params: { id } }) => workHistory.run(id),
    }),
    api.json({
      method: 'get',
      path: '/v1/ledger/height',
      summary: 'How many blocks this member has indexed, and the last of them',
      roles: 'any',
      response: Position.extend({ height: z.number().int() }),
      // Fabric's height counts blocks from the genesis block, number 0.
      run: () => Promise.resolve({ ...lineage.height(), height: lineage.height().block + 1 }),
    }),
  ];
}
