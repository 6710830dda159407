import { receiptId } from '@llmchain/protocol';
import type { Subject } from '../bundle/schema';
import { readBundle } from '../bundle/text';
import { demand } from '../refusal';
import { checkAuthorities, configurationFor, followConfigurations, type Roots } from './chain';
import { followOrigin } from './origin';
import { provenRecord, recordOf } from './read';
import { followReceipt } from './receipt';
import { Steps, type Step } from './steps';

export interface VerifyOptions {
  /** The reader's clock, milliseconds since the Unix epoch: nothing may be signed later. Not looked at when left out. */
  at?: number;
  /** Name of the consortium's chaincode. */
  chaincode?: string;
}

export interface Verification {
  /** Whether every step held; the last step says why not. */
  ok: boolean;
  steps: readonly Step[];
}

/** How far the clocks of signers may be ahead of the reader's, milliseconds. */
const SKEW = 5 * 60 * 1000;

/**
 * Checks an evidence bundle offline: what it states is true if at most f = ⌊(n − 1)/3⌋ of the n members are dishonest
 * and the roots are theirs. Fails closed and never throws: what cannot be read is a step that failed.
 * @param text the file, byte for byte
 */
export function verifyEvidence(text: string, roots: Roots, options: VerifyOptions = {}): Verification {
  const { at, chaincode = 'llmchain' } = options;
  const steps = new Steps();
  const ok = steps.run(() => {
    const bundle = steps.take('bundle', 'form', () => {
      const found = readBundle(text);
      return { found, detail: describe(found.subject) };
    });
    const configurations = followConfigurations(steps, bundle.configurations, roots);
    const latest = configurations.at(-1)!;
    const configuration = steps.take('configuration', 'form', () => {
      const found = configurationFor(bundle.block, configurations);
      return { found, detail: `block ${bundle.block.number} was made under that of block ${found.block}` };
    });
    checkAuthorities(steps, [configuration, latest], roots);
    const record = steps.take('signed read', 'members f+1', () => {
      const found = provenRecord(bundle.read, latest, chaincode);
      if (bundle.subject.kind === 'record') recordOf(found, bundle.subject.type, ...bundle.subject.parts);
      else demand(found.type === 'batch', `a receipt stands in a batch, this is a ${found.type}`);
      demand(at === undefined || found.time <= at + SKEW, 'it was signed later than now: a clock is wrong');
      const detail = `${found.type} ${found.parts.join('/')} of block ${found.place.block}, as ${found.members.join(', ')} had it at ${new Date(found.time).toISOString()}`;
      return { found, detail };
    });
    followOrigin(steps, bundle.block, record, { configuration, chaincode });
    if (bundle.subject.kind === 'receipt')
      followReceipt(steps, bundle.subject, record, { configuration: latest, chaincode });
  });
  return { ok, steps: steps.taken };
}

function describe(subject: Subject): string {
  return subject.kind === 'record'
    ? `${subject.type} ${subject.parts.join('/')}`
    : `receipt ${receiptId(subject.receipt.body)}`;
}
