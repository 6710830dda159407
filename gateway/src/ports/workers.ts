import type { GenerateEvent, GenerateRequest, LoadedModel, PendingReceipt } from '@llmchain/protocol';

/** The members' model servers. Members are named by MSP id. */
export interface Workers {
  /** What a member's worker has loaded. @throws {LlmchainError} `unavailable` */
  models(member: string): Promise<LoadedModel[]>;
  /**
   * Computes one answer; aborting `signal` or leaving the loop cancels it.
   * @param deadline milliseconds since the Unix epoch
   * @throws {LlmchainError} `unavailable` when the worker cannot be reached or breaks off
   */
  generate(
    member: string,
    request: GenerateRequest,
    options: { signal: AbortSignal; deadline: number },
  ): AsyncIterable<GenerateEvent>;
  /**
   * Has an answer of the own member's end because consent behind its model no longer stands; its receipt then says so.
   * @param receipt id of the receipt to come
   * @returns whether it was under way
   * @throws {LlmchainError} `unavailable`
   */
  halt(member: string, receipt: string): Promise<boolean>;
  /** Receipts and openings that the own worker has not handed over yet, oldest first. */
  pending(limit: number): Promise<PendingReceipt[]>;
  /** Lets the own worker forget receipts that are stored. */
  acknowledge(ids: readonly string[]): Promise<void>;
}
