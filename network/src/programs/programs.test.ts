import { expect } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Report } from '../report';
import { fabricCaServer, programs } from './programs';

let folder: string;
const path_ = process.env['PATH'];
beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'llmchain-programs-'))));
afterEach(() => {
  process.env['PATH'] = path_;
  rmSync(folder, { recursive: true });
});

const failed: unknown[] = [];
const report: Report = { step: () => ({ done: () => undefined, fail: (error) => failed.push(error) }) };

test('without Go and without a cache, the error names what to install', async () => {
  process.env['PATH'] = folder;
  const finding = programs({ cache: path.join(folder, 'cache'), report });
  await expect(finding).rejects.toThrowWithCode('missing_program', { program: 'go' });
  await expect(finding).rejects.toThrow('install Go 1.24');
  expect(failed).toHaveLength(1);
});

test('without a C compiler, the error names what to install', async () => {
  const go = (path_ ?? '')
    .split(path.delimiter)
    .map((each) => path.join(each, 'go'))
    .find(existsSync);
  symlinkSync(go!, path.join(folder, 'go'));
  process.env['PATH'] = folder;
  const finding = fabricCaServer(path.join(folder, 'cache'));
  await expect(finding).rejects.toThrowWithCode('missing_program', { program: 'cc' });
  await expect(finding).rejects.toThrow('install gcc or clang');
});

test('a release folder without its programs is named', async () => {
  const fabricBin = path.join(folder, 'bin');
  mkdirSync(fabricBin);
  writeFileSync(path.join(fabricBin, 'peer'), '');
  await expect(programs({ cache: folder, fabricBin, report })).rejects.toThrowWithCode('missing_program', {
    file: path.join(fabricBin, 'orderer'),
  });
});
