/** Uniform numbers below 2³² from a seed (Marsaglia 2003, xorshift): the same in every run. */
export function* numbers(seed: number): Generator<number, never> {
  let x = seed;
  for (;;) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}

/** As {@link numbers}, asked one at a time: a number from 0 below `below`. */
export function dice(seed: number): (below: number) => number {
  const random = numbers(seed);
  return (below) => random.next().value % below;
}
