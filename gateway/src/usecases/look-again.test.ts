import { LookAgain } from './look-again';

type Listener = Parameters<ConstructorParameters<typeof LookAgain>[1]['index']['onWritten']>[0];

/** Tells of what the ledger writes, and counts looks. */
function looking() {
  const listeners: Listener[] = [];
  const again = new LookAgain(
    { kinds: ['shard/'], atLeastEvery: 1_000 },
    { index: { onWritten: (listener) => void listeners.push(listener) } },
  );
  let looks = 0;
  const at = async (now: number, look = () => Promise.resolve()): Promise<number> => {
    await again.run(now, () => (looks++, look()));
    return looks;
  };
  const write = (...origins: string[]): void => {
    for (const listener of listeners) listener(origins);
  };
  return { again, at, write };
}

test('it looks at first, when something of its kinds was written, and after a while', async () => {
  const { again, at, write } = looking();
  expect(await at(5_000)).toBe(1);
  write('work/a', 'shards/b');
  expect(await at(5_001)).toBe(1);
  write('work/a', 'shard/b');
  expect(await at(5_002)).toBe(2);
  expect(await at(6_001)).toBe(2);
  expect(await at(6_002)).toBe(3);
  again.again();
  expect(await at(6_003)).toBe(4);
});

test('a look that fails is repeated by the next call, and so is one during which something was written', async () => {
  const { at, write } = looking();
  await expect(at(5_000, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  const writing = async (): Promise<void> => {
    await Promise.resolve();
    write('shard/b');
  };
  expect(await at(5_001, writing)).toBe(2);
  expect(await at(5_002)).toBe(3);
  expect(await at(5_003)).toBe(3);
});
