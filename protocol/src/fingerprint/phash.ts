/** Edge of the grey matrix that a pHash is made of. */
export const PHASH_EDGE = 32;
const KEPT = 8;
/** Coefficients below this, in grey levels, are what is left of rounding. */
const NOISE = 1e-6;
/** An image whose kept coefficients all stay below this shows nothing: a wave of one grey level of 255 has 16. */
const FEATURELESS = 16;

/** Rows 1 to 8 of the orthonormal DCT-II of 32 points. */
const BASIS = Array.from({ length: KEPT }, (_, row) =>
  Float64Array.from({ length: PHASH_EDGE }, (_, x) => {
    const frequency = row + 1;
    return Math.sqrt(2 / PHASH_EDGE) * Math.cos((Math.PI * frequency * (2 * x + 1)) / (2 * PHASH_EDGE));
  }),
);

/**
 * The DCT hash of an image: of the 64 lowest frequencies without the constant ones, which lie above their median. After
 * Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), as the pHash library does it.
 * @param grey 32 × 32 levels from 0 to 255, row by row: the image scaled to that size with filtering, its shape ignored
 * @returns 16 hexadecimal digits, the first bit the lowest frequency; undefined for an image without features (one colour)
 */
export function phash(grey: ArrayLike<number>): string | undefined {
  if (grey.length !== PHASH_EDGE * PHASH_EDGE) throw new RangeError('a pHash is made of 32 × 32 grey levels');
  const coefficients: number[] = [];
  for (const vertical of BASIS) {
    const columns = new Float64Array(PHASH_EDGE);
    for (let y = 0; y < PHASH_EDGE; y += 1) {
      for (let x = 0; x < PHASH_EDGE; x += 1) columns[x]! += vertical[y]! * grey[y * PHASH_EDGE + x]!;
    }
    for (const horizontal of BASIS) {
      const value = columns.reduce((sum, column, x) => sum + column * horizontal[x]!, 0);
      coefficients.push(Math.abs(value) < NOISE ? 0 : value);
    }
  }
  if (coefficients.every((value) => Math.abs(value) < FEATURELESS)) return undefined;
  const sorted = coefficients.toSorted((a, b) => a - b);
  const median = (sorted[31]! + sorted[32]!) / 2;
  const bits = coefficients.map((value) => (value > median ? '1' : '0')).join('');
  return BigInt(`0b${bits}`).toString(16).padStart(16, '0');
}

/** How many bits are set of 32. */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The two halves of a pHash, unsigned. */
export function phashWords(bits: string): [high: number, low: number] {
  return [parseInt(bits.slice(0, 8), 16), parseInt(bits.slice(8), 16)];
}

/** In how many of 64 bits two pHashes differ. Near 32 for images that have nothing to do with each other. */
export function hammingDistance(a: string, b: string): number {
  const [aHigh, aLow] = phashWords(a);
  const [bHigh, bLow] = phashWords(b);
  return popcount(aHigh ^ bHigh) + popcount(aLow ^ bLow);
}
