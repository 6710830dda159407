/** One member's gateway: routes/ → usecases/ → ports/ ← adapters/; main.ts alone binds adapters. */
export { Gateway, neighbourByRoot, type GatewayOptions, type GatewayPorts } from './gateway';
export { apiDocument, apiRoutes } from './routes/index';
export { BatchDraft } from './usecases/batch-draft';
export { STATUS } from './http/problem';
export type { Route } from './http/route';
export { Role, type Actor } from './ports/actor';
