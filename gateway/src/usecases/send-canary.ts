import { randomBytes } from 'node:crypto';
import { receiptId } from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Infer } from './infer';

/** Tokens of a canary's answer when the caller does not say. */
const TOKENS = 24;

export interface CanaryOrder {
  /** `poet` or `poet@1`. */
  model: string;
  prompt: string;
  maxTokens?: number | undefined;
}

/**
 * Has an own worker give a false answer, whose receipt goes the way of all others: through a batch to the rivals. Who accepts it
 * did not look. It costs what any fault costs: finders have their part of the worker's stake. The answer is thrown away.
 */
export class SendCanary {
  readonly #infer: Infer;

  constructor(_options: object, ports: { infer: Infer }) {
    this.#infer = ports.infer;
  }

  /**
   * @returns id of the false receipt
   * @throws {LlmchainError} `not_supported` for what is no text | `insufficient_credits` | as {@link Infer.run}
   */
  async run(actor: Actor, { model, prompt, maxTokens = TOKENS }: CanaryOrder, signal: AbortSignal): Promise<string> {
    const order = {
      model,
      maxTokens,
      input: { kind: 'completion' as const, prompt },
      sampler: { temperatureMilli: 700 },
      callerNonce: randomBytes(32).toString('hex'),
      canary: true as const,
    };
    let receipt: string | undefined;
    for await (const answer of this.#infer.run(actor, order, signal))
      if (answer.kind === 'finished') receipt = receiptId(answer.receipt.body);
    if (receipt === undefined) throw new Error('an answer ended without a receipt');
    return receipt;
  }
}
