import {
  LlmchainError,
  ordinal,
  type DataNodeRef,
  type DatasetPage,
  type DatasetRef,
  type Holding,
  type RequestOf,
  type Shard,
} from '@llmchain/protocol';
import { demandGrant, demandKeepable, demandPlaced, demandThere, placed, placementOf } from '../rules/shard';
import { ConsentReader } from './consent';
import { DataNodes, type Change } from './data-nodes';
import type { State } from './state';
import type { Demand } from './works';

/** Shards of sealed dataset versions, where they are placed, and what members say that they keep. */
export class Shards {
  readonly #state: State;
  readonly #now: number;

  constructor({ state, now }: { state: State; now: number }) {
    this.#state = state;
    this.#now = now;
  }

  /**
   * @throws {LlmchainError} `not_found` | `invalid_argument` | `consent_missing` | `not_authorised` for a grant that does not stand |
   * `already_registered` for other files than before, what `placed` throws, and what `demand` does
   */
  async place(
    { dataset, version, replicas, grants, shards: entries }: Omit<RequestOf<'datasets:shard'>, 'operationId'>,
    demand: Demand,
  ): Promise<ReturnType<typeof placementOf>> {
    const reference = { dataset, version };
    const sealed = await this.#state.get('dataset-version', dataset, ordinal(version));
    demand(sealed.owner, `Dataset ${dataset}`);
    const given = await this.#state.getMany(
      'grant',
      grants.map((grant) => [grant]),
    );
    for (const grant of given) demandGrant(grant, reference, this.#now);
    // One more than there are: a shorter list of files is another one.
    const keys = [...entries.keys(), entries.length].map((index) => shardKey(reference, index));
    const before = await this.#state.findMany('shard', keys);
    const nodes = new DataNodes({ state: this.#state });
    const known = await nodes.of([...new Set([sealed.owner.member, ...given.map(({ grantee }) => grantee)])]);
    const left = spread(before, -1);
    const free = known.map((node) => ({ ...node, placed: node.placed + sumOn(left, node) }));
    const after = placed(sealed, entries, { nodes: free, replicas });
    await new ConsentReader(this.#state, this.#now).demandDatasets([reference], sealed.owner.member);
    for (const [index, draft] of after.entries()) {
      const placedBefore = before[index];
      const key = shardKey(reference, index);
      if (placedBefore) {
        demandSame(placedBefore, draft);
        if (JSON.stringify(placedBefore.holders) !== JSON.stringify(draft.holders))
          await this.#state.update('shard', key, { ...placedBefore, ...draft });
      } else {
        if (before[0]) throw otherFiles(reference);
        await this.#state.create('shard', key, draft);
      }
    }
    if (before[entries.length]) throw otherFiles(reference);
    await nodes.place([...left, ...spread(after, 1)], known);
    return placementOf(after);
  }

  /** Idempotent by the holdings' state. @throws {LlmchainError} `not_found` | `not_authorised` | `digest_mismatch` | `wrong_state` | `consent_missing` */
  async hold(
    { dataset, version, node, shards: named, grant: id }: RequestOf<'datasets:hold'>,
    member: string,
  ): Promise<Holding[]> {
    const reference = { dataset, version };
    const shards = await this.#state.getMany(
      'shard',
      named.map(({ index }) => shardKey(reference, index)),
    );
    shards.forEach((shard, at) => {
      demandPlaced(shard, named[at]!.digest, { member, node });
    });
    demandThere(await this.#state.get('data-node', member, node));
    const { owner } = shards[0]!;
    const foreign = owner.member !== member;
    if (foreign) await this.#demandGrant(reference, id, member);
    const consent = new ConsentReader(this.#state, this.#now);
    for (const shard of shards) {
      const pages = await this.#pages(shard);
      if (foreign) for (const page of pages) await consent.demandStill(page, owner.member);
      await this.#demandNotErased(pages, member);
    }
    return this.#say(
      reference,
      shards.map(({ index }) => index),
      member,
      (key, before, index) => {
        const { digest } = shards.find((shard) => shard.index === index)!;
        if (before?.state === 'held' && before.digest === digest && before.node === node)
          return Promise.resolve(before);
        const { reason: _, ...former } = before ?? {};
        const said = { digest, node, state: 'held' as const, since: this.#now };
        return before
          ? this.#state.update('holding', key, { ...(former as Holding), ...said })
          : this.#state.create('holding', key, { ...reference, index, member, ...said, owner: { member } });
      },
    );
  }

  /** Idempotent by the holdings' state. @throws {LlmchainError} `not_authorised` for what the member never held */
  async release(
    { dataset, version, node, shards, reason }: RequestOf<'datasets:release'>,
    member: string,
  ): Promise<Holding[]> {
    return this.#say({ dataset, version }, shards, member, (key, before, index) => {
      if (!before)
        throw new LlmchainError(
          'not_authorised',
          `${member} never held shard ${index} of ${dataset}@${version}; a member speaks of its own copies alone.`,
          { index },
        );
      // Another node of the member's may have the copy by now.
      if (before.state === 'released' || before.node !== node) return Promise.resolve(before);
      return this.#state.update('holding', key, { ...before, state: 'released', reason, since: this.#now });
    });
  }

  async #say(
    reference: DatasetRef,
    indices: readonly number[],
    member: string,
    say: (key: string[], before: Holding | undefined, index: number) => Promise<Holding>,
  ): Promise<Holding[]> {
    if (new Set(indices).size !== indices.length)
      throw new LlmchainError('invalid_argument', 'A shard stands twice in the list. Name each once.', {
        issues: [{ pointer: '/shards', message: 'must not repeat' }],
      });
    const keys = indices.map((index) => [...shardKey(reference, index), member]);
    const before = await this.#state.findMany('holding', keys);
    const holdings: Holding[] = [];
    for (const [at, key] of keys.entries()) holdings.push(await say(key, before[at], indices[at]!));
    return holdings;
  }

  async #demandGrant(reference: DatasetRef, id: string | undefined, member: string): Promise<void> {
    const grant = id === undefined ? undefined : await this.#state.get('grant', id);
    if (grant?.grantee === member) {
      demandGrant(grant, reference, this.#now);
      return;
    }
    throw new LlmchainError(
      'not_authorised',
      `${member} keeps shards of ${reference.dataset}@${reference.version} under a grant of its own only. Name it.`,
      { member },
    );
  }

  #pages({ dataset, version, firstPage, pages }: Shard): Promise<DatasetPage[]> {
    const keys = Array.from({ length: pages }, (_, at) => [dataset, ordinal(version), ordinal(firstPage + at)]);
    return this.#state.getMany('dataset-page', keys);
  }

