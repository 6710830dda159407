/**
 * The consortium's transactions and queries as typed functions, and the statements that keys on the ledger sign; the one place
 * that knows Fabric's client.
 */
export { readBlock, type BlockTransaction, type BlockWrite, type LedgerBlock } from './block';
export { LedgerClient, openConnection, type Committed, type SubmitOptions } from './client';
export { ledgerFailure, type Refusal } from './failure';
export type { Identity, LedgerOptions, PeerAddress } from './options';
export { signStatement, verifyStatement } from './statement';
