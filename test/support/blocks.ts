import { EventEmitter, once } from 'node:events';
import type { BlockTransaction, BlockWrite, LedgerBlock } from '@llmchain/ledger-client';
import {
  BATCH_TIMEOUT_MS,
  canonicalJson,
  compositeKey,
  decode,
  ordinal,
  RECORDS,
  sha256Hex,
  type DatasetItem,
  type External,
  type RecordOf,
  type RecordType,
} from '@llmchain/protocol';

/** Blocks as a peer would deliver them, made by hand: for tests of whatever reads them. */

export const CHAINCODE = 'llmchain';
const EPOCH = 1_700_000_000_000;
const stamps = { createdTx: 'first', updatedTx: 'last' };

/** One write of a record that fits its schema. */
export function put<T extends RecordType>(type: T, parts: readonly string[], record: RecordOf<T>): BlockWrite {
  decode(RECORDS[type], record, type);
  return rawWrite(compositeKey(type, parts), canonicalJson(record));
}

export function rawWrite(key: string, text: string | null, namespace = CHAINCODE): BlockWrite {
  return { namespace, key, value: text === null ? null : Buffer.from(text, 'utf8') };
}

/** A valid transaction, unless told otherwise; its id is made of its writes. */
export function transaction(
  name: string,
  writes: readonly BlockWrite[],
  other: Partial<BlockTransaction> = {},
): Omit<BlockTransaction, 'index'> {
  return {
    id: sha256Hex(name, ...writes.map((write) => write.key)),
    valid: true,
    validationCode: 0,
    creator: 'LabMSP',
    timestamp: EPOCH,
    function: name,
    endorsers: ['ArchiveMSP', 'GuildMSP', 'LabMSP'],
    writes: [...writes],
    ...other,
  };
}

export function block(number: number, transactions: readonly Omit<BlockTransaction, 'index'>[]): LedgerBlock {
  const at = (index: number): { index: number } => ({ index });
  return {
    number,
    transactions: transactions.map((entry, index) => ({
      ...entry,
      ...at(index),
      timestamp: entry.timestamp === EPOCH ? EPOCH + number * 1_000 : entry.timestamp,
    })),
  };
}

export function work(title: string, person = 'ann', other: Partial<RecordOf<'work'>> = {}): RecordOf<'work'> {
  return {
    schema: 'work/1',
    sha256: sha256Hex(title),
    title,
    creators: [{ person, share: 10_000 }],
    medium: 'text',
    bytes: 600,
    preference: { generative_training: 'constrained' },
    state: 'registered',
    shares: [{ holder: `artist:GuildMSP:${person}`, share: 10_000 }],
    disputes: [],
    formerOwners: [],
    licences: [],
    owner: { member: 'GuildMSP', person },
    ...stamps,
    ...other,
  };
}

export function putWork(record: RecordOf<'work'>): BlockWrite {
  return put('work', [record.sha256], record);
}

export function putLicence(licence: string, works: string[], state: 'offered' | 'active' | 'revoked'): BlockWrite {
  return put('licence', [licence], {
    schema: 'licence/1',
    licence,
    works,
    licensee: '*',
    uses: ['generative_training'],
    from: 0,
    until: null,
    price: 0,
    weight: 100,
    owner: { member: 'GuildMSP', person: 'ann' },
    state,
    ...stamps,
  });
}

export function item(text: string, other: Partial<DatasetItem> = {}): DatasetItem {
  const digest = sha256Hex(text);
  return { digest, work: digest, spdx: 'CC0-1.0', bytes: 600, tokens: 600, ...other };
}

export function putPage(dataset: string, version: number, index: number, items: DatasetItem[]): BlockWrite {
  return put('dataset-page', [dataset, ordinal(version), ordinal(index)], {
    schema: 'dataset-page/1',
    dataset,
    version,
    index,
    root: sha256Hex('page'),
    items,
    consent: { epochs: {}, until: null },
    owner: { member: 'ArchiveMSP' },
    ...stamps,
  });
}

export function putDatasetVersion(dataset: string, version: number, items: number): BlockWrite {
  return put('dataset-version', [dataset, ordinal(version)], {
    schema: 'dataset-version/1',
    dataset,
    version,
    root: sha256Hex('root'),
    pages: 1,
    items,
    tokens: items,
    bytes: items,
    owner: { member: 'ArchiveMSP' },
    ...stamps,
  });
}

export function putJob(job: string, dataset: string, version: number): BlockWrite {
  return put('job', [job], {
    schema: 'training-job/1',
    job,
    purpose: 'verses',
    datasets: [{ dataset, version }],
    architecture: { layers: 2 },
    graph: sha256Hex('graph'),
    tokenizer: sha256Hex('tokenizer'),
    initialParameters: sha256Hex('initial'),
    seed: 1,
    steps: 10,
    state: 'open',
    owner: { member: 'LabMSP' },
    ...stamps,
  });
}

