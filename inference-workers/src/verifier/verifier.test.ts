import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { expect } from '@jest/globals';
import {
  batchRoot,
  canonicalJson,
  commitment,
  ordinal,
  publicKeyOf,
  receiptId,
  receiptList,
  sha256Hex,
  sign,
  ticketDigest,
  verifyInclusion,
  type Batch,
  type Continuation,
  type Opening,
  type Receipt,
  type SignedReceipt,
  type Ticket,
  type Verdict,
} from '@llmchain/protocol';
import pino from 'pino';
import { MemoryLedger, signerRecord } from '../../../test/support/worker-ledger';
import { tinyModel } from '../../../test/support/worker-model';
import { continuationOf, requestOf, testGateway, type TestGateway } from '../../../test/support/worker-requests';
import { clearFolder } from '../files/model-files';
import { generate } from '../engine/generate';
import type { Generated } from '../engine/generation';
import { LedgerFacts } from '../ledger/ledger-facts';
import { ServableModel } from '../models/servable-model';
import { conclude, type Answer, type Concluded } from '../receipts/conclude';
import { BatchVerification } from './batch-verification';
import { Reexamination } from './reexamination';
import { VerdictStore } from './verdict-store';
import { Verifier } from './verifier';

const log = pino({ level: 'silent' });
const CPU = { provider: 'cpu', threads: 1 } as const;
const guild = testGateway('guild', 'GuildMSP');
const workerKey = new Uint8Array(32).fill(7);
const SIGNER = { worker: 'compute-worker-1', producer: 'ComputeMSP', secretKey: workerKey };

let folder: string;
let model: ServableModel;
let other: ServableModel;
/** As `model`, with half of all bytes as stop tokens. */
let curt: ServableModel;
const ledger = new MemoryLedger();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'verifier-'));
  const load = async (name: string, seed: number, stopTokens: number[] = []): Promise<ServableModel> => {
    const files = path.join(folder, name);
    return ServableModel.load(clearFolder(files), await tinyModel(files, { seed, stopTokens }), CPU);
  };
  model = await load('one', 1);
  other = await load('two', 2);
  curt = await load(
    'curt',
    1,
    Array.from({ length: 128 }, (_, i) => 2 * i),
  );
  for (const [id, kind, key, member] of [
    [guild.signer, 'gateway', guild.publicKey, 'GuildMSP'],
    [SIGNER.worker, 'worker', publicKeyOf(workerKey), 'ComputeMSP'],
  ] as const) {
    ledger.put('signer', [id], signerRecord(id, kind, key, member));
  }
  const stamps = { createdTx: 't', updatedTx: 't' };
  const session = { schema: 'session/1', caller: 'key-1', escrow: 1e9, reserved: 0, state: 'open', ...stamps } as const;
  ledger.put('session', ['ses-1'], { ...session, session: 'ses-1', owner: { member: 'GuildMSP' } });
  ledger.put('session', ['ses-2'], { ...session, session: 'ses-2', owner: { member: 'LabMSP' } });
});
afterAll(async () => {
  await model.close();
  await other.close();
  await curt.close();
  await rm(folder, { recursive: true });
});

interface Lie {
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

/** One answer as a worker makes it, honest but for what `lie` says. */
async function answered(text: string, lie: Lie = {}): Promise<Concluded> {
  const { ticket, input, inputSalt } = requestOf(
    guild,
    { kind: 'chat', messages: [{ role: 'user', content: text }] },
    lie.ticket,
  );
  const prompt = model.prompts.encode(input);
  const { temperatureMilli } = ticket.body.sampler;
  const seed = lie.seed ?? ticketDigest(ticket.body);
  const order = { prompt, seed, temperatureMilli, maxTokens: ticket.body.maxTokens, tenant: 'session' };
  const compute = (changes: object): Promise<Generated> =>
    generate(lie.model ?? model, { ...order, ...changes }, () => undefined, new AbortController().signal);
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
    model,
    { provider: 'cpu', runtime: 'test' },
    SIGNER,
  );
  const body = lie.receipt?.(receipt.body) ?? receipt.body;
  return {
    receipt: sign('llmchain/receipt/1', body, SIGNER.worker, workerKey),
    opening: lie.opening?.(opening) ?? opening,
  };
}

