import { createHash, generateKeyPairSync, verify, type KeyObject } from 'node:crypto';
import { signers } from '@hyperledger/fabric-gateway';
import fc from 'fast-check';
import { signerOf } from './signer';

/** Of the order of P-256's group. */
const HALF = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

const pair = (namedCurve: string): { privateKey: KeyObject; publicKey: KeyObject } =>
  generateKeyPairSync('ec', { namedCurve });

// OpenSSL verifies nothing but DER.
test('signatures verify, are DER, and have the lower s', async () => {
  const { privateKey, publicKey } = pair('P-256');
  const { signer, hash } = signerOf(privateKey);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (message) => {
      const signature = await signer(hash(message));
      expect(verify('sha256', message, publicKey, signature)).toBe(true);
      const [, , , lengthOfR] = signature as Buffer;
      const s = BigInt(`0x${(signature as Buffer).toString('hex', 6 + lengthOfR!)}`);
      expect(s <= HALF).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('a key of another curve is signed with as the Fabric client does', async () => {
  const { privateKey } = pair('P-384');
  const { signer, hash } = signerOf(privateKey);
  const message = Buffer.from('a proposal');
  expect(hash(message)).toEqual(createHash('sha256').update(message).digest());
  expect(await signer(hash(message))).toEqual(await signers.newPrivateKeySigner(privateKey)(hash(message)));
});
