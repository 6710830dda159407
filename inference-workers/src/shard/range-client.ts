import { credentials, makeClientConstructor, type Client, type ClientDuplexStream } from '@grpc/grpc-js';
import {
  LlmchainError,
  parseError,
  type MemberEndpoints,
  type RangeReply,
  type RangeRequest,
  type WorkerConfig,
} from '@llmchain/protocol';
import type { MemberDirectory } from '../members/member-directory';
import { WORKER_SERVICE } from '../server/worker-service';
import type { Holder, OpenSequence, RangeSequence } from './holder';

/** Largest reply: a pass of the most tokens through wide layers. */
const LARGEST_REPLY = 32 * 1024 * 1024;

type HoldCall = ClientDuplexStream<RangeRequest, RangeReply>;
type HoldClient = Client & { hold(): HoldCall };
const HoldClient = makeClientConstructor(WORKER_SERVICE, 'Worker');

/** The workers of all members, as those that hold layers, over mutual TLS. */
export class RangeClients {
  readonly #config: Pick<WorkerConfig, 'consortium'>;
  readonly #tls: { certificate: Buffer; key: Buffer };
  readonly #directory: MemberDirectory;
  readonly #clients = new Map<string, HoldClient>();

  constructor(
    config: Pick<WorkerConfig, 'consortium'>,
    dependencies: { tls: { certificate: Buffer; key: Buffer }; directory: MemberDirectory },
  ) {
    this.#config = config;
    this.#tls = dependencies.tls;
    this.#directory = dependencies.directory;
  }

  /**
   * A worker by its id.
   * @param timeoutMs silence after which it has failed
   * @throws {LlmchainError} `not_found` when no member has such a worker
   */
  holder(id: string, timeoutMs: number): Holder {
    const member = this.#memberOf(id);
    const client = this.#client(id, member);
    return { id, member: member.mspId, open: (order) => RemoteSequence.open(client.hold(), { id, timeoutMs }, order) };
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #memberOf(id: string): MemberEndpoints {
    const member = this.#config.consortium.members.find(({ workers }) => workers.some((worker) => worker.id === id));
    if (member) return member;
    throw new LlmchainError('not_found', `No member has a worker ${id}. Check "pipelines".`, { id });
  }

  #client(id: string, member: MemberEndpoints): HoldClient {
    const known = this.#clients.get(id);
    if (known) return known;
    const { tlsRoot } = this.#directory.find(member.mspId)!;
    const { key, certificate } = this.#tls;
    const { address } = member.workers.find((worker) => worker.id === id)!;
    const client = new HoldClient(address, credentials.createSsl(Buffer.from(tlsRoot), key, certificate), {
      'grpc.max_receive_message_length': LARGEST_REPLY,
    }) as unknown as HoldClient;
    this.#clients.set(id, client);
    return client;
  }
}

/** One sequence at a holder: a call, with one reply to each message. */
class RemoteSequence implements RangeSequence {
  readonly #call: HoldCall;
  readonly #holder: { id: string; timeoutMs: number };
  #waiting: { resolve: (reply: RangeReply) => void; reject: (error: unknown) => void } | undefined;

  private constructor(call: HoldCall, holder: { id: string; timeoutMs: number }) {
    this.#call = call;
    this.#holder = holder;
    call.on('data', (reply: RangeReply) => this.#waiting?.resolve(reply));
    // Also keeps a call that breaks off between two passes from being an error that nobody takes.
    call.on('error', (cause: unknown) => this.#waiting?.reject(this.#lost('broke off', cause)));
    call.on('end', () => this.#waiting?.reject(this.#lost('ended')));
  }

  static async open(
    call: HoldCall,
    holder: { id: string; timeoutMs: number },
    order: OpenSequence,
  ): Promise<RangeSequence> {
    const sequence = new RemoteSequence(call, holder);
    await sequence.#ask({ request: 'open', open: order }, 'opened');
    return sequence;
  }

  async forward(pass: Parameters<RangeSequence['forward']>[0]): ReturnType<RangeSequence['forward']> {
    const { output } = await this.#ask({ request: 'forward', forward: pass }, 'output');
    return output;
  }

  close(): void {
    this.#call.cancel();
  }

  async #ask<Kind extends RangeReply['reply']>(
    request: RangeRequest,
    expected: Kind,
  ): Promise<Extract<RangeReply, { reply: Kind }>> {
    const { timeoutMs } = this.#holder;
    let timer: NodeJS.Timeout | undefined;
    try {
      const reply = await new Promise<RangeReply>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        timer = setTimeout(() => reject(this.#lost(`gave no word for ${timeoutMs} ms`)), timeoutMs);
        if (this.#call.destroyed || this.#call.writableEnded) reject(this.#lost('is gone'));
        else this.#call.write(request);
      });
      if (reply.reply === 'failure') throw parseError(reply.failure) ?? this.#lost('failed');
      if (reply.reply !== expected) throw this.#lost(`answered ${reply.reply}`);
      return reply as Extract<RangeReply, { reply: Kind }>;
    } catch (error) {
      this.close();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  #lost(how: string, cause?: unknown): LlmchainError {
    const { id } = this.#holder;
    return new LlmchainError('unavailable', `The holder ${id} ${how}.`, { holder: id }, { cause });
  }
}
