import { request } from 'node:http';
import {
  ChaincodeEnvironment,
  decodeJson,
  LlmchainError,
  Verdict,
  type Batch,
  type Finding,
  type RejectReason,
} from '@llmchain/protocol';

/** The longest answer that is read; a verdict is some hundred bytes. */
const LIMIT = 64 * 1024;

type Judged = Pick<Batch, 'batch' | 'root'>;

function ask(socketPath: string, path: string, timeout: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      // A connection of its own: one that was kept alive may just be closing, and a lost verdict is a lost endorsement.
      { socketPath, path, method: 'GET', agent: false, signal: AbortSignal.timeout(timeout) },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
          if (body.length > LIMIT) response.destroy(new Error('answer too long'));
        });
        response.on('error', reject);
        response.on('end', () =>
          response.statusCode === 200 ? resolve(body) : reject(new Error(`status ${response.statusCode ?? 0}`)),
        );
      },
    );
    call.on('error', reject);
    call.end();
  });
}

/**
 * What this member's own verifier has found. The answer decides whether to endorse, never what is written, so that
 * endorsements agree.
 * @throws {LlmchainError} `verdict_pending` | `verifier_unavailable`
 */
async function verdictOf(
  member: string,
  batch: string,
  root: string,
  about: Readonly<Record<string, string>> = {},
): Promise<Verdict> {
  const environment = ChaincodeEnvironment.safeParse(process.env);
  if (!environment.success) {
    throw new LlmchainError(
      'verifier_unavailable',
      `${member} has no verifier configured; its operator has to set one.`,
      { member },
    );
  }
  const { LLMCHAIN_VERIFIER_SOCKET: socket, LLMCHAIN_VERIFIER_TIMEOUT_MS: timeout } = environment.data;
  const path = `/verdict?${new URLSearchParams({ batch, root, ...about }).toString()}`;
  let verdict: Verdict;
  try {
    verdict = decodeJson(Verdict, await ask(socket, path, timeout), 'verdict');
  } catch (cause) {
    throw new LlmchainError(
      'verifier_unavailable',
      `The verifier of ${member} did not answer; ask another member or try again.`,
      { member },
      { cause },
    );
  }
  if (verdict.batch !== batch || verdict.root !== root || verdict.verdict === 'pending') {
    throw new LlmchainError(
      'verdict_pending',
      `The verifier of ${member} has not finished with batch ${batch}; try again in a moment.`,
      { member, batch },
    );
  }
  return verdict;
}

/**
 * Lets the endorsement go on only when this member's own verifier has accepted the batch, and has re-executed what others
 * refuse it for.
 * @param disputed ids of those receipts
 * @throws {LlmchainError} `not_verified` with what was found | `verdict_pending` | `verifier_unavailable`
 */
export async function demandAcceptance(
  member: string,
  { batch, root }: Judged,
  disputed: readonly string[],
): Promise<void> {
  for (const about of [undefined, ...disputed]) {
    const { verdict, reason, receipt = about } = await verdictOf(member, batch, root, about ? { receipt: about } : {});
    if (verdict !== 'accept') throw refusal(member, batch, { reason, receipt });
  }
}

function refusal(
  member: string,
  batch: string,
  { reason, receipt }: { reason: RejectReason | undefined; receipt: string | undefined },
): LlmchainError {
  return new LlmchainError(
    'not_verified',
    `The verifier of ${member} rejects batch ${batch}${reason ? ` (${reason})` : ''}.`,
    { member, batch, ...(reason ? { reason } : {}), ...(receipt ? { receipt } : {}) },
  );
}

/**
 * Lets the endorsement go on only when this member's own verifier has rejected the batch, for just what is to be written
 * in its name: by its own sample, or by the receipt that others refuse it for.
 * @throws {LlmchainError} `not_verified` when it accepts | `invalid_argument` when it found something else |
 * `verdict_pending` | `verifier_unavailable`
 */
export async function demandRejection({ batch, root }: Judged, finding: Finding): Promise<void> {
  const { member } = finding;
  const { verdict, reason, receipt } = await verdictOf(member, batch, root);
  if (verdict === 'accept' && finding.receipt !== undefined) {
    const found = await verdictOf(member, batch, root, { receipt: finding.receipt });
    if (found.verdict === 'reject' && found.reason === finding.reason) return;
  }
  if (verdict !== 'reject')
    throw new LlmchainError('not_verified', `The verifier of ${member} accepts batch ${batch}.`, { member, batch });
  if (reason === finding.reason && receipt === finding.receipt) return;
  throw new LlmchainError(
    'invalid_argument',
    `The verifier of ${member} found something else wrong with batch ${batch}. Name what it found.`,
    { member, batch, ...(reason ? { reason } : {}), ...(receipt ? { receipt } : {}) },
  );
}

/**
 * Lets the endorsement go on only when this member's own verifier has re-executed just this receipt and found just this.
 * The first time that it is asked it begins, and the answer is `verdict_pending`.
 * @param evidence digest of the file that holds the opening, and the member that keeps it
 * @throws {LlmchainError} `not_verified` when it finds nothing | `invalid_argument` when it found something else |
 * `verdict_pending` | `verifier_unavailable`
 */
export async function demandFault(
  member: string,
  { batch, root }: Judged,
  { receipt, reason, evidence, keeper }: { receipt: string; reason: RejectReason; evidence: string; keeper: string },
): Promise<void> {
  const found = await verdictOf(member, batch, root, { receipt, evidence, keeper });
  if (found.receipt !== undefined && found.receipt !== receipt)
    throw new LlmchainError('verifier_unavailable', `The verifier of ${member} spoke of another receipt.`, { member });
  if (found.verdict !== 'reject')
    throw new LlmchainError('not_verified', `The verifier of ${member} finds nothing wrong with receipt ${receipt}.`, {
      member,
      receipt,
    });
  if (found.reason === reason) return;
  throw new LlmchainError(
    'invalid_argument',
    `The verifier of ${member} found something else wrong with receipt ${receipt}. Name what it found.`,
    { member, receipt, ...(found.reason ? { reason: found.reason } : {}) },
  );
}
