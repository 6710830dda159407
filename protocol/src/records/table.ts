import { Balance, ClaimCursor, Delta } from './credits';
import { Dataset, DatasetPage, DatasetVersion } from './dataset';
import { Batch, BatchMark, Debit, Session, Settlement, Signer } from './inference';
import { Consortium, Operation, Proposal } from './members';
import { ModelVersion } from './model';
import { TrainingJob } from './training';
import { Epoch, Licence, Work } from './work';

/**
 * Every type of record, under the first part of its state key. The other parts, in order:
 * consortium – · proposal id · operation member, operationId · work sha256 · licence id · epoch grantor ·
 * dataset id · dataset-version id, ordinal · dataset-page id, ordinal version, ordinal index · job id ·
 * model id, ordinal version · signer id · session id · batch, settlement, batch-mark producer, ordinal sequence ·
 * debit producer, ordinal sequence, session · balance account · delta account, transaction, number ·
 * cursor payee, producer, model, ordinal version
 */
export const RECORDS = {
  consortium: Consortium,
  proposal: Proposal,
  operation: Operation,
  work: Work,
  licence: Licence,
  epoch: Epoch,
  dataset: Dataset,
  'dataset-version': DatasetVersion,
  'dataset-page': DatasetPage,
  job: TrainingJob,
  model: ModelVersion,
  signer: Signer,
  session: Session,
  batch: Batch,
  settlement: Settlement,
  debit: Debit,
  'batch-mark': BatchMark,
  balance: Balance,
  delta: Delta,
  cursor: ClaimCursor,
} as const;

export type RecordType = keyof typeof RECORDS;
export type RecordOf<T extends RecordType> = (typeof RECORDS)[T]['_zod']['output'];

export function isRecordType(type: string): type is RecordType {
  return Object.hasOwn(RECORDS, type);
}
