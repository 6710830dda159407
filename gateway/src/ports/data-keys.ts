/** A data key as it lies in the member's database: wrapped, never in clear. */
export interface WrappedKey {
  /** SHA-256 of the content, hexadecimal. */
  digest: string;
  /** Key of the sealed object in the bucket. */
  object: string;
  /** Which key-encryption key it is wrapped under. */
  kek: string;
  /** Base64. */
  wrapped: string;
  /** Of the content. */
  bytes: number;
}

/** The data keys of a member's sealed content. Safe with several gateways on one database. */
export interface DataKeys {
  find(digest: string): Promise<WrappedKey | undefined>;
  /** Keeps a key in the place of the one before. @returns the object of the one before */
  put(key: WrappedKey): Promise<string | undefined>;
  /** Destroys a key. @returns the object that nobody can open any more */
  remove(digest: string): Promise<string | undefined>;
  /** Keys that are wrapped under others than this one, at most 500 after a digest. */
  wrappedOtherwise(kek: string, after: string): Promise<WrappedKey[]>;
  /** Puts another wrapping of the same data key in the place of the one that was read. */
  rewrap(before: WrappedKey, after: Pick<WrappedKey, 'kek' | 'wrapped'>): Promise<void>;
}
