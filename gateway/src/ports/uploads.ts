import type { Actor } from './actor';

/** Who put which content into the member's bucket, so that nobody registers what another uploaded. */
export interface Uploads {
  note(actor: Actor, upload: { digest: string; bytes: number }): Promise<void>;
  /** Bytes of content that this actor put there, or undefined. */
  find(actor: Actor, digest: string): Promise<number | undefined>;
}
