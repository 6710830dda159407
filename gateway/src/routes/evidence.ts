import { EvidenceBundle } from '@llmchain/evidence';
import { Account, Digest, Id, LlmchainError, MspId, type RecordType } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { CollectEvidence } from '../usecases/collect-evidence';
import { api, SequenceInPath, VersionInPath } from './common';
import { keyParts, SINGLES } from './singles';

/** `poet@1`. */
const VersionedId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}@[1-9]\d{0,6}$/, 'must be an id, @ and a version, such as poet@1');

/** Of these more is proven than their record. */
const PROVEN_OTHERWISE: ReadonlySet<RecordType> = new Set(['dataset', 'dataset-version', 'fault']);

/** What of a dataset version is to be proven; all of its items when left out. */
const ItemQuery = { item: Digest.optional(), work: Digest.optional() };
type ItemQuery = z.infer<z.ZodObject<typeof ItemQuery>>;

function versionOf(id: string): [string, number] {
  const at = id.lastIndexOf('@');
  return [id.slice(0, at), Number(id.slice(at + 1))];
}

/** What proves each record that can be asked for by its key, each receipt, and what a dataset version holds. */
export function evidenceRoutes(usecases: { collectEvidence: CollectEvidence }): Route<Actor>[] {
  const { collectEvidence } = usecases;
  /** A route for `path/evidence`. */
  const evidence = <P extends z.ZodRawShape, Q extends z.ZodRawShape>(
    path: string,
    what: string,
    shape: { params: P; query: Q },
    collect: (actor: Actor, params: z.output<z.ZodObject<P>>, query: z.output<z.ZodObject<Q>>) => Promise<string>,
  ): Route<Actor> =>
    api.stream({
      method: 'get',
      path: `${path}/evidence`,
      summary: `Evidence that proves offline, to "llmchain verify": ${what}. Keep it byte for byte`,
      roles: 'any',
      params: z.strictObject(shape.params),
      query: z.strictObject(shape.query),
      gives: { 'application/json': EvidenceBundle },
      async respond({ actor, params, query }, response) {
        const text = await collect(actor, params, query);
        response.setHeader('content-type', 'application/json; charset=utf-8');
        response.end(text);
      },
    });
  const records = SINGLES.filter(({ type }) => !PROVEN_OTHERWISE.has(type)).map((single) =>
    evidence(
      single.path,
      single.summary.charAt(0).toLowerCase() + single.summary.slice(1),
      { params: single.params.shape, query: {} },
      (_, given) => collectEvidence.ofRecord(single.type, ...keyParts(single, given)),
    ),
  );
  const ofVersion = (dataset: string, version: number, { item, work }: ItemQuery): Promise<string> => {
    if (item !== undefined && work !== undefined) throw one();
    if (item !== undefined) return collectEvidence.ofItem(dataset, version, item);
    if (work !== undefined) return collectEvidence.ofWork(dataset, version, work);
    return collectEvidence.ofDataset(dataset, version);
  };
  const items =
    'all items of a sealed version; with `item` (digest) or `work` (id) that it holds that one, or that it does not';
  return [
    ...records,
    evidence(
      '/v1/datasets/{id}',
      `the record of a dataset; of poets@1 as of /v1/datasets/poets/versions/1`,
      { params: { id: z.union([Id, VersionedId]) }, query: ItemQuery },
      (_, { id }, query) => {
        if (VersionedId.safeParse(id).success) return ofVersion(...versionOf(id), query);
        if (query.item !== undefined || query.work !== undefined) throw unversioned(id);
        return collectEvidence.ofRecord('dataset', id);
      },
    ),
    evidence(
      '/v1/datasets/{id}/versions/{version}',
      items,
      { params: { id: Id, version: VersionInPath }, query: ItemQuery },
      (_, { id, version }, query) => ofVersion(id, version, query),
    ),
    evidence('/v1/models/{id}', 'one model version', { params: { id: VersionedId }, query: {} }, (_, { id }) =>
      collectEvidence.ofModel(...versionOf(id)),
    ),
    evidence(
      '/v1/accounts/{account}',
      'the balance of an account, without payments that are not compacted yet',
      { params: { account: Account }, query: {} },
      (_, { account }) => collectEvidence.ofRecord('balance', account),
    ),
    evidence(
      '/v1/receipts/{id}',
      'a receipt, that it stands in an accepted batch, and what that batch paid',
      { params: { id: Digest }, query: {} },
      (actor, { id }) => collectEvidence.ofReceipt(actor, id),
    ),
    evidence(
      '/v1/faults/{producer}/{sequence}/{receipt}',
      'a receipt that the members found false, who did, and what that cost; what was asked and answered is not in it',
      { params: { producer: MspId, sequence: SequenceInPath, receipt: Digest }, query: {} },
      (_, { producer, sequence, receipt }) => collectEvidence.ofFault(producer, sequence, receipt),
    ),
  ];
}

function one(): LlmchainError {
  const issues = [{ pointer: '/work', message: 'must not stand beside item' }];
  return new LlmchainError('invalid_argument', 'Ask for an item or for a work, not for both.', { issues });
}

function unversioned(id: string): LlmchainError {
  const issues = [{ pointer: '/id', message: `must name a version, such as ${id}@1` }];
  return new LlmchainError('invalid_argument', `Items stand in a version: ask for ${id}@1 or another.`, { issues });
}
