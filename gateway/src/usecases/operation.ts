import { randomUUID } from 'node:crypto';
import { sha256Hex } from '@llmchain/protocol';

/** The caller's operation id, or a new one for a call that is not meant to be repeated. */
export function operationOf(given: string | undefined): string {
  return given ?? `op-${randomUUID()}`;
}

/** An operation id that follows from what is done, so that doing it again is the same operation. */
export function derivedOperation(...parts: readonly (string | number)[]): string {
  return `op-${sha256Hex(parts.join('\n')).slice(0, 48)}`;
}
