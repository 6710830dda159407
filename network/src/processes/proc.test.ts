import net from 'node:net';
import { hasProcessIn, listeningInode, parseStartTime, portHolder, startTime } from './proc';

test('a command with brackets and spaces does not hide the start time', () => {
  const rest = ['S', ...Array.from({ length: 18 }, (_, index) => String(index)), '4711', '0'];
  expect(parseStartTime(`42 (a) Z (b) ${rest.join(' ')}`)).toBe('4711');
});

test('a zombie is not alive', () => {
  const rest = ['Z', ...Array.from({ length: 18 }, () => '0'), '4711'];
  expect(parseStartTime(`42 (node) ${rest.join(' ')}`)).toBeUndefined();
});

test('this process is alive and has a working folder', () => {
  expect(startTime(process.pid)).toMatch(/^\d+$/);
  expect(hasProcessIn(process.cwd())).toBe(true);
});

test('a process that does not exist has no start time', () => {
  expect(startTime(2 ** 22 + 1)).toBeUndefined();
});

test('finds listening sockets only', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 0100007F:A000 01 00000000:00000000 00:00000000 00000000     0        0 111 1
   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1
`;
  expect(listeningInode(8080, table)).toBe('222');
  expect(listeningInode(8081, table)).toBeUndefined();
});

test('names the process that holds a port', async () => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  expect(portHolder(port)).toMatchObject({ pid: process.pid, command: expect.stringContaining('node') });
  await new Promise((resolve) => server.close(resolve));
  expect(portHolder(port)).toBeUndefined();
});
