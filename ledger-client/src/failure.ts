import { status } from '@grpc/grpc-js';
import { CommitStatusError, EndorseError, GatewayError } from '@hyperledger/fabric-gateway';
import { LlmchainError, parseError } from '@llmchain/protocol';

/** One endorser's refusal. */
export interface Refusal {
  member: string;
  code: string;
  message: string;
  details: Readonly<Record<string, unknown>>;
}

/** What each endorser that refused said, in the order of the gateway's answer. */
export function refusals(error: GatewayError): Refusal[] {
  return error.details.flatMap((detail) => {
    const said = parseError(detail.message);
    return said ? [{ member: detail.mspId, code: said.code, message: said.message, details: said.details }] : [];
  });
}

/** gRPC states that pass: the peer is away, slow, catching up, or its plan found no endorsers. */
const PASSING: ReadonlySet<number> = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.FAILED_PRECONDITION,
  status.ABORTED,
]);

/** What peers say to a certificate that their channel does not accept, or no longer (Fabric has no code for it). */
const NOT_ACCEPTED = /access denied: channel \[|client identity expired/;

/** Whether the channel does not accept the signer's certificate: then no peer will. */
export function isNotAccepted(error: GatewayError): boolean {
  return [error, ...error.details].some(({ message }) => NOT_ACCEPTED.test(message));
}

/**
 * Turns what the Fabric gateway threw into an error of ours: the chaincode's own code where it gave one (the first
 * endorser's, all of them under `details.refusals`), else what the state of the network says.
 */
export function ledgerFailure(error: unknown): LlmchainError {
  if (error instanceof LlmchainError) return error;
  if (!(error instanceof GatewayError)) {
    return new LlmchainError('internal', 'The ledger client failed; the log has the cause.', {}, { cause: error });
  }
  const said = refusals(error);
  const first = said[0];
  if (first) {
    const code = parseError(JSON.stringify(first))?.code ?? 'internal';
    const details = said.length > 1 ? { ...first.details, refusals: said } : { ...first.details, refusals: [first] };
    return new LlmchainError(code, first.message, details, { cause: error });
  }
  if (error instanceof CommitStatusError) {
    return new LlmchainError(
      'commit_unknown',
      'Whether the transaction committed is not known yet; repeat it with the same operation id.',
      { transaction: error.transactionId },
      { cause: error },
    );
  }
  const direct = parseError(error.message);
  if (direct) return new LlmchainError(direct.code, direct.message, direct.details, { cause: error });
  if (isNotAccepted(error)) {
    return new LlmchainError(
      'not_authorised',
      'The channel does not accept the certificate of this key: it was revoked or has ended. Have a new key made.',
      { endorsers: error.details.map(({ mspId }) => mspId) },
      { cause: error },
    );
  }
  const details = {
    ...stageOf(error),
    grpc: error.code,
    endorsers: error.details.map((detail) => ({ member: detail.mspId, message: detail.message.slice(0, 300) })),
  };
  const word = error.message.slice(0, 300);
  return PASSING.has(error.code)
    ? new LlmchainError('unavailable', `The ledger did not answer (${word}). Try again in a moment.`, details, {
        cause: error,
      })
    : new LlmchainError('internal', `The ledger refused the call (${word}).`, details, { cause: error });
}

/** Before which step of a submission it failed: what failed to be endorsed was never ordered. */
function stageOf(error: GatewayError): { stage?: 'endorse' | 'submit' } {
  if (error instanceof EndorseError) return { stage: 'endorse' };
  return error.name === 'SubmitError' ? { stage: 'submit' } : {};
}
