import { ordinal, type Fault, type InclusionProof, type RecordType, type SignedReceipt } from '@llmchain/protocol';
import { bundleText } from '../bundle/text';
import type { BlockEvidence, EvidenceBundle, SignedRead, Subject } from '../bundle/schema';
import { readConfiguration, type Configuration } from '../fabric/configuration';
import { splitTransaction } from '../fabric/transaction';
import { readProposal } from '../fabric/proposal';
import { fromBase64 } from '../bytes';
import { demand } from '../refusal';
import { isGoverned } from '../verify/batch';
import { configurationFor } from '../verify/chain';
import { provenRecord } from '../verify/read';
import { blockEvidence, lastConfiguration, withGoodSignatures } from './block';
import { signedRead } from './read';

/** Where a bundle's parts come from. */
export interface EvidenceSource {
  /** Number of the last block that is known. */
  last(): number;
  /** A serialised `common.Block`. */
  block(number: number): Promise<Uint8Array>;
  /** A record as f + 1 members endorse it: a serialised `common.Envelope`. */
  read(type: RecordType, parts: readonly string[]): Promise<Uint8Array>;
}

interface History {
  blocks: BlockEvidence[];
  configurations: Configuration[];
}

/** Puts bundles together from what a member's peer has and what members endorse. */
export class EvidenceCollector {
  readonly #chaincode: string;
  readonly #source: EvidenceSource;
  /** The configurations up to the last that was met; they never change. */
  #history: History = { blocks: [], configurations: [] };

  constructor(options: { chaincode: string }, dependencies: { source: EvidenceSource }) {
    this.#chaincode = options.chaincode;
    this.#source = dependencies.source;
  }

  /** Evidence of a record as it stands. @throws {Error} when peers gave what proves nothing */
  async record(type: RecordType, parts: readonly string[]): Promise<string> {
    if (!isGoverned(type))
      return this.#bundle({ kind: 'record', type, parts: [...parts] }, await this.#read(type, parts));
    const [batch, read] = await Promise.all([this.#read('batch', parts.slice(0, 2)), this.#read(type, parts)]);
    return this.#bundle({ kind: 'record', type, parts: [...parts], batch }, read);
  }

  /**
   * Evidence of what a sealed dataset version holds.
   * @throws {Error} as {@link record}
   */
  async items(subject: Extract<Subject, { kind: 'dataset' | 'item' | 'absence' }>): Promise<string> {
    return this.#bundle(subject, await this.#read('dataset-version', [subject.dataset, ordinal(subject.version)]));
  }

  /**
   * Evidence of a receipt in an accepted batch.
   * @param batch parts of the batch's state key
   * @throws {Error} as {@link record}
   */
  async receipt(receipt: SignedReceipt, inclusion: InclusionProof, batch: readonly string[]): Promise<string> {
    const [gateway, worker, read] = await Promise.all([
      this.#read('signer', [receipt.body.ticket.signer]),
      this.#read('signer', [receipt.signer]),
      this.#read('batch', batch),
    ]);
    return this.#bundle({ kind: 'receipt', receipt, inclusion, gateway, worker }, read);
  }

  /**
   * Evidence of a fault, of the receipt that it is about and of what it cost.
   * @param registered ids of those, among the receipt's and the ticket's signer, whose keys are on the ledger
   * @throws {Error} as {@link record}
   */
  async fault({ producer, sequence, id, receipt }: Fault, registered: readonly string[]): Promise<string> {
    const key = async (signer: string): Promise<SignedRead | undefined> =>
      registered.includes(signer) ? this.#read('signer', [signer]) : undefined;
    const place = [producer, ordinal(sequence)];
    const [gateway, worker, batch, read] = await Promise.all([
      key(receipt.body.ticket.signer),
      key(receipt.signer),
      this.#read('batch', place),
      this.#read('fault', [...place, id]),
    ]);
    const keys = { ...(gateway ? { gateway } : {}), ...(worker ? { worker } : {}) };
    return this.#bundle({ kind: 'fault', producer, sequence, receipt: id, batch, ...keys }, read);
  }

  async #bundle(subject: Subject, read: SignedRead): Promise<string> {
    let { blocks, configurations } = await this.#upTo(this.#source.last());
    const { place } = provenRecord(read, configurations.at(-1)!, this.#chaincode);
    const block = blockEvidence(await this.#source.block(place.block));
    // The record may be newer than the last block that was known.
    if (lastConfiguration(block) > configurations.at(-1)!.block)
      ({ blocks, configurations } = await this.#upTo(block.number));
    const configuration = configurationFor(block, configurations);
    const envelope = block.data[place.index];
    demand(envelope !== undefined, `block ${place.block} has no transaction ${place.index}`);
    const { time } = readProposal(splitTransaction(fromBase64(envelope)), configuration);
    const bundle: EvidenceBundle = {
      schema: 'evidence/1',
      subject,
      configurations: blocks,
      block: withGoodSignatures(block, configuration, time),
      read,
    };
    return bundleText(bundle);
  }

  async #read(type: RecordType, parts: readonly string[]): Promise<SignedRead> {
    return signedRead(await this.#source.read(type, parts));
  }

  /** Every configuration that was in force up to a block, walked back from it. */
  async #upTo(number: number): Promise<History> {
    const known = this.#history;
    const after = known.configurations.at(-1)?.block ?? -1;
    const newer: BlockEvidence[] = [];
    let next = lastConfiguration(blockEvidence(await this.#source.block(number)));
    while (next > after) {
      newer.unshift(blockEvidence(await this.#source.block(next)));
      if (next === 0) break;
      next = lastConfiguration(blockEvidence(await this.#source.block(next - 1)));
    }
    if (newer.length === 0) return known;
    const history = { blocks: [...known.blocks], configurations: [...known.configurations] };
    for (const block of newer) {
      const before = history.configurations.at(-1);
      const configuration = readConfiguration(block);
      history.blocks.push(before ? withGoodSignatures(block, before, configuration.time) : block);
      history.configurations.push(configuration);
    }
    this.#history = history;
    return history;
  }
}
