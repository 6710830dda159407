import { expect } from '@jest/globals';
import { sha256Hex } from '@llmchain/protocol';
import { FakeDevice, TOKEN_BYTES } from '../../../test/support/fake-device';
import { SCHEDULING } from '../models/servable-model';
import { DevicePool } from './device-pool';
import { requireProvider, sessionOptions } from './execution-provider';
import type { Generated, GenerationRequest } from './generation';

const CONTEXT = 64;
const MEMORY = 3 * CONTEXT * TOKEN_BYTES;

function pool(count: number, cacheBytes = MEMORY): { pool: DevicePool; devices: FakeDevice[] } {
  const devices = Array.from({ length: count }, () => new FakeDevice());
  const models = devices.map((decoder) => ({ decoder, stopTokens: new Set<number>(), contextTokens: CONTEXT }));
  return { pool: new DevicePool({ ...SCHEDULING, cacheBytes, guess: 0 }, models), devices };
}
const request = (changes: Partial<GenerationRequest> = {}): GenerationRequest => ({
  prompt: [1, 2, 3],
  seed: sha256Hex('a seed'),
  temperatureMilli: 0,
  maxTokens: 40,
  tenant: 'session',
  ...changes,
});
const ask = (of: DevicePool, changes: Partial<GenerationRequest> = {}): Promise<Generated> =>
  of.generate(request(changes), () => undefined, new AbortController().signal);

test('answers are spread over the devices, each within its memory, and are those of one device', async () => {
  const { pool: three, devices } = pool(3);
  // Of two lengths, so that not all prompts go through one pass.
  const asked = Array.from({ length: 30 }, (_, i) => ({
    prompt: [i % 8, 1, 2, 3].slice(0, 3 + (i % 2)),
    tenant: `${i % 3}`,
  }));
  const answers = asked.map((changes) => ask(three, changes));
  expect(three.load).toMatchObject({ waiting: 30, slots: 24, outstanding: 15 * 43 + 15 * 44 });
  const alone = pool(1).pool;
  for (const [i, answer] of answers.entries()) expect(await answer).toEqual(await ask(alone, asked[i]));
  for (const { passes, widest, mostBytes } of devices) {
    expect(passes).toBeGreaterThan(3 * 40);
    expect(widest).toBeGreaterThan(1);
    expect(mostBytes).toBeLessThanOrEqual(MEMORY);
  }
  expect(three.load).toMatchObject({ running: 0, waiting: 0, outstanding: 0, room: 3 * CONTEXT });
});

test('a prompt goes where it was seen, unless it would have to wait there', async () => {
  const { pool: two, devices } = pool(2);
  const prompt = Array.from({ length: 20 }, (_, i) => i % 8);
  const computed = (): number[] => devices.map((device) => device.computed);
  await ask(two, { prompt, maxTokens: 2 });
  const [first] = computed();
  expect(first).toBe(21);
  await ask(two, { prompt, maxTokens: 2 });
  expect(computed()).toEqual([23, 0]);
  const busy = [1, 2].map(() => ask(two, { prompt, maxTokens: 44 }));
  await new Promise((resolve) => setImmediate(resolve));
  const third = ask(two, { prompt, maxTokens: 44 });
  await Promise.all([...busy, third]);
  expect(computed()[1]).toBeGreaterThan(0);
});

test('a device whose memory does not hold one sequence is refused', async () => {
  await expect(() => pool(1, CONTEXT * TOKEN_BYTES - 1)).toThrowWithCode('not_supported', {
    deviceMemory: CONTEXT * TOKEN_BYTES - 1,
  });
});

test('devices are told to the runtime by number, and what it has not is refused', async () => {
  expect(sessionOptions({ provider: 'cuda', threads: 1, device: 3 }).executionProviders).toEqual([
    { name: 'cuda', deviceId: 3 },
  ]);
  const second = { provider: 'cpu', threads: 1, device: 1 } as const;
  await expect(requireProvider(second)).rejects.toThrowWithCode('not_supported', { provider: 'cpu', device: 1 });
});

test.each(['cuda', 'webgpu'] as const)('%s starts here, or is refused with what to do', async (provider) => {
  const refused: unknown = await requireProvider({ provider, threads: 1 }).catch((error: unknown) => error);
  if (refused !== undefined) expect(refused).toMatchObject({ code: 'not_supported', details: { provider } });
});
