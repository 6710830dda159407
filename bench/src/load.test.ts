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
  let acts = 0;
  const act = (): Promise<unknown> => delay(10).then(() => acts++);
  const started = performance.now();
  const rate = await timesPerSecond(act, { concurrency: 4, seconds: 0.3 });
  expect(acts / rate).toBeGreaterThanOrEqual(0.3);
  expect(acts / rate).toBeLessThanOrEqual((performance.now() - started) / 1000);
});

test('of a steady rate neither a slow beginning nor what ends too late counts', async () => {
  let acts = 0;
  const ends: number[] = [];
  const started = performance.now();
  const act = async (): Promise<void> => {
    await delay(acts++ < 2 ? 200 : 20);
    ends.push((performance.now() - started) / 1000);
  };
  const rate = await steadyRate(act, { concurrency: 2, warmUp: 0.25, seconds: 0.4 });
  const counted = ends.filter((at) => at >= 0.25 && at < 0.65).length;
  expect(counted).toBeLessThan(ends.length);
  // One of each of the two may end so close to a bound that the two clocks do not agree.
  expect(Math.abs(rate * 0.4 - counted)).toBeLessThanOrEqual(2);
  expect(await steadyRate(() => delay(300), { concurrency: 3, warmUp: 0, seconds: 0.1 })).toBe(0);
});

describe('requests', () => {
  let server: Server;
  let url: string;
  const keys = new Set<string | undefined>();
  let asked = 0;

  beforeAll(async () => {
    server = createServer((request, response) => {
      keys.add(request.headers.authorization);
      asked++;
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
    const started = performance.now();
    const rate = await requestsPerSecond(url, 'lk_x', { connections: 2, seconds: 1 });
    // The last of each connection is asked and not answered any more.
    expect(rate * ((performance.now() - started) / 1000)).toBeGreaterThanOrEqual(asked - 2);
    expect(rate).toBeGreaterThan(0);
    expect(rate).toBeLessThanOrEqual(asked);
    expect([...keys]).toEqual(['Bearer lk_x']);
  });

  test('that fail give no figure', async () => {
    const failing = requestsPerSecond(`${url}/fails`, 'lk_x', { connections: 2, seconds: 1 });
    await expect(failing).rejects.toThrowWithCode('unavailable');
  });
});
