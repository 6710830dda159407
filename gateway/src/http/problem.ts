import { LlmchainError, REMEDY, type ErrorCode } from '@llmchain/protocol';

/** The HTTP status of each error code; said here and nowhere else. */
export const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_argument: 400,
  not_authenticated: 401,
  insufficient_credits: 402,
  not_authorised: 403,
  not_found: 404,
  already_registered: 409,
  resembles: 409,
  conflict: 409,
  wrong_state: 409,
  licence_expired: 409,
  quorum_not_reached: 409,
  too_large: 413,
  consent_missing: 422,
  tainted: 422,
  not_verified: 422,
  clock_skew: 422,
  digest_mismatch: 422,
  not_supported: 422,
  overloaded: 429,
  internal: 500,
  verdict_pending: 503,
  verifier_unavailable: 503,
  not_yet_indexed: 503,
  unavailable: 503,
  commit_unknown: 503,
};

/** Problem details (RFC 9457) with the members that a program needs to act. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  remedy: string;
  details: Readonly<Record<string, unknown>>;
}

/** Problem details that OpenAI clients can read too. */
export interface OpenAiProblem extends Problem {
  error: { message: string; type: string; code: ErrorCode };
}

/** Problem details that clients of the Open Inference Protocol can read too. */
export interface OpenInferenceProblem extends Problem {
  error: string;
}

/** Seconds to wait before trying again, for errors that pass. */
export function retryAfter(code: ErrorCode): number | undefined {
  return (REMEDY[code] === 'retry' || REMEDY[code] === 'wait') && STATUS[code] !== 500 ? 1 : undefined;
}

export function problemOf(error: LlmchainError): Problem {
  const { code } = error;
  const words = code.replaceAll('_', ' ');
  return {
    type: `urn:llmchain:error:${code}`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    status: STATUS[code],
    detail: error.message,
    code,
    remedy: REMEDY[code],
    details: error.details,
  };
}

/** @see https://platform.openai.com/docs/guides/error-codes */
export function openAiProblemOf(error: LlmchainError): OpenAiProblem {
  const problem = problemOf(error);
  const type =
    error.code === 'insufficient_credits'
      ? 'insufficient_quota'
      : problem.status >= 500
        ? 'server_error'
        : problem.status === 429
          ? 'rate_limit_error'
          : 'invalid_request_error';
  return { ...problem, error: { message: error.message, type, code: error.code } };
}

/** @see https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md */
export function openInferenceProblemOf(error: LlmchainError): OpenInferenceProblem {
  return { ...problemOf(error), error: error.message };
}

interface BodyParserError {
  type: string;
  limit?: number;
}

function isBodyParserError(error: unknown): error is BodyParserError {
  return error instanceof Error && typeof (error as Partial<BodyParserError>).type === 'string';
}

/** Anything thrown, as an error of ours; what is not expected becomes `internal` and tells the caller nothing. */
export function failureOf(error: unknown): LlmchainError {
  if (error instanceof LlmchainError) return error;
  if (isBodyParserError(error)) {
    if (error.type === 'entity.too.large') {
      const limit = error.limit === undefined ? '' : ` of ${error.limit} bytes`;
      return new LlmchainError('too_large', `The body is larger than the limit${limit}. Send less at once.`, {
        limit: error.limit ?? null,
      });
    }
    return new LlmchainError('invalid_argument', 'The body is not JSON in UTF-8. Send one JSON object.', {
      reason: error.type,
    });
  }
  if (error instanceof URIError)
    return new LlmchainError('invalid_argument', 'The path is not a valid URL. Encode it.');
  return new LlmchainError(
    'internal',
    'The gateway failed; its log has the cause. Try again.',
    {},
    error instanceof Error ? { cause: error } : undefined,
  );
}
