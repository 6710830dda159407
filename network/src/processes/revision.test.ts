import { expect } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { codeRevision, packageMain } from './revision';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'llmchain-revision-'));
  workspace('shared', {}, 'exports.a = 1;');
  workspace('program', { '@llmchain/shared': '1', other: '1' }, 'run();');
});
afterEach(() => rmSync(root, { recursive: true }));

function workspace(name: string, dependencies: Record<string, string>, code: string): void {
  const folder = name === 'shared' ? path.join(root, 'node_modules', '@llmchain', name) : path.join(root, name);
  mkdirSync(path.join(folder, 'dist'), { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ main: 'dist/main.js', dependencies }));
  writeFileSync(path.join(folder, 'dist', 'main.js'), code);
}

test('the revision changes with the code of the package or of a workspace that it uses, and only then', () => {
  const revision = (): string => codeRevision(path.join(root, 'program', 'dist', 'main.js'));
  const first = revision();
  writeFileSync(path.join(root, 'program', 'dist', 'main.js.map'), '{}');
  expect(revision()).toBe(first);
  writeFileSync(path.join(root, 'program', 'dist', 'more.js'), '');
  const second = revision();
  expect(second).not.toBe(first);
  workspace('shared', {}, 'exports.a = 2;');
  expect(revision()).not.toBe(second);
});

test('a package that is not built says so', async () => {
  expect(packageMain(path.join(root, 'program'))).toBe(path.join(root, 'program', 'dist', 'main.js'));
  rmSync(path.join(root, 'program', 'dist'), { recursive: true });
  await expect(() => packageMain(path.join(root, 'program'))).toThrowWithCode('not_built');
});
