import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { childrenOf, memoryBytes } from './memory';

test('memory of a process counts its children', async () => {
  const child = spawn(process.execPath, ['-e', 'console.log("ready"); setInterval(() => {}, 1000)']);
  await once(child.stdout, 'data');
  const children = childrenOf();
  expect(children.get(process.pid)).toContain(child.pid);
  const alone = memoryBytes(process.pid, new Map());
  expect(alone).toBeGreaterThan(1_000_000);
  expect(memoryBytes(process.pid, children)).toBeGreaterThan(alone + 1_000_000);
  child.kill();
});

test('a process that does not exist takes no memory', () => {
  expect(memoryBytes(2 ** 22 + 1, new Map())).toBe(0);
});
