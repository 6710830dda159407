import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import path from 'node:path';
import {
  BATCH_TIMEOUT_MS,
  batchRoot,
  decodeJson,
  Opening,
  ordinal,
  receiptList,
  sha256Hex,
  SignedReceipt,
  Verdict,
  type Batch,
  type Receipt,
} from '@llmchain/protocol';
import { until } from './until';
import type { MemberName, WorkerBench } from './worker-bench';

/** A batch of receipts as the ledger has it once the compute member has anchored them. */
export function batchOf(receipts: readonly SignedReceipt[], changes: Partial<Batch> = {}): Batch {
  const sum = (part: (body: Receipt) => number): number => receipts.reduce((total, { body }) => total + part(body), 0);
  const sequence = changes.sequence ?? 1;
  const amounts = new Map<string, number>();
  const workers = new Map<string, number>();
  for (const { body } of receipts) {
    const { session } = body.ticket.body;
    amounts.set(session, (amounts.get(session) ?? 0) + body.amount);
    workers.set(body.worker, Math.max(workers.get(body.worker) ?? 0, body.ticket.body.issued));
  }
  return {
    schema: 'batch/1',
    batch: `ComputeMSP/${sequence}`,
    producer: 'ComputeMSP',
    sequence,
    model: 'tiny',
    version: 1,
    root: batchRoot(receipts),
    count: receipts.length,
    promptTokens: sum((body) => body.promptTokens),
    completionTokens: sum((body) => body.completionTokens),
    amount: sum((body) => body.amount),
    receipts: `sha256/${sha256Hex(receiptList(receipts))}`,
    sessions: [...amounts].map(([session, amount]) => ({ session, amount })),
    workers: [...workers].sort().map(([worker, lastOrder]) => ({ worker, lastOrder })),
    electorate: ['GuildMSP', 'ArchiveMSP', 'LabMSP'],
    turns: ['GuildMSP', 'ArchiveMSP', 'LabMSP'],
    needed: 2,
    state: 'anchored',
    verifiers: [],
    anchored: Date.now(),
    deadline: Date.now() + BATCH_TIMEOUT_MS,
    owner: { member: 'ComputeMSP' },
    createdTx: 't',
    updatedTx: 't',
    ...changes,
  };
}

/** Puts the compute worker's pending receipts on the ledger as its gateway does, and serves what belongs to them. */
export async function anchored(
  bench: WorkerBench,
  sequence: number,
  {
    lie = (opening: Opening): Opening => opening,
    ...changes
  }: Partial<Batch> & { lie?: (honest: Opening) => Opening } = {},
): Promise<Batch> {
  const own = bench.client('compute', 'compute');
  const pending = await own.pending();
  const receipts = pending.map(({ receipt }) => decodeJson(SignedReceipt, receipt));
  const openings = pending.map(({ opening }) => decodeJson(Opening, opening));
  await own.call('acknowledgeReceipts', { ids: openings.map(({ receipt }) => receipt) });
  const { peer } = bench.members.compute;
  for (const opening of openings) peer.openings.set(opening.receipt, lie(opening));
  peer.add(receiptList(receipts));
  const batch = batchOf(receipts, { ...changes, sequence });
  bench.ledger.put('batch', ['ComputeMSP', ordinal(sequence)], batch);
  return batch;
}

/** What a member's verifier says to its chaincode. */
export async function verdictOf(
  bench: WorkerBench,
  name: MemberName,
  query: string,
): Promise<{ status: number; body: unknown }> {
  const socketPath = path.join(bench.members[name].folder, 'verifier.sock');
  const call = get({ socketPath, path: `/verdict?${query}` });
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, body: JSON.parse(text) as unknown };
}

/** The archive's verdict when it has one. */
export function judged(bench: WorkerBench, { batch, root }: Batch): Promise<Verdict> {
  return until(async () => {
    const { body } = await verdictOf(bench, 'archive', `batch=${encodeURIComponent(batch)}&root=${root}`);
    const verdict = Verdict.parse(body);
    return verdict.verdict === 'pending' ? undefined : verdict;
  });
}
