import type { EvidenceBundle } from '@llmchain/evidence';
import {
  BATCH_TIMEOUT_MS,
  batchRoot,
  canonicalJson,
  compositeKey,
  ordinal,
  proveInclusion,
  publicKeyOf,
  receiptLeaves,
  sha256Hex,
  type Batch,
  type Debit,
  type Settlement,
  type SignedReceipt,
  type Signer,
} from '@llmchain/protocol';
import { GATEWAY_KEY, receiptOf, WORKER_KEY } from './receipts';
import { NOW, type EvidenceWorld, type MemberId } from './evidence-world';
import type { TestSigner } from './evidence-identities';

const PRODUCER = 'ComputeMSP';

/** What a test wants to be otherwise in evidence of a receipt. */
export interface Otherwise {
  batch?: Partial<Batch>;
  call?: string;
  endorsers?: readonly TestSigner[];
  client?: TestSigner;
  transactionTime?: number;
  highS?: 'block' | 'endorsement' | 'read';
  signedBy?: readonly MemberId[];
  readBy?: readonly TestSigner[];
  /** Who signs the reads of the gateway's and the worker's keys. */
  keysReadBy?: readonly TestSigner[];
  readTime?: number;
  /** What else the transaction writes, by state key. */
  writes?: Readonly<Record<string, string>>;
  /** What the members say of the batch, where it is not what the transaction wrote. */
  said?: Partial<Batch>;
  place?: { block: number; index: number };
  configurations?: EvidenceBundle['configurations'];
  configuration?: number;
  worker?: Partial<Signer>;
  gateway?: Partial<Signer>;
}

/** A key on the ledger. */
export function signer(id: string, kind: Signer['kind'], key: Uint8Array, member: string): Signer {
  const stamps = { createdTx: 'tx', updatedTx: 'tx' };
  return { schema: 'signer/1', signer: id, kind, publicKey: publicKeyOf(key), owner: { member }, ...stamps };
}

/** What is written of a batch's money beside it, by state key. */
export function moneyOf(batch: Batch): Record<string, string> {
  const { model, version, owner, createdTx, updatedTx, state, amount } = batch;
  const key = [batch.producer, ordinal(batch.sequence)];
  const of = { batch: batch.batch, owner, createdTx, updatedTx };
  const pool = state === 'accepted' ? Math.floor(amount / 3) : 0;
  const settlement: Settlement = {
    schema: 'settlement/1',
    ...of,
    model,
    version,
    state: state === 'accepted' ? 'released' : state === 'anchored' ? 'pending' : 'void',
    parts: state === 'accepted' ? [{ account: `member:${batch.producer}`, amount: amount - pool }] : [],
    pool,
  };
  const debits = batch.sessions.map(({ session, amount }): [string, Debit] => [
    compositeKey('debit', [...key, session]),
    {
      schema: 'debit/1',
      ...of,
      session,
      amount,
      state: state === 'accepted' ? 'spent' : state === 'anchored' ? 'held' : 'released',
    },
  ]);
  const written: [string, object][] = [[compositeKey('settlement', key), settlement], ...debits];
  return Object.fromEntries(written.map(([at, record]) => [at, canonicalJson(record)]));
}

/** A batch of such receipts that two rivals of its producer accepted. */
export function batchOf(receipts: readonly SignedReceipt[], change: Partial<Batch> = {}): Batch {
  return {
    schema: 'batch/1',
    batch: `${PRODUCER}/1`,
    producer: PRODUCER,
    sequence: 1,
    model: 'poet',
    version: 1,
    root: batchRoot(receipts),
    count: receipts.length,
    promptTokens: 12,
    completionTokens: 60,
    amount: 300,
    receipts: `sha256/${sha256Hex('list')}`,
    sessions: [{ session: 'ses-1', amount: 300 }],
    workers: [{ worker: 'compute-worker-1', lastOrder: NOW }],
    electorate: ['ArchiveMSP', 'GuildMSP', 'LabMSP'],
    turns: ['LabMSP', 'ArchiveMSP', 'GuildMSP'],
    needed: 2,
    state: 'accepted',
    verifiers: ['ArchiveMSP', 'LabMSP'],
    anchored: NOW,
    deadline: NOW + BATCH_TIMEOUT_MS,
    owner: { member: PRODUCER },
    createdTx: 'anchor',
    updatedTx: 'accept',
    ...change,
  };
}

/** Evidence of the second of three receipts in a batch that two rivals of its producer accepted. */
export function receiptEvidence(world: EvidenceWorld, otherwise: Otherwise = {}): EvidenceBundle {
  const receipts = ['a', 'b', 'c'].map((seed) => receiptOf(seed));
  const key = [PRODUCER, ordinal(1)];
  const batch = batchOf(receipts, otherwise.batch);
  const other = world.transaction({ call: 'artworks:register', argument: '{}', writes: { other: '{}' } });
  const accepted = world.transaction({
    call: otherwise.call ?? 'inference:acceptBatch',
    argument: canonicalJson({ producer: PRODUCER, sequence: 1, verifiers: batch.verifiers }),
    writes: { ...moneyOf(batch), [compositeKey('batch', key)]: canonicalJson(batch), ...otherwise.writes },
    endorsers: otherwise.endorsers ?? world.peers('ArchiveMSP', 'LabMSP'),
    time: otherwise.transactionTime ?? NOW,
    highS: otherwise.highS === 'endorsement',
    ...(otherwise.client ? { client: otherwise.client } : {}),
  });
  const block = world.block(300, [other, accepted], {
    configuration: otherwise.configuration ?? 0,
    highS: otherwise.highS === 'block',
    ...(otherwise.signedBy ? { signedBy: otherwise.signedBy } : {}),
  });
  const asked = {
    time: otherwise.readTime ?? NOW,
    highS: otherwise.highS === 'read',
    ...(otherwise.readBy ? { endorsers: otherwise.readBy } : {}),
  };
  const keys = otherwise.keysReadBy ? { endorsers: otherwise.keysReadBy } : {};
  const place = otherwise.place ?? { block: 300, index: 1 };
  const early = { block: 20, index: 0 };
  const gateway = { ...signer('archive-gateway-1', 'gateway', GATEWAY_KEY, 'ArchiveMSP'), ...otherwise.gateway };
  const worker = { ...signer('compute-worker-1', 'worker', WORKER_KEY, PRODUCER), ...otherwise.worker };
  return {
    schema: 'evidence/1',
    subject: {
      kind: 'receipt',
      receipt: receipts[1]!,
      inclusion: proveInclusion(receiptLeaves(receipts), 1),
      gateway: world.read('signer', ['archive-gateway-1'], gateway, early, keys),
      worker: world.read('signer', ['compute-worker-1'], worker, early, keys),
    },
    configurations: otherwise.configurations ?? [world.genesis],
    block,
    read: world.read('batch', key, { ...batch, ...otherwise.said }, place, asked),
  };
}
