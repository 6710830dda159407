/** Key of content in a bucket; the same words as its address on the ledger. */
export function contentKey(sha256: string): string {
  return `sha256/${sha256}`;
}

/** The digest that an address names. */
export function digestOfAddress(address: string): string {
  return address.slice('sha256/'.length);
}
