import { dice } from './random';

/** pHashes to search, and pHashes to search for. */
export interface Hashes {
  bits: string[];
  questions: string[];
}

/** Versions of one image in a crowded corpus. */
const VERSIONS = 50;
/** Most bits by which a version, or a question, is away from its image: some are beyond the distance that is asked for. */
const FARTHEST = 12;

type Dice = (below: number) => number;

function random(roll: Dice): bigint {
  return (BigInt(roll(2 ** 32)) << 32n) | BigInt(roll(2 ** 32));
}

/** The hash with so many of its bits turned. */
function turned(hash: bigint, bits: number, roll: Dice): bigint {
  const places = new Set<number>();
  while (places.size < bits) places.add(roll(64));
  let after = hash;
  for (const place of places) after ^= 1n << BigInt(place);
  return after;
}

function hexadecimal(hash: bigint): string {
  return hash.toString(16).padStart(16, '0');
}

/**
 * The same hashes in every run. `random`: independent, and of each question one version in the corpus, up to 12 bits away.
 * `crowded`: images in fifty versions each, up to 12 bits away from it; each question is an image.
 */
export function hashes(kind: 'random' | 'crowded', size: number, asked: number): Hashes {
  const roll = dice(kind === 'random' ? 20_101 : 20_102);
  const bits: bigint[] = [];
  const questions: bigint[] = [];
  if (kind === 'random') {
    while (bits.length < size) bits.push(random(roll));
    while (questions.length < asked) {
      const question = random(roll);
      bits[roll(size)] = turned(question, roll(FARTHEST + 1), roll);
      questions.push(question);
    }
  } else {
    const images = Array.from({ length: Math.ceil(size / VERSIONS) }, () => random(roll));
    while (bits.length < size) bits.push(turned(images[bits.length % images.length]!, roll(FARTHEST + 1), roll));
    while (questions.length < asked) questions.push(images[roll(images.length)]!);
  }
  return { bits: bits.map(hexadecimal), questions: questions.map(hexadecimal) };
}
