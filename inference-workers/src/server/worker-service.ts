import path from 'node:path';
import {
  status,
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import {
  canonicalJson,
  LlmchainError,
  type AcknowledgeReceiptsRequest,
  type DevicePool,
  type ErrorCode,
  type GenerateEvent,
  type GenerateRequest,
  type HaltReply,
  type HaltRequest,
  type ModelsReply,
  type PendingReceiptsReply,
  type JudgeReply,
  type JudgeRequest,
  type PendingReceiptsRequest,
  type RangeReply,
  type RangeRequest,
  type ReexamineReply,
  type ReexamineRequest,
  type Verdict,
} from '@llmchain/protocol';
import type { Logger } from 'pino';
import type { MemberDirectory } from '../members/member-directory';
import type { ModelCatalogue } from '../models/model-catalogue';
import type { Outbox } from '../receipts/outbox';
import type { Reexamination } from '../verifier/reexamination';
import type { Answering } from './answering';
import { callerOf } from './caller';

const PROTO = path.join(path.dirname(require.resolve('@llmchain/protocol/package.json')), 'proto/worker.proto');
const OPTIONS = { keepCase: false, oneofs: true, defaults: true, longs: Number };

/** `llmchain.worker.v1.Worker` as grpc-js takes it, for servers and clients. */
export const WORKER_SERVICE = loadSync(PROTO, OPTIONS)['llmchain.worker.v1.Worker'] as ServiceDefinition;

/** Most receipts of one reply. */
const MOST_PENDING = 1_000;

const GRPC_STATUS: Partial<Record<ErrorCode, status>> = {
  invalid_argument: status.INVALID_ARGUMENT,
  not_authenticated: status.UNAUTHENTICATED,
  not_authorised: status.PERMISSION_DENIED,
};

export interface WorkerServiceDependencies {
  directory: MemberDirectory;
  /** Absent when this worker does not serve. */
  answering: Answering | undefined;
  /** Absent when this worker does not verify. */
  reexamination: Pick<Reexamination, 'examine'> | undefined;
  /** What it has found; absent when this worker does not verify. */
  verdict: ((batch: string, root: string) => Verdict) | undefined;
  models: Pick<ModelCatalogue, 'loaded'>;
  outbox: Pick<Outbox, 'pending' | 'acknowledge'>;
  /** Computes the layers that this worker holds. */
  hold: handleBidiStreamingCall<RangeRequest, RangeReply>;
  log: Logger;
}

/**
 * The handlers of `proto/worker.proto`.
 * @param options.member MSP id of the own member
 * @param options.pool what answers are computed on
 */
export function workerService(
  options: { member: string; pool: DevicePool },
  dependencies: WorkerServiceDependencies,
): UntypedServiceImplementation {
  const { directory, answering, reexamination, verdict, models, outbox, log } = dependencies;

  const unary =
    <Request, Reply>(
      handler: (request: Request, caller: string) => Reply | Promise<Reply>,
    ): handleUnaryCall<Request, Reply> =>
    (call: ServerUnaryCall<Request, Reply>, done) => {
      Promise.resolve()
        .then(() => handler(call.request, callerOf(call, directory)))
        .then(
          (reply) => done(null, reply),
          (error: unknown) => {
            if (!(error instanceof LlmchainError)) log.error({ err: error }, 'a call failed');
            const said =
              error instanceof LlmchainError
                ? error
                : new LlmchainError('internal', 'The worker failed; its log has the cause.');
            done({ code: GRPC_STATUS[said.code] ?? status.INTERNAL, details: JSON.stringify(said) });
          },
        );
    };

  const own = (caller: string): void => {
    if (caller !== options.member) {
      throw new LlmchainError('not_authorised', 'Only its own member may ask this of a worker.');
    }
  };

  const generate: handleServerStreamingCall<GenerateRequest, GenerateEvent> = (call) => {
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort());
    const emit = (event: GenerateEvent): void => void call.write(event);
    const run = async (): Promise<void> => {
      const caller = callerOf(call, directory);
      if (!answering) throw new LlmchainError('not_supported', 'This worker verifies and does not serve.');
      await answering.answer(caller, call.request, emit, gone.signal);
    };
    run()
      .catch((error: unknown) => {
        const said = error instanceof LlmchainError ? error : new LlmchainError('internal', 'The worker failed.');
        emit({ event: 'failure', failure: JSON.stringify(said) });
      })
      .finally(() => call.end());
  };

  return {
    generate,
    hold: dependencies.hold,
    halt: unary<HaltRequest, HaltReply>(({ receipt }, caller) => ({
      halted: answering?.halt(caller, receipt) ?? false,
    })),
    models: unary<unknown, ModelsReply>(() => ({
      models: answering && !answering.draining ? models.loaded() : [],
      ...(answering ? { pool: options.pool } : {}),
    })),
    pendingReceipts: unary<PendingReceiptsRequest, PendingReceiptsReply>(async ({ limit }, caller) => {
      own(caller);
      return { receipts: await outbox.pending(Math.min(limit || MOST_PENDING, MOST_PENDING)) };
    }),
    acknowledgeReceipts: unary<AcknowledgeReceiptsRequest, object>(async ({ ids }, caller) => {
      own(caller);
      await outbox.acknowledge(ids);
      return {};
    }),
    judge: unary<JudgeRequest, JudgeReply>(({ batch, root }, caller) => {
      own(caller);
      if (!verdict) throw notVerifying();
      return Promise.resolve({ verdict: JSON.stringify(verdict(batch, root)) });
    }),
    reexamine: unary<ReexamineRequest, ReexamineReply>(async ({ batch, receipt, evidence, keeper }, caller) => {
      own(caller);
      if (!reexamination) throw notVerifying();
      const kept = evidence === '' ? {} : { evidence, keeper };
      const examined = await reexamination.examine({ batch, receipt, ...kept });
      return { verdict: JSON.stringify(examined.verdict), evidence: canonicalJson(examined.evidence) };
    }),
  };
}

function notVerifying(): LlmchainError {
  return new LlmchainError('not_supported', 'This worker serves and does not verify.');
}
