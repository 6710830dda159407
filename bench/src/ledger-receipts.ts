import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatchDraft } from '@llmchain/gateway';
import type { LedgerClient } from '@llmchain/ledger-client';
import {
  leafHash,
  LlmchainError,
  manifestDigest,
  MerkleTree,
  MOST_RECEIPTS,
  ordinal,
  rootFromPath,
  sha256Hex,
  toHex,
  type BatchEntry,
} from '@llmchain/protocol';
import { z } from 'zod';
import { installBare, oneRecord, warmUp } from './bare/contract';
import type { Benchmark } from './benchmark';
import type { Consortium } from './consortium';
import { timesPerSecond } from './load';
import { patiently } from './patiently';
import { Peer } from './peer';
import { SignedReceipts } from './signed-receipts';

const SUBMITTERS = 64;
const SESSIONS = 8;
/** Micro-credits that an answer costs, and that each session sets aside. */
const PRICE = 100;
const ESCROW = 100_000_000;
const MODEL = 'bench';
const APPROVERS = ['guild', 'archive', 'lab'] as const;

type StoredReceipts = ReturnType<SignedReceipts['take']>;

/**
 * Receipts per second on the ledger. `anchored receipts`: signed beforehand, they are drafted as the gateway does it, their
 * list is written to disk, and the batch is anchored and committed, which draws what they cost from their sessions. Then
 * each one's inclusion is proved against the root on the ledger (`proofs`, apart). Rivals accept none of it: nobody
 * computed the answers, so the debits stay held, or are released when a rival rejects the batch. `one record per
 * transaction`: 64 at once submit the smallest record there is, a signer's key, to a chaincode of stock fabric-shim alone, which
 * writes it and looks at nothing (`bare/chaincode.ts`), on the same channel, through the same peer and client. `…, our
 * contract`: the same requests to the consortium's own chaincode, which checks them and also writes the mark that makes them
 * idempotent.
 */
export const ledgerReceipts: Benchmark = {
  rounds: 5,
  ratio: 'ratio',
  goals: [{ arm: 'ratio', least: 500 }],
  async run({ consortium, samples, rounds, smoke, say }) {
    consortium.assertOwn('register a model that nobody can serve');
    await consortium.command(z.unknown(), 'up', '--without-models');
    const annex = await consortium.annex();
    await annex.define(await installBare(annex));
    const producer = await consortium.member('compute');
    const peer = await Peer.of(producer.gatewayConfig);
    try {
      const ledger = await peer.asService();
      const bare = await peer.asService({ chaincode: 'bare' });
      await warmUp(bare);
      const receipts = await prepare(consortium, ledger, producer.mspId);
      const list = join(consortium.home, 'bench-receipts.json');
      // The first batch, of one receipt, waits for peers that are some blocks behind.
      await patiently(() => ledger.submit('inference:anchorBatch', draft(receipts.take(1), 1)), ['not_found']);
      for (let round = 1; round <= rounds; round++) {
        const signed = receipts.take(smoke ? 1_000 : MOST_RECEIPTS);
        const sequence = round + 1;
        const anchored = await rate(signed.length, async () => {
          const entry = draft(signed, sequence);
          await writeFile(list, listOf(signed), { flush: true });
          await ledger.submit('inference:anchorBatch', entry);
        });
        const batch = await ledger.get('batch', producer.mspId, ordinal(sequence));
        const proofs = await rate(signed.length, () => prove(signed, batch.root));
        const drawn = await debited(ledger, batch);
        const [concurrency, seconds] = smoke ? [4, 1] : [SUBMITTERS, 15];
        const single = await timesPerSecond(() => oneRecord(bare), { concurrency, seconds });
        const marked = await timesPerSecond(() => oneRecord(ledger), { concurrency, seconds });
        samples.add('anchored receipts', '1/s', anchored);
        samples.add('one record per transaction', '1/s', single);
        samples.add('ratio', '×', anchored / single);
        samples.add('one record per transaction, our contract', '1/s', marked);
        samples.add('proofs', '1/s', proofs);
        say(
          `${signed.length} receipts anchored and proved, ${drawn} micro-credits drawn: ${Math.round(anchored)}/s; ` +
            `one per transaction: ${single.toFixed(1)}/s, by our contract ${marked.toFixed(1)}/s`,
        );
      }
      await rm(list, { force: true });
    } finally {
      peer.close();
    }
  },
};

/** How many per second, when `act` does so many at once. */
async function rate(count: number, act: () => unknown): Promise<number> {
  const started = performance.now();
  await act();
  return (count / (performance.now() - started)) * 1000;
}

