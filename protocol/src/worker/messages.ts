/** The messages of `proto/worker.proto` as @grpc/proto-loader gives them with `keepCase: false, oneofs: true`. */

export interface GenerateRequest {
  ticket: string;
  input: string;
  inputSalt: string;
  /** Null on the wire where the answer begins here. */
  continued?: Continued | null;
  /** Has the worker answer falsely, so that verifiers can be tested; only for the worker's own member. */
  canary?: boolean;
}

/** The tokens from which on to go on with an answer, and the signed order to do so. */
export interface Continued {
  continuation: string;
  tokens: number[];
  salt: string;
}

/** Text that was added to an answer, and the tokens that it is of; empty while a character is not whole. */
export interface Piece {
  text: string;
  tokens: number[];
}

export type GenerateEvent =
  | { event: 'piece'; piece: Piece }
  | { event: 'outputs'; outputs: { tensors: string; salt: string } }
  | { event: 'finished'; finished: { receipt: string } }
  | { event: 'failure'; failure: string };

export interface HaltRequest {
  receipt: string;
}
export interface HaltReply {
  halted: boolean;
}

/** What a worker has to do for one model: answers running (of at most `slots` together) and waiting, and tokens. */
export interface ModelLoad {
  running: number;
  waiting: number;
  slots: number;
  /** Tokens still to compute: of prompts and, at most, of answers. */
  outstanding: number;
  /** Tokens for which there is room in the cache of keys and values. */
  room: number;
}
export interface LoadedModel {
  model: string;
  version: number;
  /** Null on the wire where it is not told. */
  load?: ModelLoad | null;
}
/** What a worker computes on. */
export interface DevicePool {
  provider: string;
  devices: number;
  /** Memory of each device that keys and values of a model may take, MiB. */
  deviceMemoryMib: number;
}
export interface ModelsReply {
  models: LoadedModel[];
  /** Null on the wire where it is not told. */
  pool?: DevicePool | null;
}

export interface PendingReceiptsRequest {
  limit: number;
}
export interface PendingReceipt {
  receipt: string;
  opening: string;
}
export interface PendingReceiptsReply {
  receipts: PendingReceipt[];
}
export interface AcknowledgeReceiptsRequest {
  ids: string[];
}

export interface JudgeRequest {
  batch: string;
  root: string;
}
export interface JudgeReply {
  verdict: string;
}

export interface ReexamineRequest {
  batch: string;
  receipt: string;
  evidence: string;
  keeper: string;
}
export interface ReexamineReply {
  verdict: string;
  evidence: string;
}

/** The first message of a sequence that a worker computes layers of. */
export interface RangeOpen {
  model: string;
  version: number;
  first: number;
  last: number;
  tokens: number;
}
/** Tokens, or their hidden states as little-endian float32, that go through a range of layers. */
export interface RangeForward {
  past: number;
  count: number;
  tokens: number[];
  states: Uint8Array;
  logits: number;
}
export type RangeRequest = { request: 'open'; open: RangeOpen } | { request: 'forward'; forward: RangeForward };
export interface RangeOutput {
  states: Uint8Array;
  logits: Uint8Array;
  hidden: Uint8Array;
}
export type RangeReply =
  | { reply: 'opened'; opened: object }
  | { reply: 'output'; output: RangeOutput }
  | { reply: 'failure'; failure: string };
