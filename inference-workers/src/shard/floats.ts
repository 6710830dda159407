import { LlmchainError } from '@llmchain/protocol';

/** The bytes of numbers as they travel: float32, little-endian, as all machines that the runtime is built for have them. */
export function toBytes({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * Numbers that came from another worker.
 * @param count how many there have to be
 * @throws {LlmchainError} `invalid_argument` when there are more or fewer, or one of them is not finite
 */
export function toFloats(bytes: Uint8Array, count: number, what: string): Float32Array {
  if (bytes.length !== count * Float32Array.BYTES_PER_ELEMENT) {
    throw new LlmchainError(
      'invalid_argument',
      `${what} are ${bytes.length} bytes instead of ${count} numbers. Compare both workers' ranges.`,
      { bytes: bytes.length, count },
    );
  }
  // A message's bytes need not begin where a number may.
  const floats = new Float32Array(new Uint8Array(bytes).buffer);
  for (const value of floats) {
    if (!Number.isFinite(value)) throw new LlmchainError('invalid_argument', `${what} are not finite.`, { count });
  }
  return floats;
}
