import { DataNode, DataNodeEntry, Holding, Id, Shard, ShardEntry, TRANSACTIONS } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { IndexRecords } from '../ports/index-records';
import type { ShardDataset } from '../usecases/shard-dataset';
import type { Transact } from '../usecases/transact';
import { api, operation, place, ShardInPath, VersionInPath } from './common';

const request = TRANSACTIONS['datasets:shard'].request.shape;
const HeldShard = Shard.extend({ holdings: z.array(Holding) });

/** Shards of sealed dataset versions: how they are split, on which nodes they are placed, who holds them. */
export function shardRoutes(usecases: {
  shardDataset: ShardDataset;
  shards: IndexRecords['shards'];
  transact: Transact;
}): Route<Actor>[] {
  const { shardDataset, shards, transact } = usecases;
  const params = z.strictObject({ id: Id, version: VersionInPath });
  return [
    api.json({
      method: 'post',
      path: '/v1/nodes',
      summary:
        'Register a node of this member on which shards may be placed, or change its capacity or state; one that is draining gets nothing new',
      roles: ['operator', 'admin'],
      status: 201,
      body: DataNodeEntry.extend(operation),
      response: DataNode.extend(place),
      run: ({ actor, body: { operationId, ...node } }) =>
        transact.submit(actor, 'datasets:registerNode', node, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/datasets/{id}/versions/{version}/shards',
      summary:
        'Split a sealed version into files of whole pages and place copies on its owner and on members with a grant to read it; again, to place them anew',
      roles: ['steward', 'admin'],
      status: 201,
      params,
      body: z.strictObject({
        ...operation,
        pagesPerShard: z.number().int().min(1).max(10_000).default(1),
        replicas: request.replicas.default(1),
        grants: request.grants.optional(),
      }),
      response: z.strictObject({
        shards: z.array(ShardEntry),
        ...TRANSACTIONS['datasets:shard'].result.shape,
        ...place,
      }),
      run: ({ actor, params: { id, version }, body: { operationId, ...order } }) =>
        shardDataset.run(actor, { dataset: id, version, ...order }, operationId),
    }),
    api.json({
      method: 'get',
      path: '/v1/datasets/{id}/versions/{version}/shards',
      summary:
        'The shards of a version, where they are placed and who says that they hold them, as this member’s index has it; `after` goes on from the last shard given',
      roles: 'any',
      params,
      query: z.strictObject({
        limit: z.coerce.number().int().min(1).max(500).default(100),
        after: ShardInPath.optional(),
      }),
      response: z.strictObject({ data: z.array(HeldShard), after: z.number().int().optional() }),
      run: async ({ params: { id, version }, query: { limit, after } }) => {
        const held = await shards.of({ dataset: id, version }, { limit, after });
        const last = held.length === limit ? held.at(-1)?.shard.index : undefined;
        const data = held.map(({ shard, holdings }) => ({ ...shard, holdings }));
        return { data, ...(last === undefined ? {} : { after: last }) };
      },
    }),
  ];
}
