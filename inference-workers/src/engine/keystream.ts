import { createCipheriv } from 'node:crypto';
import type { Keystream } from '@llmchain/protocol';

let zeros = Buffer.alloc(0);

/** ChaCha20 by OpenSSL: what `portableKeystream` gives, some ten times as fast. */
export const keystream: Keystream = (seed, nonce, length) => {
  if (zeros.length < length) zeros = Buffer.alloc(length);
  // OpenSSL takes the block counter, here zero, and the nonce of RFC 8439 together as its initialisation vector.
  const vector = Buffer.alloc(16);
  vector.set(nonce, 4);
  return createCipheriv('chacha20', seed, vector).update(zeros.subarray(0, length));
};
