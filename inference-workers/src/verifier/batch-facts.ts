import type { Batch, ModelAccess, ModelVersion, Session, Signer, Suspension } from '@llmchain/protocol';

/** What the ledger says of everything that a batch names. */
export interface BatchFacts {
  batch: Batch;
  version: ModelVersion;
  /** Whose callers may call the version, and might before; undefined where everyone's always might. */
  access: ModelAccess | undefined;
  /** Digests of the version's tokenizer and chat template file. */
  tokenizer: string;
  template: string;
  signers: ReadonlyMap<string, Signer>;
  sessions: ReadonlyMap<string, Session>;
  /** Of those workers that ever were suspended. */
  suspensions: ReadonlyMap<string, Suspension>;
  /** Whether an earlier batch of the producer holds the receipt. */
  seen: (receipt: string) => boolean;
}
