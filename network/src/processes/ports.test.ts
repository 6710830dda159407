import { expect } from '@jest/globals';
import net from 'node:net';
import { accepts, assertPortsFree, isFree } from './ports';

let server: net.Server;
let port: number;

beforeEach(async () => {
  server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as net.AddressInfo);
});
afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

test('a taken port is named with its use and its holder', async () => {
  const check = assertPortsFree([{ port, process: 'peer-guild', use: 'peer' }]);
  await expect(check).rejects.toThrowWithCode('port_taken', { port, process: 'peer-guild', use: 'peer' });
  await expect(check).rejects.toThrow(`process ${process.pid}`);
  await expect(check).rejects.toThrow('--port-base');
});

test('a free port is no reason to complain', async () => {
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await expect(assertPortsFree([{ port, process: 'peer-guild', use: 'peer' }])).resolves.toBeUndefined();
  expect(await isFree(port)).toBe(true);
  expect(await accepts(port)).toBe(false);
});

test('knows a server that accepts', async () => {
  expect(await isFree(port)).toBe(false);
  expect(await accepts(port)).toBe(true);
});
