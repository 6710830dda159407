/**
 * Text as Postgres can hold it. What clients chose (function names, ids of refused transactions) may hold U+0000, which
 * Postgres refuses: one such transaction must not stop the index.
 */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD');
}

/** A client's timestamp as a whole number of milliseconds, zero when it is out of range. */
export function storableTime(time: number): number {
  return Number.isSafeInteger(time) && time >= 0 ? time : 0;
}
