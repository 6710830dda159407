import { calledUpon, callEnds, RejectReason, type Batch, type Finding } from '@llmchain/protocol';
import type { Refusal } from '../ports/receipts';

/** Waits between two proposals of one batch, milliseconds. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 60_000;
const WAIT_GROWTH = 1.5;

/** What one endorser said, as the ledger client reports it. */
export interface Said {
  member: string;
  code: string;
  details?: Readonly<Record<string, unknown>>;
}

type Electorate = Pick<Batch, 'electorate' | 'needed'>;
type Called = Pick<Batch, 'turns' | 'needed' | 'anchored' | 'deadline'>;

function refusalOf({ member, code, details }: Said): Refusal {
  return {
    member,
    code,
    ...(typeof details?.reason === 'string' ? { reason: details.reason } : {}),
    ...(typeof details?.receipt === 'string' ? { receipt: details.receipt } : {}),
  };
}

/** What the electorate has said of one batch so far, whom the ledger calls upon, and when to ask again. */
export class BatchProgress {
  /** Members whose verifiers reject the batch. */
  readonly #refused: Map<string, Refusal>;
  /** How often each member had no answer yet, and the last reason. */
  readonly #waited = new Map<string, { times: number; last: Refusal }>();
  /** Members that the ledger does not call upon any more: they refused there, or were passed over. */
  readonly #out = new Set<string>();
  readonly #silent = new Set<string>();
  /** When somebody else took the place of one of them last. */
  #changed = 0;
  /** From when on the ledger has said that members may be passed over. */
  #due = 0;
  #wait = FIRST_WAIT;
  #next = 0;
  /** Whether anybody was asked since this process has known of the batch. */
  asked = false;

  /** @param refusals what was known before this process began */
  constructor(refusals: readonly Refusal[] = []) {
    this.#refused = new Map(
      refusals.filter(({ code }) => code === 'not_verified').map((each) => [each.member, each] as const),
    );
  }

  due(now: number): boolean {
    return this.#next <= now;
  }

  postpone(now: number): void {
    this.#next = now + this.#wait;
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * WAIT_GROWTH);
  }

  /** Who is called upon to accept the batch, as far as is known; undefined when too few are left. */
  called(batch: Called): string[] | undefined {
    return calledUpon(batch, this.#out);
  }

  /** One that is called upon, did not accept when it was asked, and whose time is over. */
  overdue(batch: Called, now: number): string | undefined {
    if (now < Math.max(this.#due, callEnds(batch, [this.#changed]))) return undefined;
    return this.called(batch)?.find((member) => this.#waited.has(member) || this.#refused.has(member));
  }

  /** Members that were passed over. */
  get silent(): ReadonlySet<string> {
    return this.#silent;
  }

  /** Notes that the ledger has passed a member over. */
  passedOver(member: string, now: number): void {
    this.#out.add(member);
    this.#silent.add(member);
    this.#changed = now;
  }

  /** Notes from when on the ledger lets somebody be passed over. */
  notBefore(due: number): void {
    this.#due = due;
  }

  /** As many members as the batch needs, whatever they think of it, the most responsive ones. */
  any({ electorate, needed }: Electorate): string[] | undefined {
    return this.#responsive(electorate, needed);
  }

  /** What as many members as the batch needs have found wrong with it; undefined while too few have said so. */
  findings({ electorate, needed }: Electorate): Finding[] | undefined {
    const found = electorate.flatMap((member): Finding[] => {
      const { reason, receipt } = this.#refused.get(member) ?? {};
      const known = RejectReason.safeParse(reason);
      return known.success ? [{ member, reason: known.data, ...(receipt === undefined ? {} : { receipt }) }] : [];
    });
    const members = this.#responsive(
      found.map(({ member }) => member),
      needed,
    );
    return members && found.filter(({ member }) => members.includes(member));
  }

  /** What members said when they were asked to accept. @returns whether it opens another way at once */
  refusedAcceptance(said: readonly Said[], now: number): boolean {
    const before = this.#refused.size + this.#out.size;
    for (const each of said) {
      if (each.code === 'not_verified') this.#refuse(each);
      else if (Array.isArray(each.details?.called)) this.#learn(each, now);
      else this.#waits(each);
    }
    return this.#refused.size + this.#out.size > before;
  }

  /**
   * What members said when they were asked to reject: one that found something else names it, one that accepts is no
   * refuser any more. @returns whether anything new was heard
   */
  refusedRejection(said: readonly Said[]): boolean {
    let news = false;
    for (const each of said) {
      if (each.code === 'invalid_argument' && typeof each.details?.reason === 'string') {
        this.#refuse({ ...each, code: 'not_verified' });
        news = true;
      } else if (each.code === 'not_verified') {
        this.#refused.delete(each.member);
        news = true;
      } else {
        this.#waits(each);
      }
    }
    return news;
  }

  refusers(): Refusal[] {
    return [...this.#refused.values()];
  }

  /** Everybody who did not accept, whatever the reason. */
  refusals(): Refusal[] {
    return [...this.refusers(), ...[...this.#waited.values()].map(({ last }) => last)];
  }

  /** What the ledger says of those who are not called upon any more. */
  #learn({ details }: Said, now: number): void {
    const before = this.#out.size;
    const refusals = Array.isArray(details?.refusals) ? (details.refusals as unknown[]) : [];
    for (const finding of refusals) {
      if (typeof finding !== 'object' || finding === null || !('member' in finding)) continue;
      const { member } = finding;
      if (typeof member !== 'string') continue;
      this.#out.add(member);
      this.#refuse({ member, code: 'not_verified', details: { ...finding } });
    }
    const silent = Array.isArray(details?.silent) ? (details.silent as unknown[]) : [];
    for (const member of silent) {
      if (typeof member !== 'string') continue;
      this.#out.add(member);
      this.#silent.add(member);
    }
    if (this.#out.size > before) this.#changed = now;
  }

  #refuse(said: Said): void {
    this.#refused.set(said.member, refusalOf(said));
    this.#waited.delete(said.member);
  }

  #waits(said: Said): void {
    const times = (this.#waited.get(said.member)?.times ?? 0) + 1;
    this.#waited.set(said.member, { times, last: refusalOf(said) });
  }

  #responsive(members: readonly string[], needed: number): string[] | undefined {
    if (members.length < needed) return undefined;
    const waited = (member: string): number => this.#waited.get(member)?.times ?? 0;
    return [...members]
      .sort((a, b) => waited(a) - waited(b))
      .slice(0, needed)
      .sort();
  }
}
