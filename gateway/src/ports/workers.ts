import type {
  Batch,
  FaultEvidence,
  GenerateEvent,
  GenerateRequest,
  LoadedModel,
  PendingReceipt,
  Verdict,
} from '@llmchain/protocol';

/** One worker of a member. */
export interface WorkerRef {
  /** Its id on the ledger. */
  readonly id: string;
  /** MSP id. */
  readonly member: string;
  /** One of 2 is given orders until it has twice as much to do as one of 1. */
  readonly preference: number;
}

/** What a verifier found of one receipt, and with what it can be found again. */
export interface Examined {
  verdict: Verdict;
  evidence: FaultEvidence;
}

/** The members' model servers. */
export interface Workers {
  readonly all: readonly WorkerRef[];
  /** What a worker has loaded and takes orders for. @throws {LlmchainError} `unavailable` */
  models(worker: WorkerRef): Promise<LoadedModel[]>;
  /**
   * Computes one answer; aborting `signal` or leaving the loop cancels it.
   * @param deadline milliseconds since the Unix epoch
   * @throws {LlmchainError} `unavailable` when the worker cannot be reached or breaks off
   */
  generate(
    worker: WorkerRef,
    request: GenerateRequest,
    options: { signal: AbortSignal; deadline: number },
  ): AsyncIterable<GenerateEvent>;
  /**
   * Has an answer of the own member's end because consent behind its model no longer stands; its receipt then says so.
   * @param receipt id of the receipt to come
   * @returns whether it was under way
   * @throws {LlmchainError} `unavailable`
   */
  halt(worker: WorkerRef, receipt: string): Promise<boolean>;
  /** Receipts and openings that an own worker has not handed over yet, oldest first. @throws {LlmchainError} `unavailable` */
  pending(worker: WorkerRef, limit: number): Promise<PendingReceipt[]>;
  /** Lets an own worker forget receipts that are stored. @throws {LlmchainError} `unavailable` */
  acknowledge(worker: WorkerRef, ids: readonly string[]): Promise<void>;
  /**
   * What an own worker's verifier has found of a rival's batch so far.
   * @throws {LlmchainError} `not_supported` | `unavailable`
   */
  judge(worker: WorkerRef, batch: Pick<Batch, 'batch' | 'root'>): Promise<Verdict>;
  /**
   * Has an own worker's verifier re-execute one receipt of a rival's batch.
   * @param question.evidence digest of evidence, and the member that keeps it
   * @throws {LlmchainError} `not_found` | `not_supported` | `verifier_unavailable` | `unavailable`
   */
  reexamine(
    worker: WorkerRef,
    question: { batch: string; receipt: string; evidence?: string; keeper?: string },
  ): Promise<Examined>;
}
