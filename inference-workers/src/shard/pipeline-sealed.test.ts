import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { decodeJson, InferenceInput, ordinal, ticketDigest, type ModelVersion } from '@llmchain/protocol';
import { modelKeyRecord, sealedVersion } from '../../../test/support/sealed-model';
import { until } from '../../../test/support/until';
import { mspOf, WorkerBench, type MemberName } from '../../../test/support/worker-bench';
import { requestOf } from '../../../test/support/worker-requests';
import { clearFolder } from '../files/model-files';
import { loadServable } from '../models/servable';
import type { ServableModel } from '../models/servable-model';

jest.setTimeout(60_000);

const KEY = new Uint8Array(32).fill(3);
const NAMES: readonly MemberName[] = ['lab', 'archive', 'guild', 'compute'];
let bench: WorkerBench;
let version: ModelVersion;
let plain: Buffer[];
let whole: ServableModel;

/** Lab and compute hold layer 0, archive and guild layer 1; compute answers. */
beforeAll(async () => {
  bench = await WorkerBench.start();
  const sealed = await sealedVersion(bench, KEY);
  ({ version, plain } = sealed);
  whole = (await loadServable(clearFolder(sealed.folder), sealed.clear, {
    provider: 'cpu',
    threads: 1,
  })) as ServableModel;
  const named = { model: version.model, version: version.version };
  const holds = (layer: number) => [{ ...named, first: layer, last: layer, heads: [mspOf('compute')] }];
  const ranges = [
    { first: 0, last: 0, holders: ['lab-worker-1', 'compute-worker-1'] },
    { first: 1, last: 1, holders: ['archive-worker-1', 'guild-worker-1'] },
  ];
  for (const [name, layer] of [
    ['lab', 0],
    ['archive', 1],
    ['guild', 1],
  ] as const)
    bench.settings[name] = { holds: holds(layer) };
  const pipelines = [{ ...named, ranges, heldOnce: false, timeoutMs: 2_000, compareEvery: 0 }];
  bench.settings.compute = { holds: holds(0), pipelines };
  for (const name of NAMES) await bench.startWorker(name, ['serve']);
});
afterAll(async () => {
  await whole.close();
  await bench.stop();
});

/** As the owner's gateway does it. */
async function gives(name: MemberName): Promise<void> {
  const [member, worker] = [mspOf(name), `${name}-worker-1`];
  const { publicKey } = await until(() => bench.ledger.find('wrapping-key', member, worker));
  const purpose = { model: version.model, version: version.version, member, worker, publicKey };
  const key = [version.model, ordinal(version.version), member, worker];
  bench.ledger.put('model-key', key, modelKeyRecord(KEY, purpose));
}

const ask = () =>
  requestOf(bench.members.guild.gateway, { kind: 'completion', prompt: 'Of the sea' }, { maxTokens: 40, version: 2 });

/** What comes of a request: its tokens, or undefined where the answer does not end well. */
async function answer({ wire }: ReturnType<typeof ask>): Promise<number[] | undefined> {
  const events = await bench.client('guild', 'compute').generate(wire);
  if (events.at(-1)?.event !== 'finished') return undefined;
  return events.flatMap((event) => (event.event === 'piece' ? event.piece.tokens : []));
}

test('is answered through holders once each range has one that was given the key, with the tokens of the whole', async () => {
  for (const name of ['compute', 'lab'] as const) await gives(name);
  await until(async () => {
    const { models } = await bench.client('guild', 'compute').call<{ models: unknown[] }>('models', {});
    return models.length > 0 || undefined;
  });
  await delay(500);
  expect(await answer(ask())).toBeUndefined();
  for (const name of ['archive', 'guild'] as const) await gives(name);
  await until(async () => await answer(ask()));
  const asked = ask();
  const { tokens } = await whole.scheduler.generate(
    {
      prompt: whole.prompts.encode(decodeJson(InferenceInput, JSON.stringify(asked.input))),
      seed: ticketDigest(asked.ticket.body),
      temperatureMilli: asked.ticket.body.sampler.temperatureMilli,
      ...{ maxTokens: 40, tenant: 'whole' },
    },
    () => undefined,
    new AbortController().signal,
  );
  expect(await answer(asked)).toEqual(tokens);
});

test('lies in clear on no holder’s disk', async () => {
  for (const name of NAMES) {
    const entries = await readdir(bench.members[name].folder, { recursive: true, withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    const disk = Buffer.concat(await Promise.all(names.map((file) => readFile(file))));
    expect(disk.byteLength).toBeGreaterThan(plain.reduce((sum, content) => sum + content.byteLength, 0));
    for (const content of plain) expect(disk.includes(content.subarray(0, 32))).toBe(false);
  }
});
