import { randomUUID } from 'node:crypto';
import {
  compositeKey,
  decode,
  LlmchainError,
  RECORDS,
  splitCompositeKey,
  type QueryName,
  type RecordOf,
  type RecordType,
  type RequestOf,
  type ResultOf,
  type SubmitName,
  type Verdict,
} from '@llmchain/protocol';
import type { Committed, SubmitOptions } from '@llmchain/ledger-client';
import type { Actor } from '../../gateway/src/ports/actor';
import type { Ledger, Ledgers } from '../../gateway/src/ports/ledger';
import { identity, type TestIdentity } from './identities';
import type { Verdicts } from './verdicts';
import type { World } from './world';

/** What a member's verifier says of every batch. */
export type Opinion = 'accept' | 'reject' | 'pending';

/** What the whole consortium's ledger is in a test: one world state, and what each member's verifier thinks. */
export interface TestLedger {
  world: World;
  verdicts: Verdicts;
  opinions: Map<string, Opinion>;
  /** Everything submitted, in order. */
  submitted: { name: SubmitName; request: unknown; endorsers?: readonly string[] | undefined }[];
  /** Called before a transaction takes effect, or after; may throw, as a network does. */
  faults: { before?: ((name: SubmitName) => void) | undefined; after?: ((name: SubmitName) => void) | undefined };
  blocks: number;
  /** Called after each block. */
  watchers: (() => void)[];
}

/** What every verifier that rejects has found. */
const FOUND = 'output_mismatch';

/** The ledger in one identity's name, over a world in memory that runs the real chaincode. */
class WorldLedger {
  constructor(
    private readonly ledger: TestLedger,
    private readonly as: TestIdentity,
  ) {}

  async submit<N extends SubmitName>(
    name: N,
    request: RequestOf<N>,
    options: SubmitOptions = {},
  ): Promise<Committed<ResultOf<N>>> {
    const { ledger } = this;
    ledger.submitted.push({ name, request, endorsers: options.endorsers });
    ledger.faults.before?.(name);
    if (options.endorsers) await this.#endorse(name, request, options.endorsers);
    const endorser = options.endorsers?.[0] ?? this.as.mspId;
    ledger.verdicts.answer = opinionOf(ledger, endorser);
    const result = await ledger.world.submit(name, request, { as: this.as, endorser });
    for (const watch of ledger.watchers) watch();
    ledger.faults.after?.(name);
    return { result, transaction: randomUUID(), block: ++ledger.blocks };
  }

  query<N extends QueryName>(name: N, request: RequestOf<N>): Promise<ResultOf<N>> {
    return this.ledger.world.submit(name, request, { as: this.as });
  }

  find<T extends RecordType>(type: T, ...parts: readonly string[]): Promise<RecordOf<T> | undefined> {
    const value = this.ledger.world.state.get(compositeKey(type, parts));
    if (!value) return Promise.resolve(undefined);
    return Promise.resolve(decode(RECORDS[type], JSON.parse(Buffer.from(value).toString()), 'record') as RecordOf<T>);
  }

  async get<T extends RecordType>(type: T, ...parts: readonly string[]): Promise<RecordOf<T>> {
    const record = await this.find(type, ...parts);
    if (record) return record;
    throw new LlmchainError('not_found', `There is no ${type} ${parts.join(' ')}.`, { type });
  }

  async *list<T extends RecordType>(type: T, ...parts: readonly string[]): AsyncGenerator<RecordOf<T>> {
    const prefix = compositeKey(type, parts);
    const keys = [...this.ledger.world.state.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (const key of keys) {
      const record = await this.find(type, ...(splitCompositeKey(key)?.parts ?? []));
      if (record) yield record;
    }
  }

  /** Has each member's chaincode, with its own verifier, say what it says. @throws {LlmchainError} as the ledger client does */
  async #endorse<N extends SubmitName>(name: N, request: RequestOf<N>, members: readonly string[]): Promise<void> {
    const { ledger } = this;
    const refusals = [];
    for (const member of members) {
      ledger.verdicts.answer = opinionOf(ledger, member);
      try {
        await ledger.world.endorse(name, request, { as: this.as, endorser: member });
      } catch (error) {
        if (!(error instanceof LlmchainError)) throw error;
        const { code, message, details } = error;
        refusals.push({ member, code, message, details });
      }
    }
    const first = refusals[0];
    if (first) throw new LlmchainError(first.code, first.message, { ...first.details, refusals });
  }
}

/** What a member's verifier says of any batch of a rival's. */
export function opinionOf(
  { opinions }: Pick<TestLedger, 'opinions'>,
  member: string,
): Pick<Verdict, 'verdict' | 'reason'> {
  const verdict = opinions.get(member) ?? 'accept';
  return { verdict, ...(verdict === 'reject' ? { reason: FOUND } : {}) };
}

/** The names that one member's gateway may use. */
export class WorldLedgers implements Ledgers {
  readonly service: Ledger;
  readonly #actors = new Map<string, Promise<Ledger>>();

  private constructor(
    private readonly ledger: TestLedger,
    private readonly mspId: string,
    service: TestIdentity,
  ) {
    this.service = new WorldLedger(ledger, service);
  }

  static async of(ledger: TestLedger, mspId: string): Promise<WorldLedgers> {
    return new WorldLedgers(ledger, mspId, await identity(mspId, { role: 'service' }));
  }

  as(actor: Actor): Promise<Ledger> {
    const known = this.#actors.get(actor.key);
    if (known) return known;
    const { role, name } = actor;
    const attributes = role === 'artist' ? { role, person: name } : { role };
    const ledger = identity(this.mspId, attributes).then((as) => new WorldLedger(this.ledger, as) as Ledger);
    this.#actors.set(actor.key, ledger);
    return ledger;
  }
}
