/** What is read of a content's C2PA manifests. */
export interface ReadManifest {
  /** SHA-256 of the manifest store as it lies in the content. */
  digest: string;
  /** Status codes of C2PA for what does not hold: the content, an assertion or a signature was changed. Empty when all does. */
  problems: string[];
  /** The assertions of the content's manifest and of those of what it was made from; only to be believed without problems. */
  assertions: { label: string; data: unknown }[];
}

/** Reads Content Credentials. Nothing is fetched from elsewhere for it. */
export interface Manifests {
  /** @returns undefined for content without a manifest store */
  read(content: Uint8Array): Promise<ReadManifest | undefined>;
}
