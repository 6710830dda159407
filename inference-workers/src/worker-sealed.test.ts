import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { decodeJson, ordinal, SignedReceipt, type ModelVersion } from '@llmchain/protocol';
import { modelKeyRecord, sealedVersion } from '../../test/support/sealed-model';
import { until } from '../../test/support/until';
import { mspOf, WorkerBench, type MemberName, type WorkerClient } from '../../test/support/worker-bench';
import { requestOf } from '../../test/support/worker-requests';

const KEY = new Uint8Array(32).fill(3);

jest.setTimeout(30_000);
let bench: WorkerBench;
let worker: WorkerClient;
let plain: Buffer[];
let version: ModelVersion;

beforeAll(async () => {
  bench = await WorkerBench.start();
  ({ version, plain } = await sealedVersion(bench, KEY));
  await bench.startWorker('compute', ['serve', 'verify']);
  worker = bench.client('guild', 'compute');
});
afterAll(() => bench.stop());

/** As the owner's gateway does it. */
async function gives(name: MemberName, dataKey = KEY): Promise<void> {
  const [member, id] = [mspOf(name), `${name}-worker-1`];
  const { publicKey } = await until(() => bench.ledger.find('wrapping-key', member, id));
  const purpose = { model: version.model, version: version.version, member, worker: id, publicKey };
  bench.ledger.put(
    'model-key',
    [version.model, ordinal(version.version), member, id],
    modelKeyRecord(dataKey, purpose),
  );
}

const loaded = async (): Promise<boolean> => (await worker.call<{ models: unknown[] }>('models', {})).models.length > 0;

test('without the key, and with a wrong one, nothing is served', async () => {
  await delay(300);
  expect(await loaded()).toBe(false);
  expect(bench.members.lab.peer.asked).toEqual([]);
  await gives('compute', new Uint8Array(32).fill(4));
  await until(() => (bench.members.lab.peer.asked.length === version.files.length ? true : undefined));
  await delay(300);
  expect(await loaded()).toBe(false);
});

test('with the key it is served, and the receipt names the plaintext', async () => {
  await gives('compute');
  await until(async () => ((await loaded()) ? true : undefined));
  const { wire } = requestOf(
    bench.members.guild.gateway,
    { kind: 'chat', messages: [{ role: 'user', content: 'Sing.' }] },
    { version: 2 },
  );
  const last = (await worker.generate(wire)).at(-1);
  if (last?.event !== 'finished') throw new Error(`not finished: ${JSON.stringify(last)}`);
  const { body } = decodeJson(SignedReceipt, last.finished.receipt);
  expect(body.tokenizer).toBe(version.files.find((file) => file.path === 'tokenizer.json')!.sha256);
  expect(body.completionTokens).toBe(24);
});

test('nothing of the model lies in clear on the worker’s disk', async () => {
  const { folder } = bench.members.compute;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const disk = Buffer.concat(await Promise.all(names.map((name) => readFile(name))));
  expect(disk.byteLength).toBeGreaterThan(plain.reduce((sum, content) => sum + content.byteLength, 0));
  const weights = plain[version.files.findIndex(({ path: name }) => name === 'onnx/model.onnx')]!;
  let looked = 0;
  for (let at = 0; at + 16 <= weights.byteLength; at += 256) {
    const piece = weights.subarray(at, at + 16);
    if (new Set(piece).size < 8) continue;
    expect(disk.includes(piece)).toBe(false);
    looked++;
  }
  expect(looked).toBeGreaterThan(20);
  for (const content of plain) expect(disk.includes(content.subarray(0, 32))).toBe(false);
});
