import type { EdgeRow, FingerprintRow, NodeRow, TransactionRow, WriteRow } from '../project/rows';
import type { Column } from './bulk';

export const TRANSACTION: readonly Column<TransactionRow>[] = [
  { name: 'block', type: 'integer', of: (row) => row.block },
  { name: 'index', type: 'integer', of: (row) => row.index },
  { name: 'id', type: 'text', of: (row) => row.id },
  { name: 'function', type: 'text', of: (row) => row.function },
  { name: 'creator', type: 'text', of: (row) => row.creator },
  { name: 'endorsers', type: 'text[]', of: (row) => row.endorsers },
  { name: 'time', type: 'bigint', of: (row) => row.time },
  { name: 'valid', type: 'boolean', of: (row) => row.valid },
  { name: 'code', type: 'integer', of: (row) => row.code },
];

export const WRITE: readonly Column<WriteRow>[] = [
  { name: 'block', type: 'integer', of: (row) => row.block },
  { name: 'tx', type: 'integer', of: (row) => row.tx },
  { name: 'n', type: 'integer', of: (row) => row.n },
  { name: 'type', type: 'text', of: (row) => row.type },
  { name: 'parts', type: 'text[]', of: (row) => row.parts },
  { name: 'record', type: 'json', of: (row) => row.record },
  { name: 'deleted', type: 'boolean', of: (row) => row.deleted },
  { name: 'unread', type: 'boolean', of: (row) => row.unread },
];

const VERSIONED: readonly Column<NodeRow | EdgeRow>[] = [
  { name: 'from_block', type: 'integer', of: (row) => row.fromBlock },
  { name: 'tx', type: 'integer', of: (row) => row.tx },
  { name: 'n', type: 'integer', of: (row) => row.n },
  { name: 'origin', type: 'text', of: (row) => row.origin },
  { name: 'to_block', type: 'integer', of: (row) => row.toBlock },
];

export const NODE: readonly Column<NodeRow>[] = [
  ...VERSIONED,
  { name: 'id', type: 'text', of: (row) => row.id },
  { name: 'type', type: 'text', of: (row) => row.type },
  { name: 'name', type: 'text', of: (row) => row.name },
  { name: 'version', type: 'integer', of: (row) => row.version },
  { name: 'state', type: 'text', of: (row) => row.state },
  { name: 'label', type: 'text', of: (row) => row.label },
  { name: 'data', type: 'json', of: (row) => row.data },
];

export const EDGE: readonly Column<EdgeRow>[] = [
  ...VERSIONED,
  { name: 'k', type: 'integer', of: (row) => row.k },
  { name: 'from_id', type: 'text', of: (row) => row.from },
  { name: 'to_id', type: 'text', of: (row) => row.to },
  { name: 'kind', type: 'text', of: (row) => row.kind },
];

export const FINGERPRINT: readonly Column<FingerprintRow>[] = [
  { name: 'work', type: 'text', of: (row) => row.work },
  { name: 'block', type: 'integer', of: (row) => row.block },
  { name: 'method', type: 'text', of: (row) => row.method },
  { name: 'value', type: 'text', of: (row) => row.value },
];
