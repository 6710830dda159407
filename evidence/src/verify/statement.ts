import { receiptId, type ModelVersion } from '@llmchain/protocol';
import type { Subject } from '../bundle/schema';
import type { ProvenRecord } from './read';

/** What a bundle is about, in words, before anything is proven. */
export function subjectName(subject: Subject): string {
  switch (subject.kind) {
    case 'record':
      return `${subject.type} ${subject.parts.join('/')}`.trim();
    case 'receipt':
      return `receipt ${receiptId(subject.receipt.body)}`;
    case 'dataset':
      return `items of ${versionOf(subject)}`;
    case 'item':
      return `item ${subject.placed.item.digest} of ${versionOf(subject)}`;
    case 'absence':
      return `no item ${subject.digest} in ${versionOf(subject)}`;
  }
}

/** What a bundle whose every step holds has proven, as the end of the sentence "The file proves that …". */
export function statementOf(subject: Subject, record: ProvenRecord): string {
  const when = `at ${new Date(record.time).toISOString()}`;
  switch (subject.kind) {
    case 'record':
      return `${subjectName(subject)} stood on the ledger as block ${record.place.block} wrote it, ${when}${madeFrom(record)}`;
    case 'receipt':
      return `${subjectName(subject)} stands in batch ${record.parts.join('/')}, which rivals of its producer accepted`;
    case 'dataset': {
      const all = `${versionOf(subject)} holds just these ${subject.items.length} items`;
      return subject.without === undefined ? all : `${all}, and none of them is of work ${subject.without}`;
    }
    case 'item':
      return `${versionOf(subject)} holds item ${subject.placed.item.digest}, of work ${subject.placed.item.work}`;
    case 'absence':
      return `${versionOf(subject)} does not hold an item ${subject.digest}`;
  }
}

/** A model version's parent, which its record names. */
function madeFrom({ type, value }: ProvenRecord): string {
  const parent = type === 'model' ? (value as ModelVersion).parent : undefined;
  return parent ? `, made from ${parent.model}@${parent.version} by ${parent.by.replace('_', '-')}` : '';
}

function versionOf({ dataset, version }: { dataset: string; version: number }): string {
  return `${dataset}@${version}`;
}
