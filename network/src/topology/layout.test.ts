import fc from 'fast-check';
import { homeHash, layoutOf, socketFolder } from './layout';

test('sockets lie in the home', () => {
  expect(layoutOf('/srv/llmchain').member('lab').verifierSocket).toBe('/srv/llmchain/run/lab/verifier.sock');
});

test('whatever the home is called, the path of a socket is short enough for the system', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (name) => {
      const folder = socketFolder(`/home/${name}`, 'compute', '/tmp');
      expect(Buffer.byteLength(`${folder}/verifier.sock`)).toBeLessThan(100);
    }),
  );
});

test('homes with long names do not share a socket folder', () => {
  const long = (last: string): string => `/home/${'x'.repeat(120)}/${last}`;
  expect(socketFolder(long('a'), 'lab', '/tmp')).toBe(`/tmp/llmchain-${homeHash(long('a'))}/lab`);
  expect(socketFolder(long('a'), 'lab', '/tmp')).not.toBe(socketFolder(long('b'), 'lab', '/tmp'));
});
