import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { decodeJson, Opening, sha256Hex, SignedReceipt } from '@llmchain/protocol';
import { requestOf, testGateway } from '../../../test/support/worker-requests';
import { conclude, type Concluded } from './conclude';
import { Outbox } from './outbox';
import { ServedTickets } from './served-tickets';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'outbox-'))));
afterEach(() => rm(folder, { recursive: true }));

const gateway = testGateway('guild', 'GuildMSP');

function concluded(ended: number, tokens = [1, 2, 3]): Concluded {
  const { ticket, input, inputSalt } = requestOf(gateway, { kind: 'completion', prompt: 'secret words' });
  const digest = sha256Hex('file');
  return conclude(
    { ticket, input, inputSalt, promptTokens: 2, tokens, stop: 'length', started: 1, ended, outputSalt: digest },
    {
      version: {
        prices: { request: 1, promptToken: 1, completionToken: 1 },
        precision: 'fp32',
        verification: { marginMicro: 1, sampleRate: 1 },
      },
      tokenizer: digest,
      template: digest,
    },
    { provider: 'cpu', runtime: 'test' },
    { worker: 'w-1', producer: 'ComputeMSP', secretKey: new Uint8Array(32).fill(1) },
  );
}

test('receipts survive a crash as soon as they are put, oldest first, until they are acknowledged', async () => {
  const outbox = await Outbox.open(folder);
  const [late, early] = [concluded(2_000), concluded(1_000)];
  await outbox.put(late);
  await outbox.put(early);
  // No close: what a process leaves that is killed now.
  const reopened = await Outbox.open(folder);
  const pending = await reopened.pending(10);
  expect(pending.map(({ receipt }) => decodeJson(SignedReceipt, receipt))).toEqual([early.receipt, late.receipt]);
  expect(pending.map(({ opening }) => decodeJson(Opening, opening))).toEqual([early.opening, late.opening]);
  expect(await reopened.pending(1)).toHaveLength(1);

  await reopened.acknowledge([early.opening.receipt, sha256Hex('unknown')]);
  await reopened.acknowledge([early.opening.receipt]);
  expect(await (await Outbox.open(folder)).pending(10)).toHaveLength(1);
});

test('a file that was being written when the process died is swept away', async () => {
  await writeFile(path.join(folder, `000000000001000-${sha256Hex('x')}.json.part`), '{"rec');
  const outbox = await Outbox.open(folder);
  expect(await outbox.pending(10)).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
});

test('files are private, and a reply stays below what a message may hold', async () => {
  const outbox = await Outbox.open(folder);
  for (const ended of [1, 2, 3]) await outbox.put(concluded(ended, Array<number>(400_000).fill(7)));
  for (const name of await readdir(folder)) expect((await stat(path.join(folder, name))).mode & 0o777).toBe(0o600);
  expect(await outbox.pending(10)).toHaveLength(2);
});

test('a ticket is taken once, across restarts, until it has long expired', async () => {
  const served = await ServedTickets.open(folder);
  const digest = sha256Hex('ticket');
  const expires = 1_000_000;
  await served.claim(digest, expires);
  await expect(served.claim(digest, expires)).rejects.toThrowWithCode('conflict', { ticket: digest });
  expect(await readFile(path.join(folder, digest), 'utf8')).toBe(String(expires));

  const reopened = await ServedTickets.open(folder);
  await expect(reopened.claim(digest, expires)).rejects.toThrowWithCode('conflict');
  await reopened.prune(expires + 1);
  await expect(reopened.claim(digest, expires)).rejects.toThrowWithCode('conflict');
  await reopened.prune(expires + 4_000_000);
  expect(await readdir(folder)).toEqual([]);
});

test('a ticket of which nothing was served can be taken again', async () => {
  const served = await ServedTickets.open(folder);
  await served.claim(sha256Hex('a'), 5);
  await served.release(sha256Hex('a'));
  await expect(served.claim(sha256Hex('a'), 5)).resolves.toBeUndefined();
});