/** @throws {LlmchainError} `internal` when one batch does not hold them all */
function draft(receipts: StoredReceipts, sequence: number): BatchEntry {
  const batch = new BatchDraft();
  if (!receipts.every((receipt) => batch.add(receipt)))
    throw new LlmchainError('internal', `A batch holds no ${receipts.length} of these receipts.`);
  return batch.entry(sequence);
}

/** The file that the batch's address names. */
function* listOf(receipts: StoredReceipts): Generator<string> {
  const page = 1_000;
  for (let at = 0; at < receipts.length; at += page) {
    const bodies = receipts.slice(at, at + page).map(({ body }) => body);
    yield (at === 0 ? '[' : ',') + bodies.join(',');
  }
  yield ']';
}

/** Proves each receipt's inclusion and checks the proof. @throws {LlmchainError} `digest_mismatch` for one that fails */
function prove(receipts: StoredReceipts, root: string): void {
  const leaves = receipts.map(({ body }) => leafHash(body));
  const tree = new MerkleTree(leaves);
  for (const [index, leaf] of leaves.entries()) {
    const reached = rootFromPath(leaf, index, leaves.length, tree.path(index));
    if (!reached || toHex(reached) !== root)
      throw new LlmchainError('digest_mismatch', `Receipt ${index} does not lead to the root on the ledger.`);
  }
}

/** What the batch's debits on the ledger sum to. @throws {LlmchainError} `internal` when it is not what the batch costs */
async function debited(
  ledger: LedgerClient,
  { producer, sequence, sessions, amount }: BatchEntry & { producer: string },
): Promise<number> {
  let sum = 0;
  for (const { session } of sessions) sum += (await ledger.get('debit', producer, ordinal(sequence), session)).amount;
  if (sum !== amount) throw new LlmchainError('internal', `The batch costs ${amount}, its debits sum to ${sum}.`);
  return sum;
}

/** Puts on the ledger what the chaincode asks of a batch: an approved version, sessions that pay, and those who sign. */
async function prepare(consortium: Consortium, producer: LedgerClient, mspId: string): Promise<SignedReceipts> {
  const peers = new Map<string, Peer>();
  for (const name of APPROVERS) peers.set(name, await Peer.of((await consortium.member(name)).gatewayConfig));
  try {
    const admins = new Map<string, LedgerClient>();
    for (const [name, peer] of peers) admins.set(name, await peer.as('admin', 12));
    await admins.get('lab')!.submit('models:register', { operationId: randomUUID(), ...version() });
    for (const admin of admins.values()) {
      const approval = { operationId: randomUUID(), model: MODEL, version: 1 };
      await patiently(() => admin.submit('models:approve', approval), ['not_found']);
    }
    const payer = admins.get('archive')!;
    const sessions = Array.from({ length: SESSIONS }, () => randomUUID());
    for (const session of sessions) {
      const opening = { operationId: randomUUID(), session, caller: 'bench', amount: ESCROW };
      await payer.submit('inference:openSession', opening);
    }
    const { mspId: gateway } = await consortium.member('archive');
    const receipts = new SignedReceipts({ gateway, producer: mspId, model: MODEL, sessions, amount: PRICE });
    const { gateway: orders, worker: answers } = receipts;
    for (const [ledger, kind, { id: signer, publicKey }] of [
      [await peers.get('archive')!.asService(), 'gateway', orders],
      [producer, 'worker', answers],
    ] as const)
      await ledger.submit('members:registerSigner', { operationId: randomUUID(), signer, kind, publicKey });
    return receipts;
  } finally {
    for (const peer of peers.values()) peer.close();
  }
}

/** A version of which there is the record alone: anchoring asks for no more than that it is approved. */
function version() {
  const file = { path: 'model.onnx', sha256: sha256Hex('bench'), bytes: 1 };
  return {
    ...{ model: MODEL, version: 1, title: 'For a benchmark', format: 'onnx' as const, precision: 'fp32' as const },
    external: {
      source: 'pkg:generic/bench@1',
      upstream: file.sha256,
      licence: 'CC0-1.0',
      trainingData: 'undisclosed',
    },
    ...{ modelParamsAddress: `sha256/${file.sha256}`, files: [file], manifest: manifestDigest([file]) },
    ...{ contextTokens: 2_048, prices: { request: PRICE, promptToken: 0, completionToken: 0 } },
    verification: { marginMicro: 0, sampleRate: 1 },
  };
}
