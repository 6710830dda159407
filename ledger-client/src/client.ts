import { createPrivateKey } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, credentials, status } from '@grpc/grpc-js';
import {
  connect,
  EndorseError,
  GatewayError,
  StatusCode,
  type Commit,
  type Contract,
  type Gateway,
  type Network,
  type Transaction,
} from '@hyperledger/fabric-gateway';
import { gateway, msp } from '@hyperledger/fabric-protos';
import {
  canonicalJson,
  decodeJson,
  LlmchainError,
  TRANSACTIONS,
  type QueryName,
  type RecordOf,
  type RecordType,
  RECORDS,
  decode,
  type RequestOf,
  type ResultOf,
  type SubmitName,
  type TransactionName,
} from '@llmchain/protocol';
import { readBlock, type LedgerBlock } from './block';
import { isNotAccepted, ledgerFailure, refusals } from './failure';
import type { Identity, LedgerOptions, PeerAddress } from './options';
import { signerOf } from './signer';

/** A committed, valid transaction. */
export interface Committed<T> {
  result: T;
  transaction: string;
  block: number;
}

export interface SubmitOptions {
  /** Members that must endorse; by default the peer's own plan decides. */
  endorsers?: readonly string[];
}

/** How often a transaction that lost a race (MVCC, phantom read) is proposed. */
const ATTEMPTS = 12;
/**
 * How often one is proposed whose endorsers did not agree. They simulate at different heights while a block goes round, for
 * tens of milliseconds; nothing of it was ordered, so that it has lost no race.
 */
const PROPOSALS = 12;

/**
 * Milliseconds before the next attempt: longer each time, up to some blocks, and by chance, so that those who lost a race
 * do not meet in the next block again. One of them wins per block.
 */
function waitBefore(attempt: number): number {
  return 25 + Math.random() * Math.min(1_600, 50 * 2 ** (attempt - 1));
}

const RACES: ReadonlySet<number> = new Set([StatusCode.MVCC_READ_CONFLICT, StatusCode.PHANTOM_READ_CONFLICT]);

const ABORTED: number = status.ABORTED;

/** Names of Fabric's validation codes by their number. */
const VALIDATION = new Map<number, string>(Object.entries(StatusCode).map(([name, code]) => [code, name]));

function notValid(transaction: string, code: number): LlmchainError {
  const validation = VALIDATION.get(code) ?? String(code);
  return new LlmchainError(
    code === StatusCode.ENDORSEMENT_POLICY_FAILURE ? 'quorum_not_reached' : 'conflict',
    `The transaction was ordered but is not valid (${validation}). Read the record again before you repeat it.`,
    { transaction, validation },
  );
}

/**
 * Whether the endorsement failed without a word of the chaincode's: peers at different heights read other versions of what
 * was written a block ago, and what they would write does not match.
 */
function disagreed(error: unknown): boolean {
  return (
    error instanceof EndorseError && ABORTED === error.code && refusals(error).length === 0 && !isNotAccepted(error)
  );
}

/**
 * What an orderer says that has had a transaction from the others, and delivered it in a block, before it came from the peer
 * (SmartBFT; Fabric has no code for it). The peer's gateway counts it as a refusal, and where enough of them say so, as a
 * submit that failed: under load, some in a thousand.
 */
const ALREADY_ORDERED = /request already processed/;

function alreadyOrdered(error: unknown): boolean {
  return notTaken(error) && (error as GatewayError).details.some(({ message }) => ALREADY_ORDERED.test(message));
}

/** Whether a submit failed, which may yet have been ordered: every transaction is idempotent. A lost commit status is the caller's to decide on. */
function notTaken(error: unknown): boolean {
  return error instanceof GatewayError && error.name === 'SubmitError';
}

const deadline = (milliseconds: number) => () => ({ deadline: Date.now() + milliseconds });

/** The consortium's ledger, through one member's peer, in the name of one identity. */
export class LedgerClient {
  readonly #gateway: Gateway;
  readonly #network: Network;
  readonly #contracts = new Map<string, Contract>();
  readonly #chaincode: string;
  readonly #attempts: number;

