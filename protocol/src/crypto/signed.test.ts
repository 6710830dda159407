import { createPrivateKey, createPublicKey, sign as nodeSign, verify as nodeVerify } from 'node:crypto';
import fc from 'fast-check';
import { canonicalJson } from '../canonical/json';
import { fromHex, sha256Bytes, toHex } from './hash';
import { publicKeyOf, sign, verifySigned } from './signed';

const SECRET = sha256Bytes('a secret');
const KEY = publicKeyOf(SECRET);
const TICKET = 'llmchain/ticket/1';
const RECEIPT = 'llmchain/receipt/1';
const PKCS8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), SECRET]);

test("OpenSSL's Ed25519 makes and takes the same signatures", () => {
  const body = { b: 1, a: 'é' };
  const message = Buffer.from(`${TICKET}\0${canonicalJson(body)}`);
  const key = createPrivateKey({ key: PKCS8, format: 'der', type: 'pkcs8' });
  const signed = sign(TICKET, body, 'gateway.lab', SECRET);
  expect(signed).toEqual({ body, signer: 'gateway.lab', signature: nodeSign(null, message, key).toString('hex') });
  expect(nodeVerify(null, message, createPublicKey(key), fromHex(signed.signature))).toBe(true);
});

test('RFC 8032, section 7.1, test 1: the public key', () => {
  const secret = fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
  expect(publicKeyOf(secret)).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
});

test('a signature counts for its purpose, statement and key alone', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      const signed = sign(TICKET, body, 's', SECRET);
      expect(verifySigned(TICKET, signed, KEY)).toBe(true);
      expect(verifySigned(RECEIPT, signed, KEY)).toBe(false);
      expect(verifySigned(TICKET, { ...signed, body: { was: body } }, KEY)).toBe(false);
      expect(verifySigned(TICKET, signed, publicKeyOf(sha256Bytes('another')))).toBe(false);
    }),
    { numRuns: 30 },
  );
});

test('one bit turned in the signature fails', () => {
  const signed = sign(RECEIPT, { a: 1 }, 's', SECRET);
  for (let bit = 0; bit < 512; bit += 7) {
    const bytes = fromHex(signed.signature);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    expect(verifySigned(RECEIPT, { ...signed, signature: toHex(bytes) }, KEY)).toBe(false);
  }
});

test.each([
  ['no hexadecimal', 'zz'],
  ['too short', '00'],
  ['too long', '0'.repeat(130)],
  ['empty', ''],
])('a signature that is %s is not good, and no error', (_, signature) => {
  expect(verifySigned(RECEIPT, { body: 1, signer: 's', signature }, KEY)).toBe(false);
});

test('a signature is good in one form only: s + L is refused', () => {
  const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
  const signed = sign(RECEIPT, { a: 1 }, 's', SECRET);
  const [r, s] = [signed.signature.slice(0, 64), Buffer.from(signed.signature.slice(64), 'hex').reverse()];
  const more = (BigInt(`0x${s.toString('hex')}`) + ORDER).toString(16).padStart(64, '0');
  const signature = r + Buffer.from(more, 'hex').reverse().toString('hex');
  expect(verifySigned(RECEIPT, { ...signed, signature }, KEY)).toBe(false);
});

test('a key of small order signs nothing', () => {
  const identity = `01${'00'.repeat(31)}`;
  const signature = identity + '00'.repeat(32);
  expect(verifySigned(RECEIPT, { body: 'anything', signer: 's', signature }, identity)).toBe(false);
});
