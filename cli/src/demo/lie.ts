import { resolve } from 'node:path';
import { Consortium } from '@llmchain/network';
import { LlmchainError } from '@llmchain/protocol';
import type { MemberApi } from '../api/member-api';
import type { Settings } from '../settings';
import { askForVerses, receiptOnce, type ReceiptStatus } from './verses';

/** What a dishonest member might run instead of the worker: it signs for answers that no model gave. */
const LYING_WORKER = resolve(__dirname, '../../../test/attackers/dist/lying-worker.js');
const LIAR = 'lab';
const LIAR_MSP = 'LabMSP';
/** How often the caller asks until the router sends it to the liar. */
const ATTEMPTS = 12;

export interface RefusedLie {
  code: string;
  what: string;
  details: {
    receipt: string;
    state: ReceiptStatus['state'];
    refusals: ReceiptStatus['refusals'];
    findings: ReceiptStatus['findings'];
  };
}

const quiet = { step: () => ({ done: () => undefined, fail: () => undefined }) };

/**
 * Lets the lab run a lying worker, asks until it answers, and waits until its rivals have rejected the
 * batch and the caller's session has its credits back; then the lab runs
 * the product's worker again.
 */
export async function refusedLie(
  settings: Settings,
  { caller, model }: { caller: MemberApi; model: string },
): Promise<RefusedLie> {
  const { home, portBase } = settings;
  try {
    await new Consortium({ home, portBase, workers: { [LIAR]: LYING_WORKER } }, { report: quiet }).up();
    const receipt = await lie(caller, model);
    const status = await receiptOnce(caller, receipt, ({ state }) => state === 'accepted' || state === 'refunded');
    if (status.state === 'accepted')
      throw new LlmchainError('internal', 'An invented output was accepted.', { receipt });
    return {
      code: 'not_verified',
      what: 'a batch with an invented output',
      details: { receipt, state: status.state, refusals: status.refusals, findings: status.findings },
    };
  } finally {
    await new Consortium({ home, portBase }, { report: quiet }).up();
  }
}

/** Asks several at once, so that the router uses every worker, until one receipt is the liar's. */
async function lie(caller: MemberApi, model: string): Promise<string> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const answers = await Promise.all(
      [1, 2, 3].map((number) =>
        askForVerses(caller, model, `Verse ${number}`, () => undefined, 24).catch(() => undefined),
      ),
    );
    for (const answer of answers) {
      if (!answer) continue;
      const { producer } = await receiptOnce(caller, answer.receipt, () => true);
      if (producer === LIAR_MSP) return answer.receipt;
    }
  }
  throw new LlmchainError('unavailable', 'The router never chose the lying worker; see the logs of gateway-archive.');
}
