import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { ServerSentEvents } from './server-sent-events';

const MEBIBYTE = 1024 * 1024;
const PIECE = { text: 'x'.repeat(1_000) };

/** A connection over which an answer is sent to a reader that has not begun to read. */
async function asked(): Promise<{ response: ServerResponse; reader: Socket; end: () => Promise<void> }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1');
  reader.pause();
  reader.on('error', () => undefined);
  reader.write('GET / HTTP/1.1\r\nhost: gateway\r\n\r\n');
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  const end = async (): Promise<void> => {
    reader.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { response, reader, end };
}

/** Sends until it may not, 64 MiB at most. @returns bytes that were sent, and what ended it */
async function fill(events: ServerSentEvents): Promise<{ bytes: number; error: unknown }> {
  let bytes = 0;
  try {
    for (; bytes < 64 * MEBIBYTE; bytes += PIECE.text.length) await events.send(PIECE);
  } catch (error) {
    return { bytes, error };
  }
  return { bytes, error: undefined };
}

test('a reader that takes nothing holds up the answer, not the memory, and is left in the end', async () => {
  const { response, end } = await asked();
  const events = new ServerSentEvents(response, new AbortController().signal, { patience: 300 });
  events.open();
  const began = Date.now();
  const { bytes, error } = await fill(events);
  expect(error).toMatchObject({ name: 'AbortError' });
  // What the kernel takes for both ends, and no more than one piece beside it.
  expect(bytes).toBeLessThan(32 * MEBIBYTE);
  expect(response.writableLength).toBeLessThan(MEBIBYTE);
  expect(response.destroyed).toBe(true);
  expect(Date.now() - began).toBeGreaterThanOrEqual(290);
  await end();
});

test('one that reads slowly is waited for, however long it takes altogether', async () => {
  const { response, reader, end } = await asked();
  const events = new ServerSentEvents(response, new AbortController().signal, { patience: 2_000 });
  let read = 0;
  reader.on('data', (chunk: Buffer) => {
    read += chunk.length;
    reader.pause();
    setTimeout(() => reader.resume(), 1);
  });
  events.open();
  reader.resume();
  for (let sent = 0; sent < 8 * MEBIBYTE; sent += PIECE.text.length) await events.send(PIECE);
  expect(response.destroyed).toBe(false);
  expect(read).toBeGreaterThan(0);
  await end();
});

test('one that goes away is noticed while it is waited for', async () => {
  const { response, reader, end } = await asked();
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const events = new ServerSentEvents(response, gone.signal);
  events.open();
  const filling = fill(events);
  setTimeout(() => reader.destroy(), 100);
  expect((await filling).error).toMatchObject({ name: 'AbortError' });
  await end();
});
