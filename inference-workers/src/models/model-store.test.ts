import type { IncomingMessage } from 'node:http';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { expect } from '@jest/globals';
import { LlmchainError, type ModelVersion } from '@llmchain/protocol';
import pino from 'pino';
import { filesOf, tinyModel } from '../../../test/support/worker-model';
import { clearFolder } from '../files/model-files';
import { ModelStore } from './model-store';
import { ServableModel } from './servable-model';

const log = pino({ level: 'silent' });
let home: string;
let version: ModelVersion;
let contents: Map<string, Buffer>;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'model-store-'));
  const folder = path.join(home, 'source');
  version = await tinyModel(folder, { seed: 1 });
  const files = await filesOf(folder, version);
  contents = new Map(version.files.map(({ sha256 }, index) => [sha256, files[index]!]));
});
afterEach(() => rm(home, { recursive: true }));

/** A store whose members serve `contents`, each after a change of its own; undefined where one has nothing. */
function storeOf(members: Record<string, (content: Buffer) => Buffer | undefined>) {
  const asked: string[] = [];
  const store = new ModelStore(
    { folder: path.join(home, 'models') },
    {
      source: {
        members: () => Object.keys(members),
        content: (member, sha256) => {
          asked.push(member);
          const content = members[member]!(contents.get(sha256)!);
          return content
            ? Promise.resolve(Readable.from([content]) as unknown as IncomingMessage)
            : Promise.reject(new LlmchainError('unavailable', 'gone'));
        },
      },
      log,
    },
  );
  return { store, asked };
}

const honest = (content: Buffer): Buffer => content;
const damaged = (content: Buffer): Buffer => Buffer.from(content.map((byte, i) => (i === 5 ? byte ^ 1 : byte)));
const longer = (content: Buffer): Buffer => Buffer.concat([content, Buffer.from('x')]);
const nothing = (): undefined => undefined;

test('a version is laid out as a folder, and fetched once', async () => {
  const { store, asked } = storeOf({ LabMSP: honest });
  const folder = await store.folder(version);
  for (const { path: name, sha256 } of version.files) {
    expect(await readFile(path.join(folder, name))).toEqual(contents.get(sha256));
  }
  await store.folder({ ...version, version: 2 });
  expect(asked).toHaveLength(version.files.length);
});

test('wrong content is thrown away and had from the next member', async () => {
  for (const wrong of [damaged, longer, nothing]) {
    const { store, asked } = storeOf({ LabMSP: wrong, GuildMSP: honest });
    await store.folder(version);
    expect(new Set(asked)).toEqual(new Set(['LabMSP', 'GuildMSP']));
    await rm(path.join(home, 'models'), { recursive: true });
  }
});

test('a file of which nobody has the right content is never on disk', async () => {
  const wrong = storeOf({ GuildMSP: damaged, LabMSP: nothing }).store;
  await expect(wrong.folder(version)).rejects.toThrowWithCode('digest_mismatch', { member: 'GuildMSP' });
  await expect(storeOf({ LabMSP: nothing }).store.folder(version)).rejects.toThrowWithCode('unavailable');
  expect(await readdir(path.join(home, 'models'))).toEqual([]);
});

test('a folder that lacks a file, or promises more context than it holds, is not loaded', async () => {
  const folder = await storeOf({ LabMSP: honest }).store.folder(version);
  const engine = { provider: 'cpu', threads: 1 } as const;
  const without = { ...version, files: version.files.filter((file) => file.path !== 'tokenizer.json') };
  await expect(ServableModel.load(clearFolder(folder), without, engine)).rejects.toThrowWithCode('not_supported', {
    file: 'tokenizer.json',
  });
  const longer = { ...version, contextTokens: version.contextTokens + 1 };
  await expect(ServableModel.load(clearFolder(folder), longer, engine)).rejects.toThrowWithCode('not_supported', {
    positions: version.contextTokens,
  });
});
