import { linesOf } from '@llmchain/ingestion';
import { LlmchainError } from '@llmchain/protocol';
import type { z } from 'zod';

/** Longest line of a layer, bytes: a label of 10,000 characters and who said it. */
const LINE_BYTES = 64 * 1024;
/** Most lines of one layer. */
export const MOST_ANNOTATIONS = 1_000_000;

/**
 * The lines of a layer, one at a time; empty ones are passed over.
 * @throws {LlmchainError} `invalid_argument` with the line | `too_large`
 */
export async function* layerLines<S extends z.ZodType>(
  content: AsyncIterable<Buffer>,
  schema: S,
): AsyncGenerator<{ line: number; value: z.output<S> }> {
  let count = 0;
  for await (const { number, bytes } of linesOf(content, { lineBytes: LINE_BYTES })) {
    if (bytes === undefined) throw malformed(number, `it is longer than ${LINE_BYTES} bytes`);
    if (bytes.length === 0) continue;
    if (++count > MOST_ANNOTATIONS)
      throw new LlmchainError('too_large', `A layer holds at most ${MOST_ANNOTATIONS} annotations. Split it.`, {
        most: MOST_ANNOTATIONS,
      });
    const { success, data, error } = schema.safeParse(parsed(bytes, number));
    if (!success) {
      const issue = error.issues[0];
      throw malformed(number, `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
    }
    yield { line: number, value: data };
  }
}

/** @throws {LlmchainError} `invalid_argument` */
export function malformed(line: number, why: string): LlmchainError {
  return new LlmchainError('invalid_argument', `Line ${line} of the layer is no annotation: ${why}. Correct it.`, {
    line,
  });
}

function parsed(bytes: Buffer, line: number): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw malformed(line, 'it is not JSON in UTF-8');
  }
}
