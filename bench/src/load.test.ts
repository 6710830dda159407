import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { latencies, requestsPerSecond, steadyRate, timesPerSecond } from './load';

test('as many acts as asked for, by as many at once as asked for', async () => {
  let [atWork, most] = [0, 0];
  const seen: number[] = [];
  const act = async (who: number, at: number): Promise<void> => {
    most = Math.max(most, ++atWork);
    expect(who).toBeLessThan(3);
    seen.push(at);
    await delay(5);
    atWork--;
  };
  const taken = await latencies(act, { concurrency: 3, count: 10 });
  expect(taken).toHaveLength(10);
  expect(Math.min(...taken)).toBeGreaterThan(3);
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(most).toBe(3);
});

test('acts per second are counted', async () => {
  const rate = await timesPerSecond(() => delay(10), { concurrency: 4, seconds: 0.3 });
  expect(rate).toBeGreaterThan(40);
  expect(rate).toBeLessThan(500);
});

test('of a steady rate neither a slow beginning nor what ends too late counts', async () => {
  let acts = 0;
  const act = (): Promise<void> => delay(acts++ < 2 ? 200 : 20);
  const rate = await steadyRate(act, { concurrency: 2, warmUp: 0.25, seconds: 0.4 });
  expect(rate).toBeGreaterThan(40);
  expect(rate).toBeLessThanOrEqual(110);
  expect(await steadyRate(() => delay(300), { concurrency: 3, warmUp: 0, seconds: 0.1 })).toBe(0);
});

describe('requests', () => {
  let server: Server;
  let url: string;
  const keys = new Set<string | undefined>();

  beforeAll(async () => {
    server = createServer((request, response) => {
      keys.add(request.headers.authorization);
      response.statusCode = request.url === '/fails' ? 503 : 200;
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test('are counted, and carry the key', async () => {
    expect(await requestsPerSecond(url, 'lk_x', { connections: 2, seconds: 1 })).toBeGreaterThan(50);
    expect([...keys]).toEqual(['Bearer lk_x']);
  });

  test('that fail give no figure', async () => {
    const asked = requestsPerSecond(`${url}/fails`, 'lk_x', { connections: 2, seconds: 1 });
    await expect(asked).rejects.toThrowWithCode('unavailable');
  });
});
