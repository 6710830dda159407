import { digestOf, LlmchainError, Role, type Consortium, type SubmitName } from '@llmchain/protocol';
import { Context } from 'fabric-contract-api';
import type { ChaincodeStub, ClientIdentity } from 'fabric-shim';
import { Money } from '../ledger/money';
import { State } from '../ledger/state';
import { demandRole, type Invoker } from '../rules/authority';
import { encoded } from './failure';

/** How far a proposal's time may be ahead of this endorser's clock, and behind it: people sign slowly. Milliseconds. */
const AHEAD = 30_000;
const BEHIND = 300_000;

/** One transaction: who asks, when, and the state it reads and writes. */
export class LedgerContext extends Context {
  declare stub: ChaincodeStub;
  declare clientIdentity: ClientIdentity;
  #state: State | undefined;
  #money: Money | undefined;
  #consortium: Promise<Consortium | undefined> | undefined;

  /**
   * Called by the shim, though its types do not say so.
   * @throws {Error} `invalid_argument` unless there is one argument: here, since the shim would refuse it without a code
   */
  setChaincodeStub(stub: ChaincodeStub): void {
    this.stub = stub;
    const { length } = stub.getFunctionAndParameters().params;
    if (length === 1) return;
    throw encoded(
      new LlmchainError('invalid_argument', `A transaction takes one JSON object; ${length} arguments were sent.`, {
        arguments: length,
      }),
    );
  }

  get state(): State {
    return (this.#state ??= new State(this.stub));
  }

  get money(): Money {
    return (this.#money ??= new Money(this.state, this.stub.getTxID()));
  }

  /** Proposal time, milliseconds since the Unix epoch: the same for every endorser. */
  get now(): number {
    return this.stub.getDateTimestamp().getTime();
  }

  /** The member whose peer this chaincode serves. */
  get endorser(): string {
    return this.stub.getMspID();
  }

  get invoker(): Invoker {
    return {
      member: this.clientIdentity.getMSPID(),
      role: Role.safeParse(this.clientIdentity.getAttributeValue('role')).data,
      person: this.clientIdentity.getAttributeValue('person') ?? undefined,
    };
  }

  /** @throws {LlmchainError} `clock_skew` when the proposal's time is not this endorser's */
  demandClock(clock: number): void {
    const skew = this.now - clock;
    if (skew <= AHEAD && -skew <= BEHIND) return;
    throw new LlmchainError(
      'clock_skew',
      `The proposal's time is ${Math.round(skew / 1000)} s off the clock of ${this.endorser}. Set the clock of the machine that signed it.`,
      { skewMs: skew },
    );
  }

  /** @throws {LlmchainError} `not_authorised` | `wrong_state` before the founding */
  async authorise(transaction: SubmitName): Promise<void> {
    demandRole(transaction, this.invoker, (await this.#members())?.members);
  }

  /** The members and their terms, read once. @throws {LlmchainError} `not_found` before the founding */
  async consortium(): Promise<Consortium> {
    return (await this.#members()) ?? this.state.get('consortium');
  }

  #members(): Promise<Consortium | undefined> {
    return (this.#consortium ??= this.state.find('consortium'));
  }

  /**
   * Authorises the transaction, then carries it out once: repeating an operation id with the same request returns the
   * first result, with another request it is refused.
   * @throws {LlmchainError} `not_authorised` | `conflict`, and whatever `act` throws
   */
  async once(transaction: SubmitName, request: { operationId: string }, act: () => Promise<object>): Promise<string> {
    const { invoker } = this;
    await this.authorise(transaction);
    const key = [invoker.member, request.operationId];
    const digest = digestOf({ transaction, request });
    const done = await this.state.find('operation', ...key);
    if (done) {
      if (done.request === digest) return done.result;
      throw new LlmchainError(
        'conflict',
        `The operation id ${request.operationId} was used for another request. Choose a new one.`,
        { operationId: request.operationId },
      );
    }
    const result = JSON.stringify(await act());
    await this.state.create('operation', key, { request: digest, result, owner: { member: invoker.member } });
    return result;
  }
}
