import { expect } from '@jest/globals';
import fc from 'fast-check';
import { FairQueue } from './fair-queue';

const drain = (queue: FairQueue<string>, cost: number): string[] => {
  const order: string[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    order.push(next);
    queue.charge(next[0]!, cost);
  }
  return order;
};

test('tenants take turns, whoever asked first and most', () => {
  const queue = new FairQueue<string>({ waiting: 10, perTenant: 10 });
  for (const item of ['a1', 'a2', 'a3', 'b1', 'b2']) queue.push(item[0]!, item);
  expect(queue.peek()).toBe('a1');
  expect(drain(queue, 5)).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
});

test('who was given less goes first, and who comes late starts level', () => {
  const queue = new FairQueue<string>({ waiting: 10, perTenant: 10 });
  for (const item of ['a1', 'a2', 'b1', 'b2']) queue.push(item[0]!, item);
  queue.charge('a', 100);
  queue.charge('b', 40);
  queue.push('c', 'c1');
  expect(queue.shift()).toBe('b1');
  queue.charge('b', 100);
  expect(drain(queue, 50)).toEqual(['c1', 'a1', 'b2', 'a2']);
});

test('it is bounded, in all and for each tenant', async () => {
  const queue = new FairQueue<string>({ waiting: 3, perTenant: 2 });
  queue.push('a', 'a1');
  queue.push('a', 'a2');
  await expect(() => queue.push('a', 'a3')).toThrowWithCode('overloaded', { waiting: 2 });
  queue.push('b', 'b1');
  await expect(() => queue.push('c', 'c1')).toThrowWithCode('overloaded', { waiting: 3 });
  expect(queue.remove('a', 'a1')).toBe(true);
  expect(queue.remove('a', 'a1')).toBe(false);
  queue.push('c', 'c1');
  expect(queue.size).toBe(3);
});

test('everything that goes in comes out once, each tenant in its own order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(9)), { maxLength: 40 }), (pushes) => {
      const queue = new FairQueue<string>({ waiting: 40, perTenant: 40 });
      const items = pushes.map(([tenant, cost], index) => ({ tenant, cost, name: `${tenant}${index}` }));
      for (const { tenant, name } of items) queue.push(tenant, name);
      const out = drain(queue, 3);
      for (const tenant of ['a', 'b', 'c']) {
        expect(out.filter((name) => name.startsWith(tenant))).toEqual(
          items.filter((item) => item.tenant === tenant).map(({ name }) => name),
        );
      }
      expect(out).toHaveLength(items.length);
      expect(queue.size).toBe(0);
    }),
  );
});
