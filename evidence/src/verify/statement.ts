import { receiptId, type Fault, type ModelVersion } from '@llmchain/protocol';
import type { Subject } from '../bundle/schema';
import type { ProvenRecord } from './read';

/** What a bundle is about, in words, before anything is proven. */
export function subjectName(subject: Subject): string {
  switch (subject.kind) {
    case 'record':
      return `${subject.type} ${subject.parts.join('/')}`.trim();
    case 'receipt':
      return `receipt ${receiptId(subject.receipt.body)}`;
    case 'fault':
      return `fault ${subject.producer}/${subject.sequence}/${subject.receipt}`;
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
    case 'fault':
      return foundFalse(record.value as Fault);
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

function foundFalse({ batch, decided, finders, id, reason, refund, session, slashed, worker }: Fault): string {
  const found = `receipt ${id} of the ${decided} batch ${batch} was found false (${reason}) by ${finders.join(', ')}`;
  return `${found}; the stake of ${worker} paid ${refund} micro-credits back to session ${session} and lost ${slashed} beside`;
}

/** Where the lineage of what is proven leaves the consortium, in the words of a trace. */
export function gapsOf({ type, value }: ProvenRecord): string[] {
  return type === 'model' && (value as ModelVersion).class === 'external' ? ['external_base'] : [];
}

/** What a model version was made from, as far as its record says. */
function madeFrom({ type, value }: ProvenRecord): string {
  if (type !== 'model') return '';
  const { parent, external, class: of } = value as ModelVersion;
  const from = parent ? `, made from ${parent.model}@${parent.version} by ${parent.by.replace('_', '-')}` : '';
  if (external)
    return `${from}, from outside the consortium (${external.source}, under ${external.licence}); the ledger does not know what it was trained on, its publisher says: ${external.trainingData}`;
  return of === 'external' ? `${from}, from a version of which the ledger does not know what it was trained on` : from;
}

function versionOf({ dataset, version }: { dataset: string; version: number }): string {
  return `${dataset}@${version}`;
}
