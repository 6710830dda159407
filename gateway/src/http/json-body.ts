import { isUtf8 } from 'node:buffer';
import { LlmchainError } from '@llmchain/protocol';
import express, { type Request, type RequestHandler, type Response } from 'express';

/** What stands for itself in JSON text: an escaped backslash, and both halves of an escaped surrogate pair. */
const WHOLE = /\\\\|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}/g;
const HALF = /\\u[dD][89a-fA-F]/;

/**
 * Demands that texts come as they were meant: bytes that are no UTF-8, and halves of surrogate pairs, would become other
 * characters on the way to the worker and in what the receipt commits to.
 * @throws {LlmchainError} `invalid_argument`
 */
function demandWhole(bytes: Buffer, charset: string): void {
  if (charset !== 'utf-8' || !isUtf8(bytes))
    throw new LlmchainError('invalid_argument', 'The body is not in UTF-8. Encode it so; JSON has no other encoding.');
  const escaped = bytes.includes('\\ud') || bytes.includes('\\uD');
  if (escaped && HALF.test(bytes.toString().replaceAll(WHOLE, ' ')))
    throw new LlmchainError(
      'invalid_argument',
      'The body escapes half of a surrogate pair, which is no character. Send both halves, or the character itself.',
    );
}

/**
 * What reads a request's JSON into `request.body`, whatever media type it claims; packed bodies are unpacked.
 * @param limit most bytes, unpacked
 * @returns rejects with body-parser's errors, see `failureOf`, or with `invalid_argument`
 */
export function jsonBody(limit: number): (request: Request, response: Response) => Promise<void> {
  const parse: RequestHandler = express.json({
    limit,
    strict: true,
    type: () => true,
    verify: (_request, _response, bytes, charset) => {
      demandWhole(bytes, charset);
    },
  });
  return (request, response) =>
    new Promise((resolve, reject) => {
      parse(request, response, (error?: unknown) => {
        if (error === undefined) resolve();
        else
          reject(error instanceof LlmchainError || (error instanceof Error && 'type' in error) ? error : torn(error));
      });
    });
}

/** What body-parser has no name for: bytes that cannot be unpacked as their `content-encoding` says. */
function torn(cause: unknown): LlmchainError {
  const how = 'The body cannot be unpacked. Send it as its content-encoding says, or as it is.';
  return new LlmchainError('invalid_argument', how, {}, { cause });
}
