import type { BlockTransaction, LedgerBlock } from '@llmchain/ledger-client';
import type { Work } from '@llmchain/protocol';
import type { EdgeRow, FingerprintRow, NodeRow, Position, Projection, TransactionRow, WriteRow } from './rows';
import { storable, storableTime } from './text';
import { fingerprintRows } from './works';
import { readWrite } from './write';

/**
 * What a block adds to the index: a pure function of the block, so that a rebuild from genesis gives the same tables.
 * Only valid transactions and the namespace of our chaincode are projected; of an invalid transaction no more is kept
 * than that it was there, and why it did not count.
 * @param previous the position before this block; a block's time is the latest of its valid transactions' and never
 * goes back
 */
export function projectBlock(block: LedgerBlock, chaincode: string, previous: Position): Projection {
  const valid = block.transactions.filter((transaction) => transaction.valid);
  const writes: WriteRow[] = [];
  const nodes: NodeRow[] = [];
  const edges: EdgeRow[] = [];
  const fingerprints: FingerprintRow[] = [];
  /** What the latest write to each record said. */
  const latest = new Map<string, { toBlock: number | null }[]>();
  for (const transaction of valid) {
    for (const [n, write] of transaction.writes.entries()) {
      if (write.namespace !== chaincode) continue;
      const { type, parts, record, value, unread, lineage } = readWrite(write.key, write.value);
      const deleted = write.value === null;
      const origin = [type, ...parts].join('/');
      for (const row of latest.get(origin) ?? []) row.toBlock = block.number;
      const place = { fromBlock: block.number, tx: transaction.index, n, origin, toBlock: null };
      writes.push({ block: block.number, tx: transaction.index, n, type, parts, record, deleted, unread });
      if (type === 'work' && lineage.node) fingerprints.push(...fingerprintRows(value as Work, block.number));
      const said: { toBlock: number | null }[] = [];
      if (lineage.node) {
        const { id, name, label, version = null, state = null } = lineage.node;
        const data = JSON.stringify(type === 'batch' ? endorsed(value, transaction) : value);
        const row = { ...place, id, type: lineage.node.type, name, version, state, label: storable(label), data };
        nodes.push(row);
        said.push(row);
      }
      for (const [k, edge] of lineage.edges.entries()) {
        const row = { ...place, k, ...edge };
        edges.push(row);
        said.push(row);
      }
      latest.set(origin, said);
    }
  }
  return {
    block: block.number,
    time: Math.max(previous.time, ...valid.map((transaction) => storableTime(transaction.timestamp))),
    transactions: block.transactions.map((transaction) => transactionRow(block.number, transaction)),
    writes,
    nodes,
    edges,
    fingerprints,
    superseded: [...latest.keys()],
  };
}

/** Endorsement is verification: a batch is shown with those who endorsed its present state. */
function endorsed(record: unknown, { endorsers }: BlockTransaction): unknown {
  return { ...(record as object), endorsers };
}

function transactionRow(block: number, transaction: BlockTransaction): TransactionRow {
  return {
    block,
    index: transaction.index,
    id: storable(transaction.id),
    function: storable(transaction.function),
    creator: storable(transaction.creator),
    endorsers: transaction.endorsers.map(storable),
    time: storableTime(transaction.timestamp),
    valid: transaction.valid,
    code: transaction.validationCode,
  };
}