function batchOf(receipts: readonly SignedReceipt[], changes: Partial<Batch> = {}): Batch {
  const sum = (part: (body: Receipt) => number): number => receipts.reduce((total, { body }) => total + part(body), 0);
  const sequence = changes.sequence ?? 1;
  const amounts = new Map<string, number>();
  for (const { body } of receipts) {
    const { session } = body.ticket.body;
    amounts.set(session, (amounts.get(session) ?? 0) + body.amount);
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
    electorate: ['GuildMSP', 'ArchiveMSP', 'LabMSP'],
    needed: 2,
    state: 'anchored',
    verifiers: [],
    anchored: Date.now(),
    owner: { member: 'ComputeMSP' },
    createdTx: 't',
    updatedTx: 't',
    ...changes,
  };
}

/** A verifier of the archive, and a producer that serves what it was given. */
async function bench(store?: VerdictStore, loaded = model) {
  const verdicts = path.join(folder, sha256Hex(String(Math.random())));
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
      facts: new LedgerFacts(ledger.as('ArchiveMSP')),
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
          facts: new LedgerFacts(ledger.as('ArchiveMSP')),
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

/** Waits for a verdict, by default the first that is not `pending`. */
async function verdictOn(
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

/** What the archive says of a batch of two honest answers and one by `lie`. */
async function judged(lie: Lie, changes: Partial<Batch> = {}, loaded = model): Promise<Verdict> {
  const rig = await bench(undefined, loaded);
  try {
    const honest = { model: loaded };
    const answers = [
      await answered('one', honest),
      await answered('two', { ...honest, ...lie }),
      await answered('three', honest),
    ];
    return await verdictOn(rig.verifier, rig.produce(answers, changes));
  } finally {
    await rig.stop();
  }
}

test('an honest batch is accepted', async () => {
  expect(await judged({})).toMatchObject({ verdict: 'accept' });
});

test('a cancelled answer and one at temperature 0 are accepted', async () => {
  const cut = (honest: Generated): Generated => ({ tokens: honest.tokens.slice(0, 5), stop: 'cancelled' });
  expect(await judged({ generated: cut })).toMatchObject({ verdict: 'accept' });
  expect(await judged({ ticket: { sampler: { temperatureMilli: 0 } } })).toMatchObject({ verdict: 'accept' });
});

describe('a segment that goes on with what another worker gave', () => {
  test('is accepted, wherever it begins, also when nothing is left', async () => {
    for (const from of [1, 7, 23, 24]) {
      const generated = (honest: Generated): Generated => (from === 24 ? { tokens: [], stop: 'length' } : honest);
      expect(await judged({ from, generated })).toMatchObject({ verdict: 'accept' });
    }
  });

  const spare = { ticket: { maxAmount: 500 } };
  const cases: [string, Lie, Verdict['reason']][] = [
    ['an order for another ticket', { continuation: { ticket: sha256Hex('another') } }, 'ticket_invalid'],
    ['an order of another gateway', { by: testGateway('lab', 'LabMSP') }, 'signature_invalid'],
    ['a forged order', { by: { ...testGateway('guild', 'GuildMSP') } }, 'signature_invalid'],
    ['an order beyond the ticket’s maximum', { ...spare, continuation: { maxAmount: 400 } }, 'ticket_invalid'],
    ['more than was ordered', { continuation: { maxAmount: 10 } }, 'price_mismatch'],
    ['request and prompt paid again', { receipt: (r) => ({ ...r, amount: r.amount + 100 }) }, 'price_mismatch'],
    ['another position', { continuation: { from: 6 } }, 'tokens_mismatch'],
    ['a position that leaves it too long', { continuation: { from: 20 } }, 'tokens_mismatch'],
    ['tokens before it that nobody ordered', { continuation: { answered: sha256Hex('x') } }, 'commitment_mismatch'],
    ['no word of what came before', { opening: ({ answered: _, ...rest }) => rest }, 'commitment_mismatch'],
    [
      'a tail of its own',
      { generated: (h) => ({ ...h, tokens: h.tokens.with(3, (h.tokens[3]! + 1) % 256) }) },
      'output_mismatch',
    ],
    [
      'tokens of other positions',
      { generated: (h) => ({ ...h, tokens: h.tokens.map((_, i) => h.tokens[(i + 1) % 17]!) }) },
      'output_mismatch',
    ],
  ];
  test.each(cases)('is rejected with %s', async (_what, lie, reason) => {
    expect(await judged({ from: 7, ...lie })).toMatchObject({ verdict: 'reject', reason });
  });

  test('counts once: the same order twice is a replay, the ticket’s other segments are not', async () => {
    const rig = await bench();
    const one = await answered('one', { from: 7 });
    expect(await verdictOn(rig.verifier, rig.produce([one]))).toMatchObject({ verdict: 'accept' });
    const again = rig.produce([one], { sequence: 2 });
    expect(await verdictOn(rig.verifier, again)).toMatchObject({ verdict: 'reject', reason: 'replayed' });
    await rig.stop();
  });
});

test('answers end where they say: behind the first stop token and nowhere else', async () => {
  expect(await judged({}, {}, curt)).toMatchObject({ verdict: 'accept' });
  const beyond = { model, generated: ({ tokens }: Generated): Generated => ({ tokens, stop: 'length' }) };
  const long = { verdict: 'reject', reason: 'output_mismatch' };
  expect(await judged(beyond, {}, curt)).toMatchObject(long);
  const silent = { generated: ({ tokens }: Generated): Generated => ({ tokens, stop: 'cancelled' }) };
  expect(await judged({ ticket: { maxTokens: 300 }, ...silent }, {}, curt)).toMatchObject(long);
});

describe('rejected after re-execution', () => {
  const cases: [string, Lie, Verdict['reason']][] = [
    [
      'an invented answer',
      { generated: () => ({ tokens: [...Buffer.from('an invented answer, twenty')].slice(0, 24), stop: 'length' }) },
      'output_mismatch',
    ],
    [
      'one invented token',
      { generated: ({ tokens, stop }) => ({ tokens: tokens.with(9, (tokens[9]! + 1) % 256), stop }) },
      'output_mismatch',
    ],
    ['another seed', { seed: sha256Hex('a seed of my own') }, 'output_mismatch'],
    [
      'a truncated answer that says it stopped',
      { generated: ({ tokens }) => ({ tokens: tokens.slice(0, 6), stop: 'stop' }) },
      'output_mismatch',
    ],
    [
      'an answer that goes on behind the stop token',
      { generated: ({ tokens, stop }) => ({ tokens: tokens.with(4, 256), stop }) },
      'output_mismatch',
    ],
    [
      'a token outside the vocabulary',
      { generated: ({ tokens, stop }) => ({ tokens: tokens.with(4, 100_000), stop }) },
      'output_mismatch',
    ],
    [
      'an edited prompt',
      { opening: (honest) => ({ ...honest, input: { kind: 'completion', prompt: 'another' } }) },
      'commitment_mismatch',
    ],
    [
      'an edited answer',
      { opening: (honest) => ({ ...honest, tokens: honest.tokens.with(0, (honest.tokens[0]! + 1) % 256) }) },
      'commitment_mismatch',
    ],
    [
      'the opening of another receipt',
      { opening: (honest) => ({ ...honest, receipt: sha256Hex('x') }) },
      'commitment_mismatch',
    ],
    ['prompt tokens that were not there', { answer: { promptTokens: 9 } }, 'tokens_mismatch'],
    [
      'answer tokens that were not there',
      {
        receipt: (honest) => ({ ...honest, output: commitment([1, 2], sha256Hex('two')) }),
        opening: (honest) => ({ ...honest, tokens: [1, 2] }),
      },
      'tokens_mismatch',
    ],
  ];
  test.each(cases)('%s', async (_what, lie, reason) => {
    const verdict = await judged(lie);
    expect(verdict).toMatchObject({ verdict: 'reject', reason });
    expect(verdict.receipt).toHaveLength(64);
  });

  test('other parameters', async () => {
    expect(await judged({ model: other })).toMatchObject({ verdict: 'reject', reason: 'output_mismatch' });
  });
});

describe('rejected on paper, though no opening is asked for', () => {
  const body = (change: Partial<Receipt>): Lie => ({ receipt: (honest) => ({ ...honest, ...change }) });
  const execution = (change: Partial<Receipt['execution']>): Lie => ({
    receipt: (honest) => ({ ...honest, execution: { ...honest.execution, ...change } }),
  });
  const cases: [string, Lie, Partial<Batch>, Verdict['reason']][] = [
    ['another root', {}, { root: sha256Hex('x') }, 'root_mismatch'],
    ['another count', {}, { count: 4 }, 'root_mismatch'],
    ['more prompt tokens', {}, { promptTokens: 1_000 }, 'totals_mismatch'],
    ['a larger amount', {}, { amount: 1_000_000 }, 'totals_mismatch'],
    ['a debit from another session', {}, { sessions: [{ session: 'ses-9', amount: 1 }] }, 'totals_mismatch'],
    ['a receipt of another member', body({ producer: 'LabMSP' }), {}, 'signature_invalid'],
    ['a receipt of another worker', body({ worker: 'lab-worker-1' }), {}, 'signature_invalid'],
    ['another model version', { ticket: { version: 2 } }, {}, 'ticket_invalid'],
    ["another member's session", { ticket: { session: 'ses-2' } }, {}, 'ticket_invalid'],
    ['a session that does not exist', { ticket: { session: 'ses-3' } }, {}, 'ticket_invalid'],
    ['a ticket that ends before it begins', { ticket: { expires: Date.now() - 9_000 } }, {}, 'ticket_invalid'],
    [
      'an answer after the ticket',
      body({ started: Date.now() + 90_000, ended: Date.now() + 90_000 }),
      {},
      'ticket_invalid',
    ],
    ['another tokenizer', body({ tokenizer: sha256Hex('x') }), {}, 'execution_mismatch'],
    ['another template', body({ template: sha256Hex('x') }), {}, 'execution_mismatch'],
    ['another mode', execution({ mode: 'statistical' }), {}, 'execution_mismatch'],
    ['another precision', execution({ precision: 'int8' }), {}, 'execution_mismatch'],
    ['fingerprints that were not asked for', body({ fingerprints: ['8f8AAA=='] }), {}, 'fingerprint_mismatch'],
    [
      'more tokens than ordered',
      { ticket: { maxTokens: 24 }, ...body({ completionTokens: 25 }) },
      {},
      'tokens_mismatch',
    ],
    ['an answer cut short that says it is whole', body({ completionTokens: 3, stop: 'length' }), {}, 'tokens_mismatch'],
    ['a price of its own', body({ amount: 7 }), {}, 'price_mismatch'],
    ['more than the ticket covers', { ticket: { maxAmount: 10 } }, {}, 'price_mismatch'],
  ];
  test.each(cases)('%s', async (_what, lie, changes, reason) => {
    expect(await judged(lie, changes)).toMatchObject({ verdict: 'reject', reason });
  });

  test('a receipt for a member that might not call the model; one from before its owner said so stands', async () => {
    const { model: id, version } = model.version;
    const key = [id, ordinal(version)];
    const put = (until: number): void => {
      const stamps = { owner: { member: 'LabMSP' }, createdTx: 't', updatedTx: 't' };
      const former = [{ policy: { callers: 'everyone' as const }, until }];
      const policy = { callers: 'owner' as const };
      ledger.put('model-access', key, { schema: 'model-access/1', model: id, version, policy, former, ...stamps });
    };
    put(Date.now() - 60_000);
    expect(await judged({})).toMatchObject({ verdict: 'reject', reason: 'ticket_invalid' });
    put(Date.now());
    expect(await judged({})).toMatchObject({ verdict: 'accept' });
    const everyone = { policy: { callers: 'everyone' as const }, former: [] };
    ledger.put('model-access', key, { ...ledger.find('model-access', ...key)!, ...everyone });
  });

  test('a signature that was tampered with', async () => {
    const rig = await bench();
    const good = await answered('one');
    const bad = { ...good, receipt: { ...good.receipt, signature: 'ab'.repeat(64) } };
    expect(await verdictOn(rig.verifier, rig.produce([bad]))).toMatchObject({ reason: 'signature_invalid' });
    expect(rig.asked).toHaveLength(1);
    await rig.stop();
  });

  test('a receipt twice in a batch, and again in a later batch, also after a restart', async () => {
    const rig = await bench();
    const [one, two] = [await answered('one'), await answered('two')];
    expect(await verdictOn(rig.verifier, rig.produce([two, two], { sequence: 1 }))).toMatchObject({
      reason: 'replayed',
    });
    expect(await verdictOn(rig.verifier, rig.produce([one], { sequence: 2 }))).toMatchObject({ verdict: 'accept' });
    const again = rig.produce([one], { sequence: 3 });
    expect(await verdictOn(rig.verifier, again)).toMatchObject({ reason: 'replayed', receipt: one.opening.receipt });
    await rig.stop();

    const restarted = await bench(await VerdictStore.open(rig.verdicts));
    expect(restarted.verifier.verdict('ComputeMSP/2', batchOf([one.receipt]).root)).toMatchObject({
      verdict: 'accept',
    });
    const later = restarted.produce([one], { sequence: 4 });
    expect(await verdictOn(restarted.verifier, later)).toMatchObject({ reason: 'replayed' });
    await restarted.stop();
  });
});

test('an opening that is withheld is a rejection until it is served, and the sample stays the same', async () => {
  const rig = await bench();
  const answers = [await answered('one'), await answered('two')];
  const batch = rig.produce(answers);
  const kept = new Map(rig.openings);
  rig.openings.clear();
  expect(await verdictOn(rig.verifier, batch)).toMatchObject({ verdict: 'reject', reason: 'opening_unavailable' });
  const { sample } = rig.store.find(batch.batch)!;
  for (const [id, opening] of kept) rig.openings.set(id, opening);
  await verdictOn(rig.verifier, batch, ({ verdict }) => verdict === 'accept');
  expect(rig.store.find(batch.batch)!.sample).toEqual(sample);
  await rig.stop();
});

test('a list that is not served is a rejection; a verdict under another root is pending', async () => {
  const rig = await bench();
  const batch = batchOf([(await answered('one')).receipt]);
  expect(await verdictOn(rig.verifier, batch)).toMatchObject({ reason: 'receipts_unavailable' });
  expect(rig.verifier.verdict(batch.batch, sha256Hex('x'))).toMatchObject({ verdict: 'pending' });
  await rig.stop();
});

test('batches of the own member, and of electorates without it, are let be', async () => {
  const rig = await bench();
  const answers = [await answered('one')];
  rig.verifier.consider(rig.produce(answers, { producer: 'ArchiveMSP', batch: 'ArchiveMSP/1' }), true);
  rig.verifier.consider(rig.produce(answers, { electorate: ['LabMSP'] }), true);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(rig.asked).toEqual([]);
  await rig.stop();
});

test('of a batch that others accepted before, only the receipts are learnt', async () => {
  const rig = await bench();
  const one = await answered('one');
  rig.verifier.consider(rig.produce([one], { state: 'accepted', verifiers: ['GuildMSP', 'LabMSP'] }), false);
  const again = rig.produce([one], { sequence: 2 });
  expect(await verdictOn(rig.verifier, again)).toMatchObject({ reason: 'replayed' });
  // Its block comes again when blocks are read from the first on.
  rig.verifier.consider(batchOf([one.receipt]), true);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(rig.asked.filter((id) => id === one.opening.receipt)).toEqual([]);
  await rig.stop();
});

test('verdict files are private', async () => {
  const rig = await bench();
  await verdictOn(rig.verifier, rig.produce([await answered('one')]));
  await rig.stop();
  const names = await readdir(rig.verdicts);
  expect(names).toEqual(['ComputeMSP.1.verdict.json']);
  expect((await stat(path.join(rig.verdicts, names[0]!))).mode & 0o777).toBe(0o600);
});

describe('one receipt by itself, whatever was said of its batch', () => {
  const invented = (): Generated => ({
    tokens: [...Buffer.from('an invented answer, so long')].slice(0, 24),
    stop: 'length',
  });
  const nobody = () => Promise.reject(new Error('no evidence here'));

  test('is found false with the reason, and evidence that leads to the batch’s root', async () => {
    const rig = await bench();
    const answers = [await answered('one'), await answered('two', { generated: invented })];
    const batch = rig.produce(answers, { sequence: 41, state: 'accepted', verifiers: ['GuildMSP', 'LabMSP'] });
    ledger.put('batch', ['ComputeMSP', ordinal(41)], batch);
    const [good, bad] = answers.map(({ receipt }) => receiptId(receipt.body)) as [string, string];
    const reexamination = rig.examines(nobody);
    const { verdict, evidence } = await reexamination.examine({ batch: batch.batch, receipt: bad });
    expect(verdict).toEqual({
      batch: batch.batch,
      root: batch.root,
      verdict: 'reject',
      reason: 'output_mismatch',
      receipt: bad,
    });
    expect(verifyInclusion(canonicalJson(evidence.receipt), evidence.proof, batch.root)).toBe(true);
    expect(evidence.opening).toEqual(answers[1]!.opening);
    expect((await reexamination.examine({ batch: batch.batch, receipt: good })).verdict.verdict).toBe('accept');
    for (const [question, code] of [
      [{ batch: batch.batch, receipt: sha256Hex('none') }, 'not_found'],
      [{ batch: 'ComputeMSP/999', receipt: bad }, 'not_found'],
      [{ batch: 'ArchiveMSP/1', receipt: bad }, 'not_supported'],
    ] as const)
      await expect(reexamination.examine(question)).rejects.toThrowWithCode(code);

    // Where the producer serves nothing any more, another member's evidence does, if it is what its digest says.
    rig.lists.clear();
    rig.openings.clear();
    const digest = sha256Hex(canonicalJson(evidence));
    const question = { batch: batch.batch, receipt: bad, evidence: digest, keeper: 'GuildMSP' };
    const kept = rig.examines((_keeper, sha256) =>
      Promise.resolve(Buffer.from(JSON.stringify(sha256 === digest ? evidence : {}))),
    );
    expect((await kept.examine(question)).verdict).toEqual(verdict);
    const { opening: _, ...bare } = evidence;
    const forged = rig.examines(() => Promise.resolve(Buffer.from(JSON.stringify(bare))));
    await expect(forged.examine(question)).rejects.toThrowWithCode('unavailable');
    await rig.stop();
  });

  test('is examined when the chaincode first asks; until then the answer is pending', async () => {
    const rig = await bench();
    const answers = [await answered('four', { generated: invented })];
    const batch = rig.produce(answers, { sequence: 42 });
    ledger.put('batch', ['ComputeMSP', ordinal(42)], batch);
    const receipt = receiptId(answers[0]!.receipt.body);
    const reexamination = rig.examines(nobody);
    const ask = () => reexamination.verdict(batch.root, { batch: batch.batch, receipt });
    expect(ask()).toEqual({ batch: batch.batch, root: batch.root, verdict: 'pending', receipt });
    for (const end = Date.now() + 4_000; Date.now() < end && ask().verdict === 'pending';)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(ask()).toMatchObject({ verdict: 'reject', reason: 'output_mismatch', receipt });
    await rig.stop();
  });
});
