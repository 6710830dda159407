import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { expect } from '@jest/globals';
import {
  canonicalJson,
  commitment,
  ordinal,
  receiptId,
  sha256Hex,
  verifyInclusion,
  type Batch,
  type Receipt,
  type Verdict,
} from '@llmchain/protocol';
import { VerifierWorld, verdictOn, type Lie } from '../../../test/support/verifier-world';
import { batchOf } from '../../../test/support/worker-batches';
import { testGateway } from '../../../test/support/worker-requests';
import type { Generated } from '../engine/generation';
import type { ServableModel } from '../models/servable-model';
import { VerdictStore } from './verdict-store';

let world: VerifierWorld;
let model: ServableModel;
let other: ServableModel;
let curt: ServableModel;

beforeAll(async () => {
  world = await VerifierWorld.start();
  ({ model, other, curt } = world);
});
afterAll(() => world.stop());

const answered = (...told: Parameters<VerifierWorld['answered']>) => world.answered(...told);
const bench = (...told: Parameters<VerifierWorld['bench']>) => world.bench(...told);
const judged = (...told: Parameters<VerifierWorld['judged']>) => world.judged(...told);

test('an honest batch is accepted', async () => {
  expect(await judged({})).toMatchObject({ verdict: 'accept' });
});

test('a cancelled answer and one at temperature 0 are accepted', async () => {
  const cut = (honest: Generated): Generated => ({ tokens: honest.tokens.slice(0, 5), stop: 'cancelled' });
  expect(await judged({ generated: cut })).toMatchObject({ verdict: 'accept' });
  expect(await judged({ ticket: { sampler: { temperatureMilli: 0 } } })).toMatchObject({ verdict: 'accept' });
});

test('an answer to an order that fell into a suspension of its worker is refused, one from before or after is not', async () => {
  const now = Date.now();
  const suspended = (from: number, until?: number): void => {
    const period = { from, ...(until === undefined ? {} : { until }), reason: 'it lied', proposal: 'lied' };
    world.ledger.put('suspension', ['compute-worker-1'], {
      ...{ schema: 'suspension/1', worker: 'compute-worker-1', periods: [period], owner: { member: 'ComputeMSP' } },
      ...{ createdTx: 't', updatedTx: 't' },
    });
  };
  suspended(now - 60_000);
  expect(await judged({})).toMatchObject({ verdict: 'reject', reason: 'ticket_invalid' });
  suspended(now + 60_000);
  expect(await judged({})).toMatchObject({ verdict: 'accept' });
  suspended(now - 60_000, now - 30_000);
  expect(await judged({})).toMatchObject({ verdict: 'accept' });
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
    ['an order to another member', { continuation: { producer: 'LabMSP' } }, 'ticket_invalid'],
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
    [
      'a worker that signed none of its receipts',
      {},
      { workers: [{ worker: 'idle', lastOrder: Date.now() }] },
      'totals_mismatch',
    ],
    [
      'a last order before the last one',
      {},
      { workers: [{ worker: 'compute-worker-1', lastOrder: Date.now() - 90_000 }] },
      'totals_mismatch',
    ],
    ['a receipt of another member', body({ producer: 'LabMSP' }), {}, 'signature_invalid'],
    ['a receipt of another worker', body({ worker: 'lab-worker-1' }), {}, 'signature_invalid'],
    ['an answer that another member was to give', { ticket: { producer: 'LabMSP' } }, {}, 'ticket_invalid'],
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
      world.ledger.put('model-access', key, {
        schema: 'model-access/1',
        model: id,
        version,
        policy,
        former,
        ...stamps,
      });
    };
    put(Date.now() - 60_000);
    expect(await judged({})).toMatchObject({ verdict: 'reject', reason: 'ticket_invalid' });
    put(Date.now());
    expect(await judged({})).toMatchObject({ verdict: 'accept' });
    const everyone = { policy: { callers: 'everyone' as const }, former: [] };
    world.ledger.put('model-access', key, { ...world.ledger.find('model-access', ...key)!, ...everyone });
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
  expect(names).toEqual(['ComputeMSP.1.batch.json', 'ComputeMSP.1.ids']);
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
    world.ledger.put('batch', ['ComputeMSP', ordinal(41)], batch);
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
    world.ledger.put('batch', ['ComputeMSP', ordinal(42)], batch);
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
