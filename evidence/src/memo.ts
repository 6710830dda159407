/**
 * What a pure function gave, by its argument as text: of one channel, each bundle and each block of it names the same
 * certificates. What threw is worked out again.
 * @param most results that are kept; then the oldest goes
 */
export function remembered<T>(most: number): (key: string, work: () => T) => T {
  const known = new Map<string, T>();
  return (key, work) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const result = work();
    if (known.size >= most) known.delete(known.keys().next().value!);
    known.set(key, result);
    return result;
  };
}
