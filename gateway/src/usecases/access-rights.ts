import { consentTo, DATASET_USE, grantStands, LlmchainError, mayRead, type Work } from '@llmchain/protocol';
import type { Ground } from '../ports/access-log';
import type { IndexRecords } from '../ports/index-records';
import type { Ledgers } from '../ports/ledger';
import { DatasetItems } from './dataset-items';

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

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}
