import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex, type Verdict } from '@llmchain/protocol';
import { VerdictStore } from './verdict-store';

const PRODUCER = 'ComputeMSP';
let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'verdicts-'))));
afterEach(() => rm(folder, { recursive: true }));

const batch = (sequence: number): string => `${PRODUCER}/${sequence}`;
const verdict = (sequence: number, said: Verdict['verdict'] = 'pending'): Verdict => ({
  batch: batch(sequence),
  root: sha256Hex(`root ${sequence}`),
  verdict: said,
});
const ids = (...names: string[]): string[] => names.map((name) => sha256Hex(name));
const list = (store: VerdictStore, sequence: number, receipts: string[], producer = PRODUCER): Promise<void> =>
  store.list({ producer, verdict: verdict(sequence), sample: receipts.slice(0, 1) }, receipts);

test('verdict and sample of a batch are kept over a restart', async () => {
  const store = await VerdictStore.open(folder);
  await list(store, 1, ids('a', 'b'));
  await store.decide(PRODUCER, verdict(1, 'accept'));
  await store.decide(PRODUCER, verdict(2, 'reject'));
  for (const each of [store, await VerdictStore.open(folder)]) {
    expect(each.find(batch(1))).toEqual({
      producer: PRODUCER,
      verdict: verdict(1, 'accept'),
      sample: ids('a'),
      listed: { receipts: 2, order: 0 },
    });
    expect(each.find(batch(2))).toEqual({ producer: PRODUCER, verdict: verdict(2, 'reject'), sample: [] });
    expect(each.find(batch(3))).toBeUndefined();
  }
  for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
});

test('of two batches with a receipt the one whose list came first is the first, whatever their numbers, after a restart too', async () => {
  const store = await VerdictStore.open(folder);
  await list(store, 10, ids('a', 'a', 'b'));
  await list(store, 2, ids('b', 'c'));
  await list(store, 3, ids('c'), 'LabMSP');
  const [, b, c] = ids('a', 'b', 'c') as [string, string, string];
  for (const each of [store, await VerdictStore.open(folder)]) {
    expect(each.find(batch(10))!.listed).toEqual({ receipts: 2, order: 0 });
    expect(each.seenElsewhere(PRODUCER, b, batch(2))).toBe(true);
    expect(each.seenElsewhere(PRODUCER, b, batch(10))).toBe(false);
    expect(each.seenElsewhere(PRODUCER, c, batch(2))).toBe(false);
    expect(each.seenElsewhere(PRODUCER, c, batch(4))).toBe(true);
    expect(each.seenElsewhere('LabMSP', b, batch(3))).toBe(false);
    expect(each.seenElsewhere('GuildMSP', b, batch(3))).toBe(false);
  }
});

test('a list that a crash cut off before its batch was written is no more than a file to be written again', async () => {
  await writeFile(join(folder, 'ComputeMSP.1.ids'), 'cut');
  await writeFile(join(folder, 'ComputeMSP.1.batch.json.part'), '{');
  const store = await VerdictStore.open(folder);
  expect(store.find(batch(1))).toBeUndefined();
  await list(store, 1, ids('a'));
  expect(await readdir(folder)).toEqual(['ComputeMSP.1.batch.json', 'ComputeMSP.1.ids']);
});

test.each([
  ['is missing', (file: string) => rm(file)],
  ['is cut short', (file: string) => truncate(file, 32)],
])('a list that %s is not taken for one without receipts', async (_, damage) => {
  const store = await VerdictStore.open(folder);
  await list(store, 1, ids('a', 'b'));
  await damage(join(folder, 'ComputeMSP.1.ids'));
  await expect(VerdictStore.open(folder)).rejects.toThrowWithCode('invalid_argument', { batch: batch(1) });
});

test('a file that is no verdict is refused', async () => {
  await writeFile(join(folder, 'ComputeMSP.1.batch.json'), '{"producer":"ComputeMSP"}');
  await expect(VerdictStore.open(folder)).rejects.toThrowWithCode('invalid_argument');
});
