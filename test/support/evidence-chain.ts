import { setTimeout as delay } from 'node:timers/promises';
import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import type { EvidenceBundle, EvidenceSource } from '@llmchain/evidence';
import { canonicalJson, compositeKey, RECORDS, type Batch, type RecordType, type RequestOf } from '@llmchain/protocol';
import type { Chain } from '../../gateway/src/ports/chain';
import { unbase64, type Call, type EvidenceWorld, type MemberId } from './evidence-world';

type BlockEvidence = EvidenceBundle['block'];

/** What a test wants to be otherwise in what the members sign. */
export interface Faults {
  transaction?: Partial<Call>;
  read?: Partial<Call>;
  /** The orderers that sign blocks. */
  signedBy?: readonly MemberId[];
  /** Until this is settled members do not answer. */
  silent?: Promise<void>;
}

/** The transaction that wrote a record, and what else it wrote. */
interface Change {
  call: string;
  client?: MemberId;
  endorsers?: MemberId[];
  keys: string[];
}

const ENCODER = new TextEncoder();

/**
 * The blocks and the signed reads of a channel whose state a test has made: every record stands in a block of its own, as
 * one transaction wrote it; a batch stands with its settlement and debits.
 */
export class EvidenceChain implements EvidenceSource {
  readonly #blocks: BlockEvidence[];
  readonly #places = new Map<string, { text: string; block: number }>();
  faults: Faults = {};

  /** @param state by state key, canonical JSON */
  constructor(
    private readonly world: EvidenceWorld,
    private readonly state: ReadonlyMap<string, Uint8Array>,
  ) {
    this.#blocks = [world.genesis];
  }

  last(): number {
    return this.#blocks.length - 1;
  }

  block(number: number): Promise<Uint8Array> {
    return Promise.resolve(serialised(this.#blocks[number]!));
  }

  /** An envelope with the record as members endorse it. @throws {Error} when there is none */
  async read(type: RecordType, parts: readonly string[]): Promise<Uint8Array> {
    await this.faults.silent;
    const key = compositeKey(type, parts);
    const block = this.#placeOf(type, parts);
    return this.world.transaction({
      call: 'ledger:get',
      argument: canonicalJson({ type, parts }),
      reads: { [key]: { block, index: 0 } },
      answer: JSON.stringify({ record: JSON.parse(this.#text(key)) as unknown }),
      ...this.faults.read,
    });
  }

  /** As a gateway asks its peer; blocks that are not there yet are the last. */
  asPort(): Chain {
    return {
      block: (number) => this.block(Math.min(number, this.last())),
      signedRead: async (_name, request) => {
        // Members take their time, in which a gateway is asked other things.
        await delay(10);
        const { type, parts } = request as RequestOf<'ledger:get'>;
        return this.read(type as RecordType, parts);
      },
    };
  }

  /** The block that wrote a record as it now stands; made when it is first asked for. */
  #placeOf(type: RecordType, parts: readonly string[]): number {
    const key = compositeKey(type, parts);
    const known = this.#places.get(key);
    if (known?.text === this.#text(key)) return known.block;
    const { call, client, endorsers, keys } = this.#changeOf(type, parts);
    const block = this.#blocks.length;
    const writes = Object.fromEntries(keys.map((each) => [each, this.#text(each)]));
    const envelope = this.world.transaction({
      call,
      argument: '{}',
      writes,
      ...(client ? { client: this.world.signers[client].client } : {}),
      ...(endorsers ? { endorsers: this.world.peers(...endorsers) } : {}),
      ...this.faults.transaction,
    });
    const { signedBy } = this.faults;
    this.#blocks.push(this.world.block(block, [envelope], signedBy ? { signedBy } : {}));
    for (const each of keys) this.#places.set(each, { text: writes[each]!, block });
    return block;
  }

  #changeOf(type: RecordType, parts: readonly string[]): Change {
    if (type === 'batch' || type === 'settlement' || type === 'debit') return this.#decision(parts.slice(0, 2));
    return type === 'fault' ? this.#report(parts) : { call: 'any:change', keys: [compositeKey(type, parts)] };
  }

  /** How a fault is written, with all that it cost and paid. */
  #report(parts: readonly string[]): Change {
    const { finders, owner, updatedTx } = RECORDS.fault.parse(JSON.parse(this.#text(compositeKey('fault', parts))));
    const keys = [...this.state.keys()].filter(
      (key) => (JSON.parse(this.#text(key)) as { updatedTx?: string }).updatedTx === updatedTx,
    );
    return {
      call: 'inference:reportFault',
      client: owner.member as MemberId,
      endorsers: finders as MemberId[],
      keys,
    };
  }

  /** How a batch, its settlement and its debits are written. */
  #decision(parts: readonly string[]): Change {
    const batch = RECORDS.batch.parse(JSON.parse(this.#text(compositeKey('batch', parts))));
    const debits = batch.sessions.map(({ session }) => compositeKey('debit', [...parts, session]));
    const keys = [compositeKey('batch', parts), compositeKey('settlement', parts), ...debits];
    if (batch.state === 'anchored') return { call: 'inference:anchorBatch', keys };
    return { call: 'inference:acceptBatch', endorsers: decidersOf(batch), keys };
  }

  #text(key: string): string {
    const bytes = this.state.get(key);
    if (!bytes) throw new Error(`there is no ${key}`);
    return Buffer.from(bytes).toString('utf8');
  }
}

function decidersOf({ verifiers, electorate, needed }: Batch): MemberId[] {
  return (verifiers.length > 0 ? verifiers : electorate.slice(0, needed)) as MemberId[];
}

/** A state of such records. */
export function stateOf(
  records: readonly (readonly [RecordType, readonly string[], object])[],
): Map<string, Uint8Array> {
  return new Map(
    records.map(([type, parts, record]) => [compositeKey(type, parts), ENCODER.encode(canonicalJson(record))]),
  );
}

/** A block as a peer has it. */
function serialised(evidence: BlockEvidence): Uint8Array {
  const header = new common.BlockHeader();
  header.setNumber(evidence.number);
  header.setPreviousHash(unbase64(evidence.previousHash));
  header.setDataHash(unbase64(evidence.dataHash));
  const data = new common.BlockData();
  data.setDataList(evidence.data.map(unbase64));
  const signed = new common.Metadata();
  signed.setValue(unbase64(evidence.metadata));
  signed.setSignaturesList(
    evidence.signatures.map(({ header: identifier, signature }) => {
      const made = new common.MetadataSignature();
      made.setIdentifierHeader(unbase64(identifier));
      made.setSignature(unbase64(signature));
      return made;
    }),
  );
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList([signed.serializeBinary()]);
  const block = new common.Block();
  block.setHeader(header);
  block.setData(data);
  block.setMetadata(metadata);
  return block.serializeBinary();
}
