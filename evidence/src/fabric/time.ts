/** A protobuf timestamp, as its generated classes give it. */
interface Timestamp {
  getSeconds(): number;
  getNanos(): number;
}

/** Milliseconds since the Unix epoch. */
export function timeOf(timestamp: Timestamp | undefined): number {
  return (timestamp?.getSeconds() ?? 0) * 1000 + Math.floor((timestamp?.getNanos() ?? 0) / 1_000_000);
}
