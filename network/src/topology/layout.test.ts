import fc from 'fast-check';
import { homeHash, layoutOf, socketFolder, type KeyPairFiles } from './layout';

test('sockets lie in the home', () => {
  expect(layoutOf('/srv/llmchain').member('lab').worker({ number: 1 }).verifierSocket).toBe(
    '/srv/llmchain/run/lab/verifier.sock',
  );
});

test('workers of a member share no file; the first has the names of a member with one', () => {
  const { worker } = layoutOf('/srv/llmchain').member('lab');
  const files = (number: number): string[] =>
    Object.values<string | KeyPairFiles>({ ...worker({ number }) }).flatMap((each) =>
      typeof each === 'string' ? [each] : [each.certificate, each.key],
    );
  expect(files(1)).toContain('/srv/llmchain/members/lab/worker.json');
  expect(files(2)).toContain('/srv/llmchain/data/worker-lab-2/outbox');
  expect(new Set([...files(1), ...files(2), ...files(3)]).size).toBe(3 * files(1).length);
});

test('whatever the home is called, the path of a socket is short enough for the system', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (name) => {
      const folder = socketFolder(`/home/${name}`, 'compute', '/tmp');
      expect(Buffer.byteLength(`${folder}/verifier-8.sock`)).toBeLessThan(100);
    }),
  );
});

test('homes with long names do not share a socket folder', () => {
  const long = (last: string): string => `/home/${'x'.repeat(120)}/${last}`;
  expect(socketFolder(long('a'), 'lab', '/tmp')).toBe(`/tmp/llmchain-${homeHash(long('a'))}/lab`);
  expect(socketFolder(long('a'), 'lab', '/tmp')).not.toBe(socketFolder(long('b'), 'lab', '/tmp'));
});