  async #demandNotErased(pages: readonly DatasetPage[], member: string): Promise<void> {
    const items = pages.flatMap((page) => page.items);
    const works = [...new Set(items.map(({ work }) => work))];
    const erasures = await this.#state.findMany(
      'erasure',
      works.map((work) => [work]),
    );
    for (const erasure of erasures) {
      if (!erasure) continue;
      const work = await this.#state.get('work', erasure.work);
      const licence = items.find((item) => item.work === erasure.work)?.licence;
      const named = licence === undefined ? undefined : await this.#state.find('licence', licence);
      demandKeepable(work, named, member, this.#now);
    }
  }
}

/** What the shards take on the nodes that they are placed on, once with each sign. */
function spread(shards: readonly (Pick<Shard, 'holders' | 'bytes'> | undefined)[], sign: 1 | -1): Change[] {
  return shards.flatMap((shard) => (shard?.holders ?? []).map((held) => ({ ...held, bytes: sign * shard!.bytes })));
}

function sumOn(changes: readonly Change[], { member, node }: DataNodeRef): number {
  return changes.reduce((sum, each) => (each.member === member && each.node === node ? sum + each.bytes : sum), 0);
}

function shardKey({ dataset, version }: DatasetRef, index: number): string[] {
  return [dataset, ordinal(version), ordinal(index)];
}

function otherFiles({ dataset, version }: DatasetRef): LlmchainError {
  return new LlmchainError(
    'already_registered',
    `${dataset}@${version} is split into other files already. Send the same ones to place them anew.`,
    { dataset, version },
  );
}

function demandSame(before: Shard, after: Pick<Shard, 'digest' | 'pages' | 'bytes'>): void {
  const same = before.digest === after.digest && before.pages === after.pages && before.bytes === after.bytes;
  if (!same) throw otherFiles(before);
}
