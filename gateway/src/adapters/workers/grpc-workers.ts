import path from 'node:path';
import {
  credentials,
  loadPackageDefinition,
  status,
  type Client,
  type ClientReadableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import {
  decodeJson,
  FaultEvidence,
  LlmchainError,
  parseError,
  Verdict,
  type AcknowledgeReceiptsRequest,
  type GenerateEvent,
  type GenerateRequest,
  type HaltReply,
  type HaltRequest,
  type LoadedModel,
  type ModelsReply,
  type PendingReceipt,
  type PendingReceiptsReply,
  type PendingReceiptsRequest,
  type JudgeReply,
  type JudgeRequest,
  type ReexamineReply,
  type ReexamineRequest,
} from '@llmchain/protocol';
import type { Examined, WorkerRef, Workers } from '../../ports/workers';

interface CallOptions {
  deadline: number;
}
type Callback<T> = (error: ServiceError | null, reply?: T) => void;

/** The client that @grpc/grpc-js makes of `proto/worker.proto`. */
interface WorkerClient extends Client {
  generate(request: GenerateRequest, options: CallOptions): ClientReadableStream<GenerateEvent>;
  halt(request: HaltRequest, options: CallOptions, callback: Callback<HaltReply>): void;
  models(request: object, options: CallOptions, callback: Callback<ModelsReply>): void;
  pendingReceipts(
    request: PendingReceiptsRequest,
    options: CallOptions,
    callback: Callback<PendingReceiptsReply>,
  ): void;
  acknowledgeReceipts(request: AcknowledgeReceiptsRequest, options: CallOptions, callback: Callback<object>): void;
  judge(request: JudgeRequest, options: CallOptions, callback: Callback<JudgeReply>): void;
  reexamine(request: ReexamineRequest, options: CallOptions, callback: Callback<ReexamineReply>): void;
}
type WorkerClientType = new (
  address: string,
  channel: ReturnType<typeof credentials.createSsl>,
  options: object,
) => WorkerClient;

/** How long the re-execution of one receipt may take, those before it in the queue among it: milliseconds. */
const REEXAMINATION = 120_000;
const MESSAGE_LIMIT = 64 * 1024 * 1024;

function loadClient(): WorkerClientType {
  const proto = path.join(path.dirname(require.resolve('@llmchain/protocol/package.json')), 'proto', 'worker.proto');
  const loaded = loadPackageDefinition(loadSync(proto, { keepCase: false, oneofs: true, defaults: true }));
  return (loaded as unknown as { llmchain: { worker: { v1: { Worker: WorkerClientType } } } }).llmchain.worker.v1
    .Worker;
}

/** A worker to reach: `host:port` and the PEM of its member's TLS root. */
export interface WorkerAddress extends WorkerRef {
  address: string;
  tlsRoot: Buffer;
}

/** The members' workers over gRPC with mutual TLS. */
export class GrpcWorkers implements Workers {
  readonly all: readonly WorkerRef[];
  readonly #clients: ReadonlyMap<string, WorkerClient>;

  /** @param dependencies.tls the gateway's own certificate and key, PEM */
  constructor(
    options: { workers: readonly WorkerAddress[] },
    dependencies: { tls: { certificate: Buffer; key: Buffer } },
  ) {
    const { certificate, key } = dependencies.tls;
    const WorkerService = loadClient();
    this.all = options.workers.map(({ id, member, preference }) => ({ id, member, preference }));
    this.#clients = new Map(
      options.workers.map(({ id, address, tlsRoot }) => [
        id,
        new WorkerService(address, credentials.createSsl(tlsRoot, key, certificate), {
          'grpc.max_receive_message_length': MESSAGE_LIMIT,
          'grpc.max_send_message_length': MESSAGE_LIMIT,
          // A worker that hangs, or a host that is gone, ends its streams within these, so that others take over.
          'grpc.keepalive_time_ms': 5_000,
          'grpc.keepalive_timeout_ms': 5_000,
          'grpc.max_reconnect_backoff_ms': 5_000,
        }),
      ]),
    );
  }

  async models(worker: WorkerRef): Promise<LoadedModel[]> {
    const reply = await ask<ModelsReply>(worker, (done) =>
      this.#client(worker).models({}, { deadline: Date.now() + 2_000 }, done),
    );
    return reply.models;
  }

  async *generate(
    worker: WorkerRef,
    request: GenerateRequest,
    options: { signal: AbortSignal; deadline: number },
  ): AsyncGenerator<GenerateEvent> {
    const call = this.#client(worker).generate(request, { deadline: options.deadline });
    const cancel = (): void => call.cancel();
    options.signal.addEventListener('abort', cancel, { once: true });
    if (options.signal.aborted) cancel();
    try {
      for await (const event of call) yield event as GenerateEvent;
    } catch (error) {
      throw failureOf(worker, error as ServiceError);
    } finally {
      options.signal.removeEventListener('abort', cancel);
      call.cancel();
    }
  }

  async halt(worker: WorkerRef, receipt: string): Promise<boolean> {
    const reply = await ask<HaltReply>(worker, (done) =>
      this.#client(worker).halt({ receipt }, { deadline: Date.now() + 2_000 }, done),
    );
    return reply.halted;
  }

  async pending(worker: WorkerRef, limit: number): Promise<PendingReceipt[]> {
    const reply = await ask<PendingReceiptsReply>(worker, (done) =>
      this.#client(worker).pendingReceipts({ limit }, { deadline: Date.now() + 10_000 }, done),
    );
    return reply.receipts;
  }

  async acknowledge(worker: WorkerRef, ids: readonly string[]): Promise<void> {
    await ask<object>(worker, (done) =>
      this.#client(worker).acknowledgeReceipts({ ids: [...ids] }, { deadline: Date.now() + 10_000 }, done),
    );
  }

  async judge(worker: WorkerRef, { batch, root }: Parameters<Workers['judge']>[1]): Promise<Verdict> {
    const reply = await ask<JudgeReply>(worker, (done) =>
      this.#client(worker).judge({ batch, root }, { deadline: Date.now() + 10_000 }, done),
    );
    return decodeJson(Verdict, reply.verdict, 'verdict');
  }

  async reexamine(
    worker: WorkerRef,
    { batch, receipt, evidence = '', keeper = '' }: Parameters<Workers['reexamine']>[1],
  ): Promise<Examined> {
    const reply = await ask<ReexamineReply>(worker, (done) =>
      this.#client(worker).reexamine(
        { batch, receipt, evidence, keeper },
        { deadline: Date.now() + REEXAMINATION },
        done,
      ),
    );
    return {
      verdict: decodeJson(Verdict, reply.verdict, 'verdict'),
      evidence: decodeJson(FaultEvidence, reply.evidence, 'evidence'),
    };
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  #client({ id }: WorkerRef): WorkerClient {
    const client = this.#clients.get(id);
    if (!client) throw new LlmchainError('not_found', `${id} is not a worker of this consortium.`, { worker: id });
    return client;
  }
}

function ask<T>(worker: WorkerRef, call: (done: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, reply) => {
      if (error) reject(failureOf(worker, error));
      else resolve(reply!);
    });
  });
}

function failureOf({ id, member }: WorkerRef, error: ServiceError): LlmchainError {
  const said = parseError(error.details);
  if (said) return said;
  const details = { member, worker: id, grpc: status[error.code] };
  if (error.code === status.CANCELLED) {
    return new LlmchainError('unavailable', 'The call was cancelled. Ask again.', details, { cause: error });
  }
  return new LlmchainError('unavailable', `The worker of ${member} did not answer. Try again in a moment.`, details, {
    cause: error,
  });
}