  /** @param connection from {@link openConnection}; shared between identities, closed by whoever opened it */
  constructor(options: LedgerOptions, connection: Client, identity: Identity) {
    this.#chaincode = options.chaincode;
    this.#attempts = options.attempts ?? ATTEMPTS;
    this.#gateway = connect({
      client: connection,
      identity: { mspId: identity.mspId, credentials: identity.certificate },
      ...signerOf(createPrivateKey(Buffer.from(identity.privateKey))),
      evaluateOptions: deadline(10_000),
      endorseOptions: deadline(30_000),
      submitOptions: deadline(15_000),
      commitStatusOptions: deadline(60_000),
    });
    this.#network = this.#gateway.getNetwork(options.channel);
  }

  /**
   * Submits and waits for the commit. A transaction that lost a race is proposed again, and so is one whose endorsers did not
   * agree for a moment; one that the chaincode refuses is not.
   * @throws {LlmchainError} the chaincode's code; `unavailable` when nothing was ordered; `commit_unknown` when it may
   * have been (repeat with the same operation id: the ledger then answers with the first result)
   */
  async submit<N extends SubmitName>(
    name: N,
    request: RequestOf<N>,
    options: SubmitOptions = {},
  ): Promise<Committed<ResultOf<N>>> {
    const { contract, call, argument } = this.#call(name, request);
    let attempts = 0;
    for (let proposals = 1; ; proposals++) {
      const proposal = contract.newProposal(call, {
        arguments: [argument],
        ...(options.endorsers ? { endorsingOrganizations: [...options.endorsers] } : {}),
      });
      const id = proposal.getTransactionId();
      try {
        const endorsed = await proposal.endorse();
        const status = await (await this.#order(endorsed)).getStatus();
        if (status.successful) {
          const text = Buffer.from(endorsed.getResult()).toString('utf8');
          const result = decodeJson(TRANSACTIONS[name].result, text, 'ledger answer') as ResultOf<N>;
          return { result, transaction: id, block: Number(status.blockNumber) };
        }
        if (!RACES.has(status.code) || ++attempts >= this.#attempts) throw notValid(id, status.code);
      } catch (error) {
        const again = disagreed(error)
          ? proposals - attempts < PROPOSALS
          : notTaken(error) && ++attempts < this.#attempts;
        if (!again) throw ledgerFailure(error);
      }
      await delay(waitBefore(proposals));
    }
  }

  /** Asks the member's own peer. @throws {LlmchainError} the chaincode's code, or `unavailable` */
  async query<N extends QueryName>(name: N, request: RequestOf<N>): Promise<ResultOf<N>> {
    const { contract, call, argument } = this.#call(name, request);
    const bytes = await contract.evaluate(call, { arguments: [argument] }).catch((error: unknown) => {
      throw ledgerFailure(error);
    });
    return decodeJson(TRANSACTIONS[name].result, Buffer.from(bytes).toString('utf8'), 'ledger answer') as ResultOf<N>;
  }

  /** One record, or undefined when there is none under this key. */
  async find<T extends RecordType>(type: T, ...parts: readonly string[]): Promise<RecordOf<T> | undefined> {
    const { record } = await this.query('ledger:get', { type, parts: [...parts] });
    return record === null ? undefined : (decode(RECORDS[type], record, 'record') as RecordOf<T>);
  }

  /** As {@link find}. @throws {LlmchainError} `not_found` */
  async get<T extends RecordType>(type: T, ...parts: readonly string[]): Promise<RecordOf<T>> {
    const record = await this.find(type, ...parts);
    if (!record)
      throw new LlmchainError('not_found', `There is no ${type} ${parts.join(' ')}. Check its id.`, {
        type,
        id: parts.join('/'),
      });
    return record;
  }

  /** Every record whose key begins with these parts, page by page, in the order of their keys. */
  async *list<T extends RecordType>(type: T, ...parts: readonly string[]): AsyncGenerator<RecordOf<T>> {
    let after: string | undefined;
    do {
      const page = await this.query('ledger:list', {
        type,
        parts: [...parts],
        limit: 200,
        ...(after === undefined ? {} : { after }),
      });
      for (const record of page.records) yield decode(RECORDS[type], record, 'record') as RecordOf<T>;
      after = page.after;
    } while (after !== undefined);
  }

  /**
   * Blocks from `from` on, as they commit; ends when `signal` is aborted.
   * @throws {LlmchainError} `unavailable` when the peer goes away: call again with the next block
   */
  async *blocks(from: number, signal: AbortSignal): AsyncGenerator<LedgerBlock> {
    const events = await this.#network.getBlockEvents({ startBlock: BigInt(from) }).catch((error: unknown) => {
      throw ledgerFailure(error);
    });
    const stop = (): void => events.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (signal.aborted) return;
      for await (const block of events) yield readBlock(block);
    } catch (error) {
      if (!signal.aborted) throw ledgerFailure(error);
    } finally {
      signal.removeEventListener('abort', stop);
      events.close();
    }
  }

  /**
   * A block as the member's own peer has it: a serialised `common.Block`.
   * @throws {LlmchainError} `unavailable`
   */
  async block(number: number): Promise<Uint8Array> {
    return this.#network
      .getContract('qscc')
      .evaluate('GetBlockByNumber', { arguments: [this.#network.getName(), String(number)] })
      .catch((error: unknown) => {
        throw ledgerFailure(error);
      });
  }

  /**
   * Has members endorse the answer to a query, which is never submitted: what they sign they say of their own state.
   * @param members MSP ids; one peer of each answers, all alike
   * @returns the endorsed envelope, not signed by the client: a serialised `common.Envelope`
   * @throws {LlmchainError} the chaincode's code, or `unavailable`, also when the members' answers differ for a moment
   */
  async signedRead<N extends QueryName>(
    name: N,
    request: RequestOf<N>,
    members: readonly string[],
  ): Promise<Uint8Array> {
    const { contract, call, argument } = this.#call(name, request);
    const proposal = contract.newProposal(call, { arguments: [argument], endorsingOrganizations: [...members] });
    const endorsed = await proposal.endorse().catch((error: unknown) => {
      throw ledgerFailure(error);
    });
    const prepared = gateway.PreparedTransaction.deserializeBinary(endorsed.getBytes());
    return prepared.getEnvelope()?.serializeBinary() ?? new Uint8Array();
  }

  close(): void {
    this.#gateway.close();
  }

  /** @returns what tells its commit, also where the submit failed because it is ordered already */
  async #order(transaction: Transaction): Promise<Commit> {
    try {
      return await transaction.submit();
    } catch (error) {
      if (!alreadyOrdered(error)) throw error;
      return this.#gateway.newCommit(this.#commitRequest(transaction.getTransactionId()));
    }
  }

  /** A request for the commit of a transaction, to be signed by the client: a serialised `SignedCommitStatusRequest`. */
  #commitRequest(transaction: string): Uint8Array {
    const { mspId, credentials: certificate } = this.#gateway.getIdentity();
    const signer = new msp.SerializedIdentity();
    signer.setMspid(mspId);
    signer.setIdBytes(certificate);
    const request = new gateway.CommitStatusRequest();
    request.setChannelId(this.#network.getName());
    request.setTransactionId(transaction);
    request.setIdentity(signer.serializeBinary());
    const signed = new gateway.SignedCommitStatusRequest();
    signed.setRequest(request.serializeBinary());
    return signed.serializeBinary();
  }

  #call(name: TransactionName, request: unknown): { contract: Contract; call: string; argument: string } {
    const [contractName, call] = name.split(':') as [string, string];
    let contract = this.#contracts.get(contractName);
    if (!contract)
      this.#contracts.set(contractName, (contract = this.#network.getContract(this.#chaincode, contractName)));
    return { contract, call, argument: canonicalJson(request) };
  }
}

/** A gRPC connection to a peer, for any number of identities. */
export function openConnection(peer: PeerAddress): Client {
  return new Client(peer.address, credentials.createSsl(Buffer.from(peer.tlsRoot)), {
    'grpc.max_receive_message_length': 100 * 1024 * 1024,
    'grpc.keepalive_time_ms': 60_000,
  });
}
