import type { Batch, RecordType } from '@llmchain/protocol';
import type { Subject } from '../bundle/schema';
import type { Configuration } from '../fabric/configuration';
import { demand } from '../refusal';
import { provenRecord, recordOf, type ProvenRecord } from './read';
import type { Steps } from './steps';

/** Whether records of a type are changed by whom their batch names: the rivals of its producer. */
export function isGoverned(type: RecordType): type is 'settlement' | 'debit' {
  return type === 'settlement' || type === 'debit';
}

/**
 * The batch that says who may change the record: the record itself, or that of a settlement or debit, which the same
 * transaction wrote.
 * @returns undefined for a record that any majority changes
 */
export function followBatch(
  steps: Steps,
  subject: Subject,
  record: ProvenRecord,
  context: { configuration: Configuration; chaincode: string },
): Batch | undefined {
  if (record.type === 'batch') return record.value as Batch;
  if (subject.kind !== 'record' || !subject.batch) return undefined;
  const { batch: read } = subject;
  return steps.take('batch', 'members f+1', () => {
    const proven = provenRecord(read, context.configuration, context.chaincode);
    const found = recordOf(proven, 'batch', ...record.parts.slice(0, 2));
    demand(
      proven.place.block === record.place.block && proven.place.index === record.place.index,
      'its batch was last written by another transaction',
    );
    return { found, detail: `${found.batch} is ${found.state}, as ${proven.members.join(', ')} have it` };
  });
}
