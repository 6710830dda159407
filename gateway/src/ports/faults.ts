import type { FaultEvidence } from '@llmchain/protocol';

/** Evidence of faults that this member reported, encrypted at rest. */
export interface Faults {
  /** @returns SHA-256 of its canonical JSON, hexadecimal */
  put(evidence: FaultEvidence): Promise<string>;
  /** @throws {LlmchainError} `not_found` */
  get(digest: string): Promise<FaultEvidence>;
}
