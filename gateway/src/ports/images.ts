/** What is read from an image. */
export interface ReadImage {
  /** The pHash, 16 hexadecimal digits; undefined for an image without features. */
  phash?: string;
  /** pHashes of windows of 95 % of each side, in the middle and in the corners; those without features are left out. */
  windows?: string[];
  /** The XMP packet as it lies in the file. */
  xmp?: Uint8Array;
}

/** Decodes images. */
export interface Images {
  /** @throws {LlmchainError} `invalid_argument` for what is not an image that can be decoded | `too_large` by its pixels */
  read(content: Uint8Array): Promise<ReadImage>;
  /**
   * The pixels of an image as a classifier of this size takes them, [height, width, 3] of red, green and blue.
   * @throws {LlmchainError} as {@link read}; `not_supported` for an animation
   */
  pixels(content: Uint8Array, size: { width: number; height: number }): Promise<Uint8Array>;
}
