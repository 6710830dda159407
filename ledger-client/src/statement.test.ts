import { createHash, createPublicKey, verify } from 'node:crypto';
import { fromHex, isSoundKey, publicKeyOf, sha256Bytes, sign, signedMessage, verifySigned } from '@llmchain/protocol';
import fc from 'fast-check';
import { signStatement, verifyStatement } from './statement';

const RECEIPT = 'llmchain/receipt/1';
const SECRET = sha256Bytes('a secret');

test('OpenSSL signs as the protocol does, and says of a signature what the protocol says, changed or not', () => {
  const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(seeds, fc.string(), fc.option(fc.nat(63)), (seed, text, changed) => {
      const signed = signStatement(RECEIPT, { text }, 'w-1', seed);
      expect(signed).toEqual(sign(RECEIPT, { text }, 'w-1', seed));
      const bytes = Buffer.from(signed.signature, 'hex');
      if (changed !== null) bytes[changed]! ^= 1;
      const statement = { ...signed, signature: bytes.toString('hex') };
      const key = publicKeyOf(seed);
      expect(verifyStatement(RECEIPT, statement, key)).toBe(changed === null);
      expect(verifySigned(RECEIPT, statement, key)).toBe(changed === null);
      expect(verifyStatement('llmchain/ticket/1', statement, key)).toBe(false);
    }),
    { numRuns: 50 },
  );
});

test('two keys are not taken for one another', () => {
  const [first, second] = [sha256Bytes('first'), sha256Bytes('second')];
  for (const seed of [first, second, first]) {
    const signed = signStatement(RECEIPT, {}, 'w-1', seed);
    expect([first, second].map((each) => verifyStatement(RECEIPT, signed, publicKeyOf(each)))).toEqual([
      seed === first,
      seed === second,
    ]);
  }
});

test.each([
  ['no hexadecimal', 'zz'],
  ['too short', '00'],
  ['followed by something', `${sign(RECEIPT, 1, 's', SECRET).signature}zz`],
  ['empty', ''],
])('a signature that is %s is not good, and no error', (_, signature) => {
  expect(verifyStatement(RECEIPT, { body: 1, signer: 's', signature }, publicKeyOf(SECRET))).toBe(false);
});

/** Field, group order (RFC 8032, section 5.1), and numbers in its order of bytes. */
const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
const bytes = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();
const sha512 = (...parts: Uint8Array[]): Buffer => createHash('sha512').update(Buffer.concat(parts)).digest();

function scalarOf(seed: Uint8Array): bigint {
  const half = sha512(seed).subarray(0, 32);
  half[0]! &= 248;
  half[31] = (half[31]! & 127) | 64;
  return number(half);
}

/** The key plus the point of order two, (0, -1): the point with both coordinates negated. */
function twisted(publicKey: string): string {
  const key = fromHex(publicKey);
  const odd = key[31]! >> 7;
  key[31]! &= 127;
  const other = bytes(P - number(key));
  other[31]! |= (1 - odd) << 7;
  return other.toString('hex');
}

test('what is not sound verifies nothing, where implementations differ and where OpenSSL takes it', () => {
  const key = twisted(publicKeyOf(SECRET));
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(key, 'hex')]);
  const object = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const nonce = sha256Bytes('nonce');
  const seen = new Set<string>();
  for (let body = 0; body < 20; body++) {
    const message = signedMessage(RECEIPT, body);
    const r = publicKeyOf(nonce);
    const k = number(sha512(fromHex(r), fromHex(key), message)) % L;
    const signature = r + bytes((scalarOf(nonce) + k * scalarOf(SECRET)) % L).toString('hex');
    const signed = { body, signer: 's', signature };
    seen.add(`${verify(null, message, object, fromHex(signature))} ${verifySigned(RECEIPT, signed, key)}`);
    expect(verifyStatement(RECEIPT, signed, key)).toBe(false);
  }
  expect([...seen].sort()).toEqual(['false true', 'true true']);
});

test.each([
  ['zero, for which anybody can sign', `01${'00'.repeat(31)}`],
  ['of order two', 'ec' + 'ff'.repeat(30) + '7f'],
  ['a point in another encoding', 'ee' + 'ff'.repeat(30) + '7f'],
  ['no point', `02${'00'.repeat(31)}`],
  ['no key', 'ab'],
])('a key that is %s is not sound', (_, key) => {
  expect(isSoundKey(key)).toBe(false);
  const signature = `01${'00'.repeat(63)}`;
  expect(verifyStatement(RECEIPT, { body: 'anything', signer: 's', signature }, key)).toBe(false);
});

test('every key of a seed is sound', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
      expect(isSoundKey(publicKeyOf(seed))).toBe(true);
      expect(isSoundKey(twisted(publicKeyOf(seed)))).toBe(false);
    }),
    { numRuns: 20 },
  );
});
