import {
  Account,
  AliasName,
  Alias,
  Attestation,
  Balance,
  Batch,
  BatchRefusal,
  BatchSilence,
  ClaimCursor,
  DataNode,
  Dataset,
  DatasetVersion,
  Debit,
  Delta,
  Digest,
  Dispute,
  Erasure,
  Escrow,
  Fault,
  Grant,
  Id,
  Licence,
  ModelKey,
  ModelVersion,
  MspId,
  Proposal,
  Pseudonym,
  Resemblance,
  RECORDS,
  Reputation,
  Reward,
  RewardClaim,
  Sale,
  Session,
  Signer,
  Stake,
  Suspension,
  Taint,
  TRANSACTIONS,
  TrainingJob,
  Work,
  WrappingKey,
  type RecordOf,
  type RecordType,
} from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { ListRecords } from '../usecases/list-records';
import type { Transact } from '../usecases/transact';
import { api, pageOf, paging, SequenceInPath, VersionInPath } from './common';
import { keyParts, SINGLES } from './singles';

const id = z.strictObject({ id: Id });
const batch = z.strictObject({ producer: MspId, sequence: SequenceInPath });

/** Records whose key begins with what the path names. */
interface Listing<T extends RecordType> {
  type: T;
  path: string;
  summary: string;
  params?: z.ZodObject;
  schema: z.ZodObject;
  /** Whether the holder, and the state, may be asked for. */
  by: readonly ('owner' | 'state')[];
}

const account = z.strictObject({ account: Account });

const LISTINGS: readonly Listing<RecordType>[] = [
  { type: 'work', path: '/v1/artworks', summary: 'Works', schema: Work, by: ['owner'] },
  { type: 'licence', path: '/v1/licences', summary: 'Licences', schema: Licence, by: ['owner', 'state'] },
  { type: 'sale', path: '/v1/sales', summary: 'Sales', schema: Sale, by: ['owner', 'state'] },
  { type: 'dispute', path: '/v1/disputes', summary: 'Disputes', schema: Dispute, by: ['owner', 'state'] },
  { type: 'grant', path: '/v1/grants', summary: 'Grants to read', schema: Grant, by: ['owner', 'state'] },
  { type: 'erasure', path: '/v1/erasures', summary: 'Works that were to be erased', schema: Erasure, by: ['owner'] },
  {
    type: 'attestation',
    path: '/v1/erasures/{id}/attestations',
    summary: 'What members attest of their copies of an erased work',
    params: z.strictObject({ id: Digest }),
    schema: Attestation,
    by: [],
  },
  {
    type: 'resemblance',
    path: '/v1/resemblances',
    summary: 'Works that are alike though neither names the other',
    schema: Resemblance,
    by: ['owner'],
  },
  { type: 'taint', path: '/v1/taints', summary: 'What is or was tainted', schema: Taint, by: ['owner', 'state'] },
  { type: 'dataset', path: '/v1/datasets', summary: 'Datasets', schema: Dataset, by: ['owner'] },
  {
    type: 'dataset-version',
    path: '/v1/datasets/{id}/versions',
    summary: 'The sealed versions of a dataset',
    params: id,
    schema: DatasetVersion,
    by: [],
  },
  {
    type: 'data-node',
    path: '/v1/nodes',
    summary: 'The nodes on which members keep shards of datasets',
    schema: DataNode,
    by: ['owner', 'state'],
  },
  { type: 'job', path: '/v1/training/jobs', summary: 'Training jobs', schema: TrainingJob, by: ['owner', 'state'] },
  {
    type: 'model',
    path: '/v1/models/{id}/versions',
    summary: 'The versions of a model',
    params: id,
    schema: ModelVersion,
    by: ['state'],
  },
  {
    type: 'model-key',
    path: '/v1/models/{id}/versions/{version}/keys',
    summary: 'Which workers were given the key of a sealed version',
    params: z.strictObject({ id: Id, version: VersionInPath }),
    schema: ModelKey,
    by: ['state'],
  },
  {
    type: 'wrapping-key',
    path: '/v1/wrapping-keys',
    summary: 'Keys of workers to which keys of sealed models are wrapped',
    schema: WrappingKey,
    by: ['owner', 'state'],
  },
  {
    type: 'alias',
    path: '/v1/models/{id}/aliases',
    summary: 'The aliases of a model',
    params: id,
    schema: Alias,
    by: [],
  },
  { type: 'signer', path: '/v1/signers', summary: 'Keys that sign tickets or receipts', schema: Signer, by: ['owner'] },
  {
    type: 'session',
    path: '/v1/sessions',
    summary: 'Prepaid sessions, as the ledger has them',
    schema: Session,
    by: ['owner', 'state'],
  },
  { type: 'batch', path: '/v1/batches', summary: 'Batches of receipts', schema: Batch, by: ['owner', 'state'] },
  {
    type: 'batch',
    path: '/v1/batches/{producer}',
    summary: 'The batches of one producer',
    params: z.strictObject({ producer: MspId }),
    schema: Batch,
    by: ['state'],
  },
  {
    type: 'debit',
    path: '/v1/batches/{producer}/{sequence}/debits',
    summary: 'What a batch draws from sessions',
    params: batch,
    schema: Debit,
    by: ['state'],
  },
  {
    type: 'batch-refusal',
    path: '/v1/batches/{producer}/{sequence}/refusals',
    summary: 'Members whose verifiers reject a batch, and what they found',
    params: batch,
    schema: BatchRefusal,
    by: [],
  },
  {
    type: 'batch-silence',
    path: '/v1/batches/{producer}/{sequence}/silences',
    summary: 'Members that had no verdict on a batch in time and were passed over',
    params: batch,
    schema: BatchSilence,
    by: [],
  },
  { type: 'stake', path: '/v1/stakes', summary: 'What is at stake for workers', schema: Stake, by: ['owner'] },
  {
    type: 'suspension',
    path: '/v1/suspensions',
    summary: 'Workers that the members have suspended, and when',
    schema: Suspension,
    by: ['owner'],
  },
  {
    type: 'reputation',
    path: '/v1/reputations',
    summary: 'What the ledger has seen of the members as producers',
    schema: Reputation,
    by: [],
  },
  { type: 'fault', path: '/v1/faults', summary: 'Receipts that the members found false', schema: Fault, by: ['owner'] },
  {
    type: 'fault',
    path: '/v1/faults/{producer}',
    summary: 'The faults of one producer',
    params: z.strictObject({ producer: MspId }),
    schema: Fault,
    by: [],
  },
  {
    type: 'proposal',
    path: '/v1/proposals',
    summary: 'Proposals and their votes',
    schema: Proposal,
    by: ['owner', 'state'],
  },
  {
    type: 'escrow',
    path: '/v1/escrows',
    summary: 'Money held between two accounts',
    schema: Escrow,
    by: ['owner', 'state'],
  },
  {
    type: 'reward',
    path: '/v1/rewards',
    summary: 'Money for those whose works dataset versions hold',
    schema: Reward,
    by: ['owner', 'state'],
  },
  {
    type: 'reward-claim',
    path: '/v1/rewards/{id}/claims',
    summary: 'What has been claimed of a reward',
    params: id,
    schema: RewardClaim,
    by: [],
  },
  {
    type: 'balance',
    path: '/v1/accounts',
    summary: 'Balances of accounts, that of the consortium among them',
    schema: Balance,
    by: ['owner'],
  },
  {
    type: 'delta',
    path: '/v1/accounts/{account}/deltas',
    summary: 'Payments to an account that are not compacted yet',
    params: account,
    schema: Delta,
    by: [],
  },
  {
    type: 'cursor',
    path: '/v1/accounts/{account}/claims',
    summary: 'Up to where an account has claimed',
    params: account,
    schema: ClaimCursor,
    by: [],
  },
];

