import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { BatchDraft, listOf, type StoredReceipt } from '@llmchain/gateway';
import {
  BatchVerification,
  LedgerFacts,
  VerdictStore,
  Verifier,
  type Ledger,
  type Servable,
} from '@llmchain/inference-workers';
import {
  LlmchainError,
  manifestDigest,
  sha256Hex,
  type Batch,
  type BatchEntry,
  type ModelVersion,
} from '@llmchain/protocol';
import pino from 'pino';

interface Key {
  signer: string;
  publicKey: string;
  member: string;
}

/** What a side is asked to do. */
export type Asked =
  | { act: 'draft'; file: string; list: string; sequence: number }
  | {
      act: 'verify';
      batch: Batch;
      /** Where its list is had. */
      url: string;
      folder: string;
      /** Whose verifier it is. */
      member: string;
      keys: { gateway: Key; worker: Key };
      sessions: { ids: string[]; member: string };
    };
type Verifying = Extract<Asked, { act: 'verify' }>;

const PAGE = 1_000;
const stamps = { createdTx: 'bench', updatedTx: 'bench' };

/** What the gateway reads out of its database. */
async function* pages(file: string): AsyncGenerator<StoredReceipt[]> {
  let page: StoredReceipt[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (page.push({ id: line.slice(0, 64), body: line.slice(65) }) < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** As the gateway anchors: it drafts, and reads the receipts again for their list. Then the list is served. */
async function draft({
  file,
  list,
  sequence,
}: Extract<Asked, { act: 'draft' }>): Promise<{ entry: BatchEntry; url: string }> {
  const batch = new BatchDraft();
  for await (const page of pages(file))
    if (!page.every((receipt) => batch.add(receipt)))
      throw new LlmchainError('internal', 'One batch does not hold these receipts.');
  const entry = batch.entry(sequence);
  await pipeline(Readable.from(listOf(pages(file))), createWriteStream(list));
  const server = createServer((_request, response) => {
    void pipeline(createReadStream(list), response).catch(() => response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { entry, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

let store: VerdictStore | undefined;

async function verify({ batch, url, folder, member, keys, sessions }: Verifying): Promise<{ reason: string }> {
  await mkdir(folder, { recursive: true });
  store ??= await VerdictStore.open(folder);
  const stopping = new AbortController();
  const { signal } = stopping;
  const verification = new BatchVerification(
    { retryMs: 1, folder },
    {
      facts: new LedgerFacts(ledgerOf(keys, sessions)),
      files: {
        content: async () => (await fetch(url)).body! as AsyncIterable<Uint8Array>,
        opening: () => Promise.reject(new LlmchainError('not_found', 'Nobody computed this answer.')),
      },
      signal,
    },
  );
  const models = { get: () => modelOf(batch) };
  const verifier = new Verifier({ member }, { verification, models, store, log: pino({ level: 'silent' }) });
  verifier.consider(batch, true);
  const running = verifier.run(signal);
  for (;;) {
    const { verdict, reason } = verifier.verdict(batch.batch, batch.root);
    if (verdict === 'pending') {
      await delay(20);
      continue;
    }
    stopping.abort();
    await running;
    return { reason: reason ?? verdict };
  }
}

/** What the ledger has of those that the receipts name. */
function ledgerOf(keys: Verifying['keys'], { ids, member }: Verifying['sessions']): Pick<Ledger, 'find'> {
  const records = new Map<string, object>();
  for (const [kind, { signer, publicKey, member: owner }] of Object.entries(keys))
    records.set(`signer ${signer}`, {
      schema: 'signer/1',
      signer,
      kind,
      publicKey,
      owner: { member: owner },
      ...stamps,
    });
  const open = { schema: 'session/1', caller: 'bench', escrow: 1e9, reserved: 0, state: 'open', ...stamps };
  for (const session of ids) records.set(`session ${session}`, { ...open, session, owner: { member } });
  return { find: (type, ...parts) => Promise.resolve(records.get([type, ...parts].join(' ')) as never) };
}

/** A model of which checks on paper ask for no more than its record. */
function modelOf({ model, version, amount, count }: Batch): Servable {
  const file = { path: 'model.onnx', sha256: sha256Hex('bench'), bytes: 1 };
  const record: ModelVersion = {
    ...{ schema: 'model-version/1', class: 'consortium', model, version, title: 'For a benchmark', job: 'bench' },
    ...{ datasets: [], modelParamsAddress: `sha256/${file.sha256}`, files: [file], manifest: manifestDigest([file]) },
    ...{ format: 'onnx', precision: 'fp32', contextTokens: 2_048, state: 'approved', approvals: [] },
    prices: { request: amount / count, promptToken: 0, completionToken: 0 },
    verification: { marginMicro: 0, sampleRate: 1 },
    royalty: { root: file.sha256, address: `sha256/${file.sha256}`, total: 1, entries: 1 },
    ...{ owner: { member: 'LabMSP' }, ...stamps },
  };
  return { version: record, tokenizer: sha256Hex('tokenizer'), template: sha256Hex('template') } as Servable;
}

process.on('message', (asked: Asked) => {
  void (asked.act === 'draft' ? draft(asked) : verify(asked)).then((answer) => process.send!(answer));
});
