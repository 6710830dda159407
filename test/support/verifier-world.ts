import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import {
  publicKeyOf,
  receiptId,
  receiptList,
  sha256Hex,
  sign,
  ticketDigest,
  type Batch,
  type Continuation,
  type Opening,
  type Receipt,
  type Ticket,
  type Verdict,
} from '@llmchain/protocol';
import pino from 'pino';
import { generate } from '../../inference-workers/src/engine/generate';
import type { Generated } from '../../inference-workers/src/engine/generation';
import { clearFolder } from '../../inference-workers/src/files/model-files';
import { LedgerFacts } from '../../inference-workers/src/ledger/ledger-facts';
import { ServableModel } from '../../inference-workers/src/models/servable-model';
import { conclude, type Answer, type Concluded } from '../../inference-workers/src/receipts/conclude';
import { BatchVerification } from '../../inference-workers/src/verifier/batch-verification';
import { Reexamination } from '../../inference-workers/src/verifier/reexamination';
import { VerdictStore } from '../../inference-workers/src/verifier/verdict-store';
import { Verifier } from '../../inference-workers/src/verifier/verifier';
import { batchOf } from './worker-batches';
import { MemoryLedger, signerRecord } from './worker-ledger';
import { tinyModel } from './worker-model';
import { continuationOf, requestOf, testGateway, type TestGateway } from './worker-requests';

const log = pino({ level: 'silent' });
const CPU = { provider: 'cpu', threads: 1 } as const;
const guild = testGateway('guild', 'GuildMSP');
const workerKey = new Uint8Array(32).fill(7);
const SIGNER = { worker: 'compute-worker-1', producer: 'ComputeMSP', secretKey: workerKey };

/** How an answer is not as it should be. */
export interface Lie {
  /** Only what follows so many tokens is answered, as a gateway orders it. */
  from?: number;
  continuation?: Partial<Continuation>;
  /** Who signs that order. */
  by?: TestGateway;
  ticket?: Partial<Ticket>;
  /** With what the answer is computed. */
  model?: ServableModel;
  seed?: string;
  generated?: (honest: Generated) => Generated;
  answer?: Partial<Answer>;
  /** Changes before the worker signs. */
  receipt?: (honest: Receipt) => Receipt;
  opening?: (honest: Opening) => Opening;
}

/** Answers of the compute member's worker, honest and other ones, and verifiers of the archive. */
export class VerifierWorld {
  readonly ledger = new MemoryLedger();
  readonly #folder: string;

  private constructor(
    folder: string,
    readonly model: ServableModel,
    readonly other: ServableModel,
    /** As `model`, with half of all bytes as stop tokens. */
    readonly curt: ServableModel,
  ) {
    this.#folder = folder;
    for (const [id, kind, key, member] of [
      [guild.signer, 'gateway', guild.publicKey, 'GuildMSP'],
      [SIGNER.worker, 'worker', publicKeyOf(workerKey), 'ComputeMSP'],
    ] as const) {
      this.ledger.put('signer', [id], signerRecord(id, kind, key, member));
    }
    const stamps = { createdTx: 't', updatedTx: 't' };
    const session = {
      schema: 'session/1',
      caller: 'key-1',
      escrow: 1e9,
      reserved: 0,
      state: 'open',
      ...stamps,
    } as const;
    this.ledger.put('session', ['ses-1'], { ...session, session: 'ses-1', owner: { member: 'GuildMSP' } });
    this.ledger.put('session', ['ses-2'], { ...session, session: 'ses-2', owner: { member: 'LabMSP' } });
  }

  static async start(): Promise<VerifierWorld> {
    const folder = await mkdtemp(path.join(tmpdir(), 'verifier-'));
    const load = async (name: string, seed: number, stopTokens: number[] = []): Promise<ServableModel> => {
      const files = path.join(folder, name);
      return ServableModel.load(clearFolder(files), await tinyModel(files, { seed, stopTokens }), CPU);
    };
    const evens = Array.from({ length: 128 }, (_, i) => 2 * i);
    return new VerifierWorld(folder, await load('one', 1), await load('two', 2), await load('curt', 1, evens));
  }

