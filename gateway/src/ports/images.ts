/** What is read from an image. */
export interface ReadImage {
  /** The pHash, 16 hexadecimal digits; undefined for an image without features. */
  phash?: string;
  /** The XMP packet as it lies in the file. */
  xmp?: Uint8Array;
}

/** Decodes images. */
export interface Images {
  /** @throws {LlmchainError} `invalid_argument` for what is not an image that can be decoded | `too_large` by its pixels */
  read(content: Uint8Array): Promise<ReadImage>;
}
