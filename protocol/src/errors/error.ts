import { z } from 'zod';
import { isErrorCode, type ErrorCode } from './code';

/** Structured detail of an error: JSON, never prompts, answers, keys or content. */
export type Details = Readonly<Record<string, unknown>>;

/** The one error of the product: a code to act on, a message that says what to do next, and structured detail. */
export class LlmchainError extends Error {
  override readonly name = 'LlmchainError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Details = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  toJSON(): { code: ErrorCode; message: string; details: Details } {
    return { code: this.code, message: this.message, details: this.details };
  }
}

const Wire = z.object({
  code: z.custom<ErrorCode>(isErrorCode),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).default({}),
});

/**
 * Reads an error that crossed a boundary as JSON, also when another program put text in front of it, as a Fabric peer
 * does (`chaincode response 500, {…}`).
 * @returns undefined when the text carries no error of ours
 */
export function parseError(text: string): LlmchainError | undefined {
  const start = text.indexOf('{');
  if (start < 0) return undefined;
  try {
    const wire = Wire.safeParse(JSON.parse(text.slice(start)));
    return wire.success ? new LlmchainError(wire.data.code, wire.data.message, wire.data.details) : undefined;
  } catch {
    return undefined;
  }
}