  async stop(): Promise<void> {
    for (const each of [this.model, this.other, this.curt]) await each.close();
    await rm(this.#folder, { recursive: true });
  }

  /** One answer as a worker makes it, honest but for what `lie` says. */
  async answered(text: string, lie: Lie = {}): Promise<Concluded> {
    const { ticket, input, inputSalt } = requestOf(
      guild,
      { kind: 'chat', messages: [{ role: 'user', content: text }] },
      lie.ticket,
    );
    const prompt = this.model.prompts.encode(input);
    const { temperatureMilli } = ticket.body.sampler;
    const seed = lie.seed ?? ticketDigest(ticket.body);
    const order = { prompt, seed, temperatureMilli, maxTokens: ticket.body.maxTokens, tenant: 'session' };
    const compute = (changes: object): Promise<Generated> =>
      generate(lie.model ?? this.model, { ...order, ...changes }, () => undefined, new AbortController().signal);
    const before = lie.from === undefined ? undefined : (await compute({})).tokens.slice(0, lie.from);
    const continued = before && continuationOf(lie.by ?? guild, ticket, before, lie.continuation);
    const honest = await compute(before ? { answered: before } : {});
    const generated = lie.generated?.(honest) ?? honest;
    const now = Date.now();
    const outputSalt = sha256Hex(text);
    const { receipt, opening } = conclude(
      {
        ticket,
        continued,
        input,
        inputSalt,
        promptTokens: prompt.length,
        ...generated,
        started: now,
        ended: now,
        outputSalt,
        ...lie.answer,
      },
      this.model,
      { provider: 'cpu', runtime: 'test' },
      SIGNER,
    );
    const body = lie.receipt?.(receipt.body) ?? receipt.body;
    return {
      receipt: sign('llmchain/receipt/1', body, SIGNER.worker, workerKey),
      opening: lie.opening?.(opening) ?? opening,
    };
  }

  /** A verifier of the archive, and a producer that serves what it was given. */
  async bench(store?: VerdictStore, loaded = this.model) {
    const verdicts = path.join(this.#folder, sha256Hex(String(Math.random())));
    await mkdir(verdicts, { recursive: true });
    const opened = store ?? (await VerdictStore.open(verdicts));
    const lists = new Map<string, Buffer>();
    const openings = new Map<string, Opening>();
    const asked: string[] = [];
    const serve = <T>(map: Map<string, T>, id: string): Promise<T> => {
      asked.push(id);
      const found = map.get(id);
      return found ? Promise.resolve(found) : Promise.reject(Object.assign(new Error('gone'), { code: 'not_found' }));
    };
    const stopping = new AbortController();
    const verification = new BatchVerification(
      { retryMs: 1, folder: verdicts },
      {
        facts: new LedgerFacts(this.ledger.as('ArchiveMSP')),
        files: {
          content: async (_member, id) => Readable.from([await serve(lists, id)]),
          opening: (_member, id) => serve(openings, id),
        },
        signal: stopping.signal,
      },
    );
    const verifier = new Verifier(
      { member: 'ArchiveMSP', unavailableMs: 30 },
      { verification, models: { get: () => loaded }, store: opened, log },
    );
    const running = verifier.run(stopping.signal);
    return {
      asked,
      verdicts,
      verifier,
      store: opened,
      produce: (answers: readonly Concluded[], changes: Partial<Batch> = {}): Batch => {
        const receipts = answers.map(({ receipt }) => receipt);
        const batch = batchOf(receipts, changes);
        lists.set(sha256Hex(receiptList(receipts)), Buffer.from(receiptList(receipts)));
        for (const [index, { opening }] of answers.entries()) openings.set(receiptId(receipts[index]!.body), opening);
        return batch;
      },
      openings,
      lists,
      examines: (faultEvidence: (member: string, sha256: string) => Promise<Buffer>) =>
        new Reexamination(
          { member: 'ArchiveMSP' },
          {
            verification,
            facts: new LedgerFacts(this.ledger.as('ArchiveMSP')),
            files: { faultEvidence },
            models: { get: () => loaded },
            store: opened,
            log,
          },
        ),
      stop: async () => {
        stopping.abort();
        await running;
      },
    };
  }

  /** What the archive says of a batch of two honest answers and one by `lie`. */
  async judged(lie: Lie, changes: Partial<Batch> = {}, loaded = this.model): Promise<Verdict> {
    const rig = await this.bench(undefined, loaded);
    try {
      const honest = { model: loaded };
      const answers = [
        await this.answered('one', honest),
        await this.answered('two', { ...honest, ...lie }),
        await this.answered('three', honest),
      ];
      return await verdictOn(rig.verifier, rig.produce(answers, changes));
    } finally {
      await rig.stop();
    }
  }
}

/** Waits for a verdict, by default the first that is not `pending`. */
export async function verdictOn(
  verifier: Verifier,
  batch: Batch,
  enough = ({ verdict }: Verdict): boolean => verdict !== 'pending',
): Promise<Verdict> {
  verifier.consider(batch, true);
  for (const end = Date.now() + 4_000; Date.now() < end;) {
    const verdict = verifier.verdict(batch.batch, batch.root);
    if (enough(verdict)) return verdict;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`no verdict on ${batch.batch}`);
}
