/** One member's gateway: routes/ → usecases/ → ports/ ← adapters/; main.ts alone binds adapters. */
export { Gateway, neighbourByRoot, type GatewayOptions, type GatewayPorts } from './gateway';
export { apiDocument, apiRoutes } from './routes/index';
export { listOf } from './usecases/anchor-receipts';
export { BatchDraft } from './usecases/batch-draft';
export type { StoredReceipt } from './ports/production';
export { STATUS } from './http/problem';
export type { Route } from './http/route';
export { Role, type Actor } from './ports/actor';
