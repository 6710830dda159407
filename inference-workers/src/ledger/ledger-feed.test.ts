import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LlmchainError, wrappingKeyOf, type ModelVersion } from '@llmchain/protocol';
import pino from 'pino';
import { CHAINCODE, MemoryLedger } from '../../../test/support/worker-ledger';
import type { Ledger } from './ledger';
import { LedgerFeed } from './ledger-feed';
import { SignerRegistration } from './signer-registration';

const log = pino({ level: 'silent' });
const digest = '0'.repeat(64);
const version = (number: number): ModelVersion => ({
  schema: 'model-version/1',
  class: 'consortium',
  model: 'm',
  version: number,
  title: 'M',
  job: 'j',
  datasets: [{ dataset: 'd', version: 1 }],
  modelParamsAddress: `sha256/${digest}`,
  manifest: digest,
  files: [{ path: 'config.json', sha256: digest, bytes: 1 }],
  format: 'onnx',
  precision: 'fp32',
  contextTokens: 8,
  prices: { request: 1, promptToken: 1, completionToken: 1 },
  verification: { marginMicro: 1, sampleRate: 1 },
  royalty: { root: digest, address: `sha256/${digest}`, total: 1, entries: 1 },
  state: 'approved',
  approvals: [],
  owner: { member: 'LabMSP' },
  createdTx: 't',
  updatedTx: 't',
});

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 4_000; Date.now() < end;) {
    if (condition()) return;
    await delay(5);
  }
  throw new Error('waited in vain');
}

let folder: string;
beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'feed-'))));
afterEach(() => rm(folder, { recursive: true }));

function follow(ledger: Ledger): { seen: number[]; stop: () => Promise<void> } {
  const seen: number[] = [];
  const stopping = new AbortController();
  const feed = new LedgerFeed({ chaincode: CHAINCODE, position: path.join(folder, 'position') }, { ledger, log });
  const running = feed.follow(
    { model: (record) => seen.push(record.version), batch: () => undefined, taint: () => undefined },
    stopping.signal,
  );
  return {
    seen,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

test('what is on the ledger comes first, then every valid write; a restart goes on where it was', async () => {
  const ledger = new MemoryLedger();
  ledger.put('model', ['m', '1'], version(1));
  const first = follow(ledger.as('LabMSP'));
  await until(() => first.seen.includes(1));
  ledger.put('model', ['m', '2'], version(2));
  ledger.put('model', ['m', '3'], version(3), false);
  ledger.put('model', ['m', '4'], version(4));
  await until(() => first.seen.includes(4));
  expect(first.seen).not.toContain(3);
  await delay(20);
  await first.stop();

  const second = follow(ledger.as('LabMSP'));
  ledger.put('model', ['m', '5'], version(5));
  await until(() => second.seen.includes(5));
  expect(second.seen.filter((number) => number !== 5)).toEqual([1, 2, 4]);
  await second.stop();
});

test('a peer that goes away, at the beginning and in the middle, costs nothing but time', async () => {
  const ledger = new MemoryLedger();
  const whole = ledger.as('LabMSP');
  let failures = 2;
  const away = (): LlmchainError => new LlmchainError('unavailable', 'away');
  const flaky = {
    ...whole,
    async *list(type: 'model') {
      if (failures-- > 0) throw away();
      yield* whole.list(type);
    },
    async *blocks(from: number, signal: AbortSignal) {
      for await (const block of whole.blocks(from, signal)) {
        yield block;
        if (block.number % 2 === 0) throw away();
      }
    },
  } as unknown as Ledger;
  const { seen, stop } = follow(flaky);
  for (const number of [1, 2, 3, 4]) ledger.put('model', ['m', String(number)], version(number));
  await until(() => new Set(seen).size === 4);
  await stop();
});

test('the signing key is registered once the consortium is founded, and never over another key', async () => {
  const ledger = new MemoryLedger();
  ledger.founded = false;
  const register = (secret: number): SignerRegistration =>
    new SignerRegistration(
      {
        signer: 'lab-worker-1',
        member: 'LabMSP',
        secretKey: new Uint8Array(32).fill(secret),
        wrappingKey: wrappingKeyOf(new Uint8Array(32).fill(secret)),
      },
      { ledger: ledger.as('LabMSP'), log },
    );
  const registration = register(1);
  const never = new AbortController().signal;
  const done = registration.ensure(never);
  await delay(30);
  expect(registration.registered).toBe(false);
  ledger.founded = true;
  await done;
  expect(registration.registered).toBe(true);
  await register(1).ensure(never);
  const wrapping = () => ledger.find('wrapping-key', 'LabMSP', 'lab-worker-1');
  expect(wrapping()).toMatchObject({ publicKey: wrappingKeyOf(new Uint8Array(32).fill(1)), state: 'active' });

  const other = register(2);
  const stopping = new AbortController();
  const vain = other.ensure(stopping.signal);
  await delay(30);
  stopping.abort();
  await vain;
  expect(other.registered).toBe(false);
  expect(ledger.find('signer', 'lab-worker-1')?.owner.member).toBe('LabMSP');
});

test('a wrapping key that was revoked is not set again; another takes its place', async () => {
  const ledger = new MemoryLedger();
  const register = (wrappingKey: string): SignerRegistration =>
    new SignerRegistration(
      { signer: 'lab-worker-1', member: 'LabMSP', secretKey: new Uint8Array(32).fill(1), wrappingKey },
      { ledger: ledger.as('LabMSP'), log },
    );
  const [first, second] = [1, 2].map((fill) => wrappingKeyOf(new Uint8Array(32).fill(fill))) as [string, string];
  await register(first).ensure(new AbortController().signal);
  const key = ledger.find('wrapping-key', 'LabMSP', 'lab-worker-1')!;
  ledger.put('wrapping-key', ['LabMSP', 'lab-worker-1'], { ...key, state: 'revoked' });
  const stopping = new AbortController();
  const again = register(first);
  const vain = again.ensure(stopping.signal);
  await delay(30);
  expect(again.registered).toBe(true);
  stopping.abort();
  await vain;
  expect(ledger.find('wrapping-key', 'LabMSP', 'lab-worker-1')).toMatchObject({ state: 'revoked' });
  await register(second).ensure(new AbortController().signal);
  expect(ledger.find('wrapping-key', 'LabMSP', 'lab-worker-1')).toMatchObject({ publicKey: second, state: 'active' });
});
