/**
 * The finaliser of MurmurHash3: a permutation of the 32-bit integers in which every bit of the input moves every bit of
 * the output (Appleby 2011).
 */
export function mix32(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function scramble(block: number): number {
  const k = Math.imul(block, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}

/** MurmurHash3_x86_32 with seed 0 of `bytes[start, end)` (Appleby 2011), as an unsigned integer. Not for secrets. */
export function murmur3(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let h = 0;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const block = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    h ^= scramble(block);
    h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let last = end - 1; last >= at; last -= 1) tail = (tail << 8) | bytes[last]!;
  if (at < end) h ^= scramble(tail);
  return mix32(h ^ (end - start));
}
