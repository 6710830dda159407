import type { Actor } from './actor';

/** Who gives the holders of API keys the certificates that sign their transactions. */
export interface Enrolment {
  /** Issues and keeps an identity for the holder; a second time changes nothing. */
  enrol(actor: Actor): Promise<void>;
  /** Removes the identity of a key that came to nothing. */
  forget(key: string): Promise<void>;
}
