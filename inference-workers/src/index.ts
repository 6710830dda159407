/**
 * One member's model server and verifier. `main.ts` runs it; what is exported here is for tests of other packages.
 */
export { calibrate, type Calibration, type CalibrationOptions } from './calibration/calibrate';
export type { Decoder, DecoderGeometry, KeyValueCache, Pass } from './engine/decoder/decoder';
export { openDecoder } from './engine/decoder/open-decoder';
export { Detokeniser, type Decode } from './engine/detokeniser';
export { Scheduler, type Schedulable, type SchedulerOptions } from './engine/scheduler/scheduler';
export { RUNTIME, type EngineOptions } from './engine/execution-provider';
export { generate, type Generate, type Generator } from './engine/generate';
export type { Generated, GenerationRequest } from './engine/generation';
export { prefilledFingerprints } from './engine/prefilled-fingerprints';
export { clearFolder } from './files/model-files';
export { replay, type Replayed, type ReplayRequest } from './engine/replay';
export type { Ledger } from './ledger/ledger';
export { MemberDirectory, type KnownMember } from './members/member-directory';
export { importBert, type ImportedTask } from './models/import-bert';
export { importGguf, type ImportOptions } from './models/import-gguf';
export { ModelStore, type ModelSource } from './models/model-store';
export { unregistered } from './models/unregistered';
export { LedgerFacts } from './ledger/ledger-facts';
export { BatchVerification } from './verifier/batch-verification';
export { Verifier } from './verifier/verifier';
export { VerdictStore } from './verifier/verdict-store';
export { checkOpening } from './verifier/opening-check';
export { drawSample, sampleSize } from './verifier/sample';
export { loadServable, type Servable } from './models/servable';
export { REFERENCE, SCHEDULING, ServableModel } from './models/servable-model';
export { conclude, type Answer, type Concluded, type ReceiptModel, type ReceiptSigner } from './receipts/conclude';
export { Outbox } from './receipts/outbox';
export { readSigningKey } from './receipts/signing-key';
export { WorkerServer, type WorkerServerOptions } from './server/worker-server';
export { WORKER_SERVICE, workerService, type WorkerServiceDependencies } from './server/worker-service';
export { runWorker, type WorkerVariation } from './run-worker';
export { Worker, type WorkerDependencies } from './worker';
