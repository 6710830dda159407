import {
  compositeKey,
  decodeJson,
  ordinal,
  RECORDS,
  splitCompositeKey,
  type DatasetRef,
  type GrantSubject,
  type Holding,
  type Owner,
  type RecordOf,
  type RecordType,
  type Shard,
} from '@llmchain/protocol';
import type { IndexLikeness, IndexRecords } from '../../gateway/src/ports/index-records';
import { catalogueOf } from './gateway-catalogue';
import { SimilarIndex } from '../../indexer/src/query/similar-index';
import type { World } from './world';

type Listener = (origins: readonly string[]) => void;

/** An index that has always seen the last block: it reads the world's state itself. */
export class TestIndex implements IndexLikeness, IndexRecords {
  readonly #world: Pick<World, 'state'>;
  readonly #listeners: Listener[] = [];
  readonly records: IndexRecords['records'];
  readonly shards: IndexRecords['shards'];

  constructor(world: Pick<World, 'state'>) {
    this.#world = world;
    this.shards = {
      of: ({ dataset, version }, { limit, after = -1 }) =>
        this.#held((shard) => shard.dataset === dataset && shard.version === version && shard.index > after).then(
          (all) => all.slice(0, limit),
        ),
      keptBy: (member) =>
        this.#held(
          (shard, holdings) =>
            shard.holders.some((holder) => holder.member === member) ||
            holdings.some((holding) => holding.member === member && holding.state === 'held'),
        ),
      withDigest: (digest) => this.#held((shard) => shard.digest === digest),
    };
    this.records = {
      current: <T extends RecordType>(type: T, keys: readonly string[]) =>
        Promise.resolve(
          new Map(
            keys.flatMap((key): [string, RecordOf<T>][] => {
              const value = world.state.get(compositeKey(type, key.split('/')));
              return value ? [[key, read(type, value)]] : [];
            }),
          ),
        ),
      datasetPages: ({ dataset, version }: DatasetRef) =>
        Promise.resolve(
          this.#all('dataset-page').filter((page) => page.dataset === dataset && page.version === version),
        ),
      history: () => Promise.resolve([]),
      salesOf: (work) => Promise.resolve(this.#all('sale').filter((sale) => sale.work === work)),
      grantsTo: (grantee, work) =>
        Promise.resolve(
          this.#all('grant').filter(
            (grant) =>
              grant.grantee === grantee &&
              grant.state === 'granted' &&
              (grant.subject.kind === 'work' ? grant.subject.work : null) === work,
          ),
        ),
      grantsOn: (work) =>
        Promise.resolve(this.#all('grant').filter(({ subject }) => subject.kind === 'work' && subject.work === work)),
      licencesOf: (work) =>
        Promise.resolve(
          this.#all('licence').filter(({ works, acceptedBy }) => acceptedBy !== undefined && works.includes(work)),
        ),
      resemblancesOf: (work) =>
        Promise.resolve(this.#all('resemblance').filter(({ first, second }) => first === work || second === work)),
      pagesWith: (work) =>
        Promise.resolve(this.#all('dataset-page').filter(({ items }) => items.some((item) => item.work === work))),
      erased: () => Promise.resolve(this.#all('erasure').map(({ work }) => work)),
      madeFrom: (work) =>
        Promise.resolve(
          this.#all('work').filter(({ derivedFrom, versionOf }) => derivedFrom === work || versionOf === work),
        ),
      madeFromErased: (member) =>
        Promise.resolve(
          this.#all('erasure').flatMap((erasure) =>
            this.#all('work')
              .filter(({ derivedFrom, versionOf }) => [derivedFrom, versionOf].includes(erasure.work))
              .filter(({ owner }) => owner.member === member)
              .map((work) => ({ work, erasure })),
          ),
        ),
      ownedBy: (type, member) => Promise.resolve(this.#all(type).filter(({ owner }) => owner.member === member)),
      grantsOver: (member, now) =>
        Promise.resolve(
          this.#all('grant')
            .filter(({ state, until }) => ['requested', 'granted'].includes(state) && (until ?? Infinity) <= now)
            .filter(({ subject }) => this.#ownerOf(subject)?.member === member)
            .map(({ grant }) => grant),
        ),
      licencesOver: (member, now) =>
        Promise.resolve(
          this.#all('licence')
            .filter(
              ({ owner, state, until }) => owner.member === member && state === 'active' && (until ?? Infinity) <= now,
            )
            .map(({ licence }) => licence),
        ),
    };
  }

  readonly catalogue: IndexRecords['catalogue'] = (order) =>
    Promise.resolve({
      ...catalogueOf((type) => this.#all(type), order),
      asOf: { block: 7, time: 1_700_000_000_000 },
      complete: true,
    });

  readonly similar: IndexLikeness['similar'] = (fingerprint, nearness) => {
    const index = new SimilarIndex();
    for (const work of this.#all('work')) if (work.fingerprint) index.add(work.sha256, work.fingerprint);
    return Promise.resolve({ works: index.near(fingerprint, nearness), asOf: { block: 7, time: 1_700_000_000_000 } });
  };

  /** All of one block, which is the order of their digests. */
  readonly fingerprinted: IndexLikeness['fingerprinted'] = (after, limit) =>
    Promise.resolve(
      this.#all('work')
        .filter(({ sha256 }) => after.block < 7 || sha256 > after.work)
        .flatMap(({ sha256: work, fingerprint }) => (fingerprint ? [{ block: 7, work, fingerprint }] : []))
        .slice(0, limit),
    );

  readonly fingerprintPlaces: IndexLikeness['fingerprintPlaces'] = (works) =>
    Promise.resolve(works.map((work) => ({ block: 7, work })));

  onWritten(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Tells of a block that may have written anything. */
  written(): void {
    const origins = [...this.#world.state.keys()].flatMap((key) => {
      const split = splitCompositeKey(key);
      return split ? [[split.type, ...split.parts].join('/')] : [];
    });
    for (const listener of this.#listeners) listener(origins);
  }

  #ownerOf(subject: GrantSubject): Owner | undefined {
    const [type, key] =
      subject.kind === 'work'
        ? (['work', [subject.work]] as const)
        : (['dataset-version', [subject.dataset, ordinal(subject.version)]] as const);
    const value = this.#world.state.get(compositeKey(type, key));
    return value && read(type, value).owner;
  }

  #held(keep: (shard: Shard, holdings: readonly Holding[]) => boolean): ReturnType<IndexRecords['shards']['keptBy']> {
    const held = this.#all('shard').map((shard) => {
      const { dataset, version, index } = shard;
      const holdings = this.#all('holding').filter(
        (holding) => holding.dataset === dataset && holding.version === version && holding.index === index,
      );
      return { shard, holdings };
    });
    return Promise.resolve(held.filter(({ shard, holdings }) => keep(shard, holdings)));
  }

  #all<T extends RecordType>(type: T): RecordOf<T>[] {
    return [...this.#world.state]
      .filter(([key]) => splitCompositeKey(key)?.type === type)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, value]) => read(type, value));
  }
}

function read<T extends RecordType>(type: T, value: Uint8Array): RecordOf<T> {
  return decodeJson(RECORDS[type], Buffer.from(value).toString('utf8'), `${type} record`) as RecordOf<T>;
}
