import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Verification } from '@llmchain/protocol';
import { z } from 'zod';
import { PROCESSORS, runOn, type Processor } from './instruction-sets';
import { writeSmallModel } from './small-model';

/** Set by `./llmchain test --all`: an emulated processor takes minutes. */
const ALL = process.env.LLMCHAIN_TEST_ALL === '1';
const PROGRAM = resolve(__dirname, '../../../inference-workers/dist/calibrate-main.js');
jest.setTimeout(900_000);

const Pair = z.object({ worker: z.string(), verifier: z.string(), answers: z.number(), noise: z.number() });
const Printed = z.object({ verification: Verification, pairs: z.array(Pair) });
type Printed = z.infer<typeof Printed>;
const Failed = z.object({ code: z.string(), message: z.string() });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machines-'));
  for (const weights of ['fp32', 'int8'] as const) await writeSmallModel(join(folder, weights), 1, weights);
});
afterAll(() => rm(folder, { recursive: true }));

const at = (file: string): string => join(folder, file);
/** What `model calibrate` runs. */
const program = (...args: string[]): string[] => [PROGRAM, ...args, '--rounds', '1', '--tokens', '12'];

async function calibrated(args: string[], processor?: Processor): Promise<Printed> {
  const lines = await runOn(processor, program(...args));
  return Printed.parse(JSON.parse(lines.at(-1)!));
}

async function failure(...args: string[]): Promise<z.infer<typeof Failed>> {
  const failed: unknown = await runOn(undefined, program(...args)).catch((error: unknown) => error);
  const { stdout } = z.object({ code: z.literal(1), stdout: z.string() }).parse(failed);
  return Failed.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1)!));
}

const named = ({ pairs }: Printed): string[] => pairs.map(({ worker, verifier }) => `${worker} → ${verifier}`).sort();
const noisiest = ({ pairs }: Printed): number => Math.max(...pairs.map(({ noise }) => noise));

/** Each of two machines verifies what the other answered. */
async function together(weights: 'fp32' | 'int8', second?: Processor): Promise<Printed[]> {
  const model = at(weights);
  const first = await calibrated([model, '--machine', 'first', '--record', at('first.json')]);
  const theirs = ['--machine', 'second', '--with', at('first.json'), '--record', at('second.json')];
  const middle = await calibrated([model, ...theirs], second);
  const both = await calibrated([model, '--machine', 'first', '--with', at('second.json')]);
  return [first, middle, both];
}

test('two machines that go on from one another’s records measure every pair of them', async () => {
  const [first, middle, both] = await together('fp32');
  expect(named(first!)).toEqual(['first → first']);
  expect(named(middle!)).toEqual(['first → first', 'first → second', 'second → second']);
  expect(named(both!)).toEqual(['first → first', 'first → second', 'second → first', 'second → second']);
  expect(both!.pairs.map(({ answers }) => answers)).toEqual([48, 48, 48, 48]);
  expect(both!.verification.marginMicro).toBeGreaterThanOrEqual(Math.ceil(8 * noisiest(both!) * 1_000_000));
});

describe('of records', () => {
  const record = async (changed: (record: { answers: { tokens: number[]; scores: number[] }[] }) => void) => {
    const { answers, ...rest } = JSON.parse(await readFile(at('first.json'), 'utf8')) as {
      answers: { tokens: number[]; scores: number[] }[];
    };
    const value = { ...rest, answers };
    changed(value);
    await writeFile(at('changed.json'), JSON.stringify(value));
    return at('changed.json');
  };

  test('one that is not there, no record, or of another folder is refused before anything is computed', async () => {
    expect(await failure(at('fp32'), '--with', at('none.json'))).toMatchObject({ code: 'not_found' });
    await writeFile(at('none'), 'no record');
    expect(await failure(at('fp32'), '--with', at('none'))).toMatchObject({ code: 'invalid_argument' });
    expect(await failure(at('int8'), '--with', at('first.json'))).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('other files') as string,
    });
    const unwritable = await failure(at('fp32'), '--record', at('nowhere/first.json'));
    expect(unwritable).toMatchObject({ code: 'invalid_argument' });
    expect(await failure(at('fp32'), '--machine', 'two\nlines')).toMatchObject({ code: 'invalid_argument' });
  });

  test.each<[string, (answer: { tokens: number[]; scores: number[] }) => void]>([
    ['a token that the vocabulary lacks', ({ tokens }) => (tokens[0] = 100_000)],
    ['fewer scores than tokens', ({ scores }) => scores.pop()],
    ['no token', (answer) => Object.assign(answer, { tokens: [], scores: [] })],
    ['scores that are no numbers', ({ scores }) => (scores[0] = Number.NaN)],
  ])('one with an answer of %s is refused', async (_, change) => {
    const file = await record(({ answers }) => change(answers[5]!));
    expect(await failure(at('fp32'), '--with', file)).toMatchObject({ code: 'invalid_argument' });
  });

  test('one of scores beyond all policies names the machine whose it is', async () => {
    const file = await record(({ answers }) => (answers[7]!.scores[2] = 1e6));
    const { code, message } = await failure(at('fp32'), '--machine', 'third', '--with', file);
    expect({ code, message }).toMatchObject({ code: 'invalid_argument' });
    expect(message).toContain('first as third');
  });
});

(ALL ? test : test.skip).each(['fp32', 'int8'] as const)(
  'a processor with SSE alone differs from this one, and figures for both hold what each sees of the other, in %s',
  async (weights) => {
    const [first, , both] = await together(weights, PROCESSORS.SSE);
    expect(named(both!)).toHaveLength(4);
    const elsewhere = both!.pairs.filter(({ worker, verifier }) => worker !== verifier);
    for (const { noise } of elsewhere) expect(noise).toBeGreaterThan(0);
    expect(noisiest(both!)).toBeGreaterThanOrEqual(noisiest(first!));
    expect(both!.verification.marginMicro).toBeGreaterThanOrEqual(first!.verification.marginMicro);
  },
);
