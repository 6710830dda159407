import { ordinal, type Fault } from '@llmchain/protocol';
import type { Subject } from '../bundle/schema';
import { readBundle } from '../bundle/text';
import type { Configuration } from '../fabric/configuration';
import { demand } from '../refusal';
import { followBatch, isGoverned } from './batch';
import { checkAuthorities, configurationFor, followConfigurations } from './chain';
import { followItems } from './dataset';
import { followFault } from './fault';
import { followOrigin, type Origin } from './origin';
import { provenRecord, recordOf, type ProvenRecord } from './read';
import { followReceipt } from './receipt';
import { followSettlement } from './settlement';
import type { Roots } from './roots';
import { gapsOf, statementOf, subjectName } from './statement';
import { printable, Steps, type Step } from './steps';

export interface VerifyOptions {
  /** The reader's clock, milliseconds since the Unix epoch: nothing may be signed later. Not looked at when left out. */
  at?: number;
  /** Name of the consortium's chaincode. */
  chaincode?: string;
}

export interface Verification {
  /** Whether every step held; the last step says why not. */
  ok: boolean;
  /** What is proven, in words; only where every step held. */
  proves?: string;
  /** Where the lineage of what is proven leaves the consortium: `external_base` for a model version from outside, or made from one. */
  gaps: readonly string[];
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
  let proves: string | undefined;
  let gaps: readonly string[] = [];
  const ok = steps.run(() => {
    const bundle = steps.take('bundle', 'form', () => {
      const found = readBundle(text);
      return { found, detail: `${subjectName(found.subject)}, ${text.length} characters` };
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
      demandSubject(found, bundle.subject);
      demand(at === undefined || found.time <= at + SKEW, 'it was signed later than now: a clock is wrong');
      const detail = `${found.type} ${found.parts.join('/')} of block ${found.place.block}, as ${found.members.join(', ')} had it at ${new Date(found.time).toISOString()}`;
      return { found, detail };
    });
    const context = { configuration: latest, chaincode };
    const batch = followBatch(steps, bundle.subject, record, context);
    const origin = followOrigin(steps, bundle.block, record, { configuration, chaincode, batch });
    if (batch) followSettlement(steps, batch, origin.outcome);
    followSubject(steps, bundle.subject, record, origin, context);
    proves = printable(statementOf(bundle.subject, record));
    gaps = gapsOf(record);
  });
  return { ok, ...(proves === undefined ? {} : { proves }), gaps, steps: steps.taken };
}

/** What a subject states beyond its record. */
function followSubject(
  steps: Steps,
  subject: Subject,
  record: ProvenRecord,
  origin: Origin,
  context: { configuration: Configuration; chaincode: string },
): void {
  switch (subject.kind) {
    case 'record':
      break;
    case 'receipt':
      followReceipt(steps, subject, record, context);
      break;
    case 'fault':
      followFault(steps, subject, record.value as Fault, origin, context);
      break;
    default:
      followItems(steps, subject, recordOf(record, 'dataset-version', subject.dataset, ordinal(subject.version)));
  }
}

/** @throws {Error} when the record is not the one that the subject is about */
function demandSubject(record: ProvenRecord, subject: Subject): void {
  switch (subject.kind) {
    case 'record':
      demand(
        isGoverned(subject.type) === (subject.batch !== undefined),
        'a settlement or debit comes with its batch, and no other record does',
      );
      recordOf(record, subject.type, ...subject.parts);
      break;
    case 'receipt':
      demand(record.type === 'batch', `a receipt stands in a batch, this is a ${record.type}`);
      break;
    case 'fault':
      recordOf(record, 'fault', subject.producer, ordinal(subject.sequence), subject.receipt);
      break;
    default:
      recordOf(record, 'dataset-version', subject.dataset, ordinal(subject.version));
  }
}
