import { NetworkError } from '@llmchain/network';
import { LlmchainError } from '@llmchain/protocol';
import { ZodError } from 'zod';

/** An error as a command tells it: a code for scripts, a message that says what to do next for people. */
export interface Failure {
  code: string;
  message: string;
  details: Readonly<Record<string, unknown>>;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof LlmchainError || error instanceof NetworkError) {
    return { code: error.code, message: error.message, details: error.details };
  }
  if (error instanceof ZodError) {
    return {
      code: 'invalid_argument',
      message: 'A gateway answered in another form than this version expects; update both.',
      details: { issues: error.issues.slice(0, 5) },
    };
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error), details: {} };
}
