/**
 * Builds, renders, starts, heals and stops a consortium on one machine. Start reading at `consortium.ts`.
 * Imports `@llmchain/protocol` only.
 */
export { Annex, type InstalledChaincode } from './annex';
export { Consortium, type ConsortiumOptions, type Packages } from './consortium';
export type { PublishedRevocations } from './ca/revocations';
export type { Check } from './doctor/check';
export { NetworkError, type NetworkErrorCode } from './errors';
export { ORDERING, type Ordering } from './fabric/ordering';
export { describe, type ConsortiumDescription, type MemberDescription } from './home';
export { programs, type Programs, type ProgramsOptions } from './programs/programs';
export { reported, type Report, type Step } from './report';
export type { MemberStatus, ProcessStatus, Status } from './status';
export { MEMBER_NAMES, MOST_WORKERS, type MemberName, type WorkerCounts } from './topology/members';
export type { Split, SplitOrder } from './topology/splits';
export { DEFAULT_PORT_BASE, type Member, type Topology } from './topology/topology';
export type { MemberResult, UpResult } from './up-result';
