import { publicKeyOf, sign, verifySigned } from '@llmchain/protocol';
import fc from 'fast-check';
import { verifySignature } from './signature';

test('OpenSSL says of a signature what the protocol says, changed or not', () => {
  const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(seeds, fc.string(), fc.option(fc.nat(63)), (seed, text, changed) => {
      const signed = sign('llmchain/receipt/1', { text }, 'w-1', seed);
      const bytes = Buffer.from(signed.signature, 'hex');
      if (changed !== null) bytes[changed]! ^= 1;
      const statement = { ...signed, signature: bytes.toString('hex') };
      const key = publicKeyOf(seed);
      expect(verifySignature('llmchain/receipt/1', statement, key)).toBe(changed === null);
      expect(verifySigned('llmchain/receipt/1', statement, key)).toBe(changed === null);
      expect(verifySignature('llmchain/ticket/1', statement, key)).toBe(false);
    }),
    { numRuns: 50 },
  );
});

test('a key that is none verifies nothing', () => {
  const signed = sign('llmchain/receipt/1', {}, 'w-1', new Uint8Array(32).fill(1));
  expect(verifySignature('llmchain/receipt/1', signed, 'ab')).toBe(false);
});
