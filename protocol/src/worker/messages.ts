/** The messages of `proto/worker.proto` as @grpc/proto-loader gives them with `keepCase: false, oneofs: true`. */

export interface GenerateRequest {
  ticket: string;
  input: string;
  inputSalt: string;
}

export type GenerateEvent =
  | { event: 'text'; text: string }
  | { event: 'finished'; finished: { receipt: string } }
  | { event: 'failure'; failure: string };

export interface HaltRequest {
  receipt: string;
}
export interface HaltReply {
  halted: boolean;
}

export interface LoadedModel {
  model: string;
  version: number;
}
export interface ModelsReply {
  models: LoadedModel[];
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
