import {
  consentTo,
  DATASET_USE,
  grantStands,
  LlmchainError,
  mayRead,
  PAGE_ITEMS,
  type Shard,
  type Work,
} from '@llmchain/protocol';
import type { Ground } from '../ports/access-log';
import type { IndexRecords } from '../ports/index-records';
import type { Ledgers } from '../ports/ledger';
import { DatasetItems, MOST_ITEMS } from './dataset-items';
import { worksOf } from './works';

/** Who may have confidential content now, by the same rule for the own people and for other members. */
export class AccessRights {
  readonly #options: { own: string; now?: () => number };
  readonly #ports: { ledgers: Ledgers; index: IndexRecords };
  readonly #items: DatasetItems;

  constructor(options: { own: string; now?: () => number }, ports: { ledgers: Ledgers; index: IndexRecords }) {
    this.#options = options;
    this.#ports = ports;
    this.#items = new DatasetItems({}, ports);
  }

  /** On what ground a member may have a work's content. @throws {LlmchainError} `not_authorised` */
  async demand(work: Work, member: string): Promise<Ground> {
    const { records } = this.#ports.index;
    const [licences, grants] = await Promise.all([
      records.current('licence', work.licences),
      records.grantsTo(member, work.sha256),
    ]);
    const ground = mayRead(work, member, { licences: [...licences.values()], grants }, this.#now());
    if (ground) return ground;
    throw new LlmchainError(
      'not_authorised',
      `${member} may not have the content of this work. Get a licence of its owner, or ask for a grant to read it.`,
      { work: work.sha256, preference: work.preference.generative_training ?? 'not_allowed', state: work.state },
    );
  }

  /**
   * On what ground a member may have content that is an item of a dataset version of this member's: a grant on that version.
   * Behind the item stands a work, and what its artist says comes first.
   * @returns undefined when no version that was opened to the member holds it
   */
  async ofItem(digest: string, member: string): Promise<{ work: string; ground: Ground } | undefined> {
    const { ledgers, index } = this.#ports;
    for (const grant of await index.records.grantsTo(member, null)) {
      if (grant.subject.kind !== 'dataset' || !grantStands(grant, this.#now())) continue;
      const { dataset, version } = grant.subject;
      const { owner } = await ledgers.service.get('dataset', dataset);
      if (owner.member !== this.#options.own) continue;
      const place = await this.#items.find(dataset, version, digest);
      if (!('placed' in place)) continue;
      const { item } = place.placed;
      const work = await ledgers.service.find('work', item.work);
      const licence = item.licence === undefined ? undefined : await ledgers.service.find('licence', item.licence);
      if (consentTo(DATASET_USE, work, licence, owner.member, this.#now()).granted)
        return { work: item.work, ground: { kind: 'grant', grant: grant.grant } };
    }
    return undefined;
  }

  /**
   * On what grounds a member may have a file that is a shard of a dataset version: it owns the dataset, or the shard is placed
   * on it under a grant that stands; and consent stands for every item.
   * @returns a ground for each work in it; undefined for what is no shard
   * @throws {LlmchainError} `not_authorised` | `consent_missing`
   */
  async ofShard(digest: string, member: string): Promise<{ work: string; ground: Ground }[] | undefined> {
    const shards = await this.#ports.index.shards.withDigest(digest);
    if (shards.length === 0) return undefined;
    let refused: unknown;
    for (const { shard } of shards) {
      try {
        return await this.#demandShard(shard, member);
      } catch (error) {
        refused ??= error;
      }
    }
    throw refused;
  }

  async #demandShard(shard: Shard, member: string): Promise<{ work: string; ground: Ground }[]> {
    const { dataset, version, index, owner, firstPage, items } = shard;
    const grant = owner.member === member ? undefined : await this.#grantOn(shard, member);
    if (owner.member !== member && (grant === undefined || !shard.holders.some((holder) => holder.member === member)))
      throw new LlmchainError(
        'not_authorised',
        `${member} may not have shard ${index} of ${dataset}@${version}. It needs a grant to read the version, and the shard to be placed on it.`,
        { dataset, version, shard: index },
      );
    const first = firstPage * PAGE_ITEMS;
    const held = (await this.#items.all(dataset, version, MOST_ITEMS)).slice(first, first + items);
    const { ledgers } = this.#ports;
    const works = await worksOf(
      this.#ports,
      held.map(({ work }) => work),
    );
    const licences = await this.#ports.index.records.current('licence', [
      ...new Set(held.flatMap(({ licence }) => licence ?? [])),
    ]);
    const grounds = new Map<string, Ground>();
    for (const item of held) {
      const work = works.get(item.work);
      const licence =
        item.licence === undefined
          ? undefined
          : (licences.get(item.licence) ?? (await ledgers.service.find('licence', item.licence)));
      const consent = consentTo(DATASET_USE, work, licence, owner.member, this.#now());
      if (!consent.granted)
        throw new LlmchainError(
          'consent_missing',
          `Shard ${index} of ${dataset}@${version} is given to nobody: consent for one of its works is missing.`,
          { items: [{ item: item.digest, reason: consent.reason }] },
        );
      grounds.set(item.work, grant === undefined ? groundOf(item.licence) : { kind: 'grant', grant });
    }
    return [...grounds].map(([work, ground]) => ({ work, ground }));
  }

  async #grantOn({ dataset, version }: Shard, member: string): Promise<string | undefined> {
    const grants = await this.#ports.index.records.grantsTo(member, null);
    return grants.find(
      (grant) =>
        grant.subject.kind === 'dataset' &&
        grant.subject.dataset === dataset &&
        grant.subject.version === version &&
        grantStands(grant, this.#now()),
    )?.grant;
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

/** Why the dataset's own member has an item. */
function groundOf(licence: string | undefined): Ground {
  return licence === undefined ? { kind: 'preference' } : { kind: 'licence', licence };
}
