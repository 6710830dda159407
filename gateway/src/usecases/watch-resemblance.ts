import { setTimeout as delay } from 'node:timers/promises';
import { acknowledges, LlmchainError, resemblanceKey, RESEMBLING, type Work } from '@llmchain/protocol';
import type { Fingerprinted, FingerprintPlace } from '@llmchain/indexer';
import type { Bookmarks } from '../ports/bookmarks';
import type { Membership } from '../ports/consortium';
import type { IndexLikeness } from '../ports/index-records';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import { LookAgain } from './look-again';

const BOOKMARK = 'resemblance';
/** Before every work. */
const BEGINNING: FingerprintPlace = { block: -1, work: '' };
/** Works that are looked at in one go. */
const AT_ONCE = 100;
/** Works that one is compared with: of crowds the nearest are enough. */
const COMPARED = 50;
/** However quiet the ledger is, milliseconds. */
const AT_LEAST_EVERY = 30_000;
/** How long each member leaves the flagging to the one before it, milliseconds; from the fourth on all come together. */
const TURN = 1_000;
const LAST_TURN = 3;

interface Ports {
  bookmarks: Bookmarks;
  index: IndexLikeness;
  ledgers: Ledgers;
  log: Log;
}

/** Two works to be flagged, and how many members are to try before this one. */
interface Found {
  work: string;
  other: string;
  turn: number;
}

/**
 * Looks at every new work, of whichever member, and flags on the ledger what is like an earlier one without saying so:
 * registered at the same moment, or by a gateway that does not look. The member of the earlier work is the first to flag;
 * the others do it when it has not. A work is flagged with the nearest one alone, so that a crowd of copies makes no flood.
 */
export class WatchResemblance {
  readonly #options: Membership & { turnMs?: number };
  readonly #ports: Ports;
  readonly #looking: LookAgain;

  constructor(options: Membership & { turnMs?: number }, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
    this.#looking = new LookAgain({ kinds: ['work/'], atLeastEvery: AT_LEAST_EVERY }, ports);
  }

  /** Looks, unless nothing can have been registered. */
  run(now = Date.now()): Promise<void> {
    return this.#looking.run(now, async () => {
      let place = (await this.#ports.bookmarks.find(BOOKMARK)) ?? BEGINNING;
      for (;;) {
        const fresh = await this.#ports.index.fingerprinted(place, AT_ONCE);
        const last = fresh.at(-1);
        if (!last) return;
        await this.#look(fresh);
        place = { block: last.block, work: last.work };
        await this.#ports.bookmarks.put(BOOKMARK, place);
      }
    });
  }

  async #look(fresh: readonly Fingerprinted[]): Promise<void> {
    const found: Found[] = [];
    for (const each of fresh) {
      const resembling = await this.#unsaid(each);
      if (resembling) found.push(resembling);
    }
    found.sort((a, b) => a.turn - b.turn);
    const { turnMs = TURN } = this.#options;
    const started = Date.now();
    for (const each of found) {
      const wait = started + each.turn * turnMs - Date.now();
      if (wait > 0) await delay(wait);
      await this.#flag(each);
    }
  }

  /** The nearest of the earlier works that this one is like without naming it. */
  async #unsaid({ work: id, block, fingerprint }: Fingerprinted): Promise<Found | undefined> {
    const { index } = this.#ports;
    const near = (await index.similar(fingerprint, RESEMBLING)).works
      .filter(({ work }) => work !== id)
      .slice(0, COMPARED);
    if (near.length === 0) return undefined;
    const ids = near.map(({ work }) => work);
    const [places, records] = await Promise.all([
      index.fingerprintPlaces(ids),
      index.records.current('work', [id, ...ids]),
    ]);
    const earlier = new Set(
      places
        .filter((place) => place.block < block || (place.block === block && place.work < id))
        .map(({ work }) => work),
    );
    const work = records.get(id);
    if (!work) return undefined;
    const nearest = ids
      .flatMap((other) => (earlier.has(other) ? (records.get(other) ?? []) : []))
      .find((other) => !acknowledges(work, other) && !acknowledges(other, work));
    if (!nearest) return undefined;
    return { work: id, other: nearest.sha256, turn: this.#turn(nearest) };
  }

  /** Members take turns, from that of the earlier work on. */
  #turn({ owner }: Work): number {
    const members = [...this.#options.members].sort();
    const first = Math.max(0, members.indexOf(owner.member));
    const own = Math.max(0, members.indexOf(this.#options.own));
    return Math.min(LAST_TURN, (own - first + members.length) % members.length);
  }

  async #flag({ work, other }: Found): Promise<void> {
    const { index, ledgers, log } = this.#ports;
    const key = resemblanceKey(work, other).join('/');
    if ((await index.records.current('resemblance', [key])).has(key)) return;
    try {
      await ledgers.service.submit('artworks:flag', { work, other });
      log.info({ work, other }, 'works that are alike, though neither says so, were flagged');
    } catch (error) {
      // What the ledger sees otherwise it will see otherwise tomorrow.
      if (!(error instanceof LlmchainError) || error.code !== 'wrong_state') throw error;
      log.info({ code: error.code, work, other }, 'the ledger does not find these works alike');
    }
  }
}
