import type { z } from 'zod';
import { LlmchainError } from '../errors/error';

function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/**
 * Checks a value strictly against a schema.
 * @param what the value's name in the message, such as `request`
 * @throws {LlmchainError} `invalid_argument` with `details.issues`: `{pointer (RFC 6901), message}`
 */
export function decode<S extends z.ZodType>(schema: S, value: unknown, what = 'request'): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues
    .slice(0, 20)
    .map((issue) => ({ pointer: pointer(issue.path), message: issue.message }));
  const first = issues[0];
  throw new LlmchainError(
    'invalid_argument',
    `The ${what} is not valid at "${first?.pointer ?? ''}": ${first?.message ?? ''}. Correct it and send it again.`,
    { issues },
  );
}

/**
 * As {@link decode}, from JSON text.
 * @throws {LlmchainError} `invalid_argument` when the text is not JSON or does not fit
 */
export function decodeJson<S extends z.ZodType>(schema: S, text: string, what = 'request'): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LlmchainError('invalid_argument', `The ${what} is not JSON. Send one JSON object.`, {}, { cause });
  }
  return decode(schema, value, what);
}