/** Every record by its key, and every kind of record page by page. */
export function recordRoutes(usecases: { transact: Transact; listRecords: ListRecords }): Route<Actor>[] {
  const { transact, listRecords } = usecases;
  const singles = SINGLES.map((single) =>
    api.json({
      method: 'get',
      path: single.path,
      summary: single.summary,
      roles: 'any',
      tagged: true,
      params: single.params,
      response: single.schema,
      run: ({ params }) => transact.read(single.type, ...keyParts(single, params)),
    }),
  );
  const lists = LISTINGS.map(({ type, path, summary, params = z.strictObject({}), schema, by }) =>
    api.json({
      method: 'get',
      path,
      summary: `${summary}, page by page`,
      roles: 'any',
      params,
      query: z.strictObject({
        ...paging,
        ...(by.includes('owner') ? { owner: MspId.optional(), person: Pseudonym.optional() } : {}),
        ...(by.includes('state') ? { state: statesOf(type).optional() } : {}),
      }),
      response: pageOf(schema),
      run: (call) => {
        const query = call.query as { limit: number; after?: string; owner?: string; person?: string; state?: string };
        const { limit, after } = query;
        return listRecords.run(type, keyParts({ params }, call.params), { limit, after, keep: wanted(query) });
      },
    }),
  );
  const history = TRANSACTIONS['models:aliasHistory'];
  const { limit, before } = history.request.shape;
  return [
    ...singles,
    ...lists,
    api.json({
      method: 'get',
      path: '/v1/models/{id}/aliases/{alias}/history',
      summary: 'Every value that an alias has had, newest first; `before` goes on from the last ordinal given',
      roles: 'any',
      params: z.strictObject({ id: Id, alias: AliasName }),
      query: z.strictObject({
        limit: z.coerce.number().pipe(limit).default(20),
        before: z.coerce.number().pipe(before.unwrap()).optional(),
      }),
      response: history.result,
      run: ({ params, query }) =>
        transact.ask('models:aliasHistory', {
          model: params.id,
          alias: params.alias,
          limit: query.limit,
          ...(query.before === undefined ? {} : { before: query.before }),
        }),
    }),
    api.json({
      method: 'get',
      path: '/v1/accounts/{account}',
      summary: 'What an account has to spend, and what waits to be compacted',
      roles: 'any',
      params: account,
      response: TRANSACTIONS['credits:account'].result,
      run: ({ params }) => transact.ask('credits:account', params),
    }),
  ];
}

function statesOf(type: RecordType): z.ZodType<string> {
  const { shape } = RECORDS[type] as z.ZodObject;
  return shape['state'] as z.ZodType<string>;
}

function wanted(query: { owner?: string; person?: string; state?: string }) {
  return (record: RecordOf<RecordType>): boolean =>
    (query.owner === undefined || record.owner.member === query.owner) &&
    (query.person === undefined || record.owner.person === query.person) &&
    (query.state === undefined || ('state' in record && record.state === query.state));
}
