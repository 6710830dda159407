import { expect } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { claimHome, describe as describeHome, homeTopology, isHome } from './home';
import { writeSettings } from './settings';
import { layoutOf } from './topology/layout';
import type { WorkerCounts } from './topology/members';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'llmchain-home-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test("a folder with somebody else's files is left alone", async () => {
  writeFileSync(path.join(folder, 'thesis.tex'), '');
  await expect(claimHome(layoutOf(folder))).rejects.toThrowWithCode('home_invalid');
  expect(readdirSync(folder)).toEqual(['thesis.tex']);
});

test('a new folder is made for its owner alone, and known again', async () => {
  const layout = layoutOf(path.join(folder, 'new'));
  expect(await isHome(layout)).toBe(false);
  await claimHome(layout);
  expect(await isHome(layout)).toBe(true);
  expect(statSync(layout.home).mode & 0o777).toBe(0o700);
});

test('a folder is no home for holding the default one under the name of the mark', async () => {
  mkdirSync(path.join(folder, '.llmchain'));
  await expect(isHome(layoutOf(folder))).rejects.toThrowWithCode('home_invalid');
  await expect(claimHome(layoutOf(folder))).rejects.toThrowWithCode('home_invalid');
});

test('a description that is damaged or of another version is named', async () => {
  const layout = layoutOf(folder);
  const LARGE = '{"version":2,"portBase":9000,"workers":{"lab":9}}';
  for (const text of [
    '',
    '{"version":2,',
    '{"version":1,"portBase":9000}',
    'null',
    LARGE,
    '{"version":2,"portBase":9000,"workers":{"eve":2}}',
  ]) {
    writeFileSync(layout.description, text);
    await expect(homeTopology(layout, {})).rejects.toThrowWithCode('home_invalid', { file: layout.description });
  }
});

test('an existing home keeps its ports', async () => {
  const layout = layoutOf(folder);
  mkdirSync(layout.home, { recursive: true });
  expect((await homeTopology(layout, {})).portBase).toBe(8000);
  writeFileSync(layout.description, '{"version":2,"portBase":9000}');
  expect((await homeTopology(layout, {})).portBase).toBe(9000);
  await expect(homeTopology(layout, { portBase: 8000 })).rejects.toThrowWithCode('home_invalid', {
    stored: 9000,
    asked: 8000,
  });
  expect((await describeHome(folder)).members[1]).toEqual({
    name: 'archive',
    mspId: 'ArchiveMSP',
    gateway: 'http://localhost:9081',
    adminKey: path.join(folder, 'members', 'archive', 'admin.key'),
    gatewayConfig: path.join(folder, 'members', 'archive', 'gateway.json'),
    workers: ['archive-worker-1'],
  });
});

test('an existing home keeps its workers and is given more, never fewer', async () => {
  const layout = layoutOf(folder);
  const counts = async (workers?: WorkerCounts): Promise<number[]> =>
    (await homeTopology(layout, { workers })).members.map((member) => member.workers.length);
  expect(await counts({ compute: 2 })).toEqual([1, 1, 1, 2]);
  await writeSettings(layout, { portBase: 9000, workers: { compute: 2 }, splits: [] });
  expect(await counts()).toEqual([1, 1, 1, 2]);
  expect(await counts({ lab: 3 })).toEqual([1, 1, 3, 2]);
  expect(await counts({ compute: 4 })).toEqual([1, 1, 1, 4]);
  await expect(counts({ compute: 1 })).rejects.toThrowWithCode('invalid_argument', { member: 'compute', stored: 2 });
});

test('a home keeps its splits until a version is joined, and none that is not split can be', async () => {
  const layout = layoutOf(folder);
  await writeSettings(layout, { portBase: 9000, workers: {}, splits: [] });
  const split = {
    ...{ model: 'large', version: 1, layers: 4, ranges: 1 },
    ...{ over: ['lab', 'guild'] as const, head: 'compute' as const },
  };
  const { members, splits } = await homeTopology(layout, { split });
  const workers = Object.fromEntries(members.map((member) => [member.name, member.workers.length]));
  expect(workers).toEqual({ guild: 2, archive: 1, lab: 2, compute: 1 });
  await writeSettings(layout, { portBase: 9000, workers, splits });
  expect((await homeTopology(layout, {})).splits).toEqual(splits);
  expect((await homeTopology(layout, { join: split })).splits).toEqual([]);
  const other = { model: 'large', version: 2 };
  await expect(homeTopology(layout, { join: other })).rejects.toThrowWithCode('invalid_argument', other);
});

test('where there is no consortium there is nothing to describe', async () => {
  await expect(describeHome(folder)).rejects.toThrowWithCode('home_invalid');
});