export function putModel(
  model: string,
  version: number,
  from: { job: string; dataset: string; datasetVersion: number } | { external: External },
  state: 'candidate' | 'approved',
  more: Partial<RecordOf<'model'>> = {},
): BlockWrite {
  const digest = sha256Hex(model, String(version));
  const lineage =
    'external' in from
      ? from
      : {
          job: from.job,
          datasets: [{ dataset: from.dataset, version: from.datasetVersion }],
          royalty: { root: digest, address: `sha256/${digest}`, total: 1, entries: 1 },
        };
  return put('model', [model, ordinal(version)], {
    schema: 'model-version/1',
    model,
    version,
    title: 'A poet',
    ...lineage,
    modelParamsAddress: `sha256/${digest}`,
    manifest: digest,
    files: [{ path: 'onnx/model.onnx', sha256: digest, bytes: 10 }],
    format: 'onnx',
    precision: 'fp32',
    contextTokens: 256,
    prices: { request: 1, promptToken: 1, completionToken: 1 },
    verification: { marginMicro: 1_000, sampleRate: 10_000 },
    class: 'external' in from ? 'external' : 'consortium',
    state,
    approvals: state === 'approved' ? ['ArchiveMSP', 'GuildMSP', 'LabMSP'] : [],
    owner: { member: 'LabMSP' },
    ...stamps,
    ...more,
  });
}

export function putBatch(
  producer: string,
  sequence: number,
  of: { model: string; version: number },
  state: 'anchored' | 'accepted' | 'rejected' | 'expired',
): BlockWrite {
  return put('batch', [producer, ordinal(sequence)], {
    schema: 'batch/1',
    batch: `${producer}/${sequence}`,
    producer,
    sequence,
    ...of,
    root: sha256Hex('receipts'),
    count: 1,
    promptTokens: 1,
    completionTokens: 1,
    amount: 100,
    receipts: `sha256/${sha256Hex('receipts')}`,
    sessions: [{ session: 's1', amount: 100 }],
    workers: [{ worker: 'worker.compute', lastOrder: EPOCH }],
    electorate: ['ArchiveMSP', 'GuildMSP', 'LabMSP'],
    turns: ['ArchiveMSP', 'GuildMSP', 'LabMSP'],
    needed: 2,
    state,
    verifiers: state === 'accepted' ? ['ArchiveMSP', 'GuildMSP'] : [],
    anchored: EPOCH,
    deadline: EPOCH + BATCH_TIMEOUT_MS,
    owner: { member: producer },
    ...stamps,
  });
}

export function putSettlement(
  producer: string,
  sequence: number,
  of: { model: string; version: number },
  state: 'pending' | 'released',
): BlockWrite {
  return put('settlement', [producer, ordinal(sequence)], {
    schema: 'settlement/1',
    batch: `${producer}/${sequence}`,
    ...of,
    state,
    parts: [{ account: `member:${producer}`, amount: 40 }],
    pool: 60,
    owner: { member: producer },
    ...stamps,
  });
}

export function putClaim(
  payee: `artist:${string}:${string}`,
  producer: string,
  model: string,
  version: number,
): BlockWrite {
  return put('cursor', [payee, producer, model, ordinal(version)], {
    schema: 'claim-cursor/1',
    payee,
    producer,
    model,
    version,
    next: 2,
    claimed: 60,
    owner: { member: 'GuildMSP', person: 'ann' },
    ...stamps,
  });
}

export function putSigner(signer: string): BlockWrite {
  return put('signer', [signer], {
    schema: 'signer/1',
    signer,
    kind: 'worker',
    publicKey: sha256Hex(signer),
    owner: { member: 'ComputeMSP' },
    ...stamps,
  });
}

/** A peer made of a list of blocks: delivers those it has, then waits for more, until it is cut off. */
export class BlockList {
  readonly #blocks: LedgerBlock[];
  readonly #events = new EventEmitter().setMaxListeners(0);
  /** From which block each stream began. */
  readonly begun: number[] = [];

  constructor(blocks: readonly LedgerBlock[]) {
    this.#blocks = [...blocks];
  }

  add(next: LedgerBlock): void {
    this.#blocks.push(next);
    this.#events.emit('block');
  }

  /** Breaks every stream, as a peer that goes away does. */
  cut(): void {
    this.#events.emit('error', new Error('the peer went away'));
  }

  async *blocks(from: number, signal: AbortSignal): AsyncGenerator<LedgerBlock> {
    this.begun.push(from);
    for (let number = from; ; number++) {
      let next: LedgerBlock | undefined;
      while (!(next = this.#blocks.find((candidate) => candidate.number === number))) {
        if (!(await this.#more(signal))) return;
      }
      yield next;
    }
  }

  /** Waits for a block; false when the reader has left. */
  async #more(signal: AbortSignal): Promise<boolean> {
    try {
      await once(this.#events, 'block', { signal });
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }
}
