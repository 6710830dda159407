import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Batch,
  canonicalJson,
  chargeOf,
  commitment,
  LlmchainError,
  publicKeyOf,
  receiptId,
  sign,
  SignedContinuation,
  SignedTicket,
  ticketDigest,
  type GenerateEvent,
  type GenerateRequest,
  type InferenceInput,
  type LoadedModel,
  type ModelVersion,
  type Opening,
  type PendingReceipt,
  type Receipt,
  type SignedReceipt,
  type Tensor,
  type Verdict,
} from '@llmchain/protocol';
import type { WorkerRef, Workers } from '../../gateway/src/ports/workers';

/** A worker without a model: it answers what a test tells it, and signs for it as a real one does. */
export class TestWorker {
  readonly secretKey = new Uint8Array(randomBytes(32));
  readonly signer: string;
  readonly publicKey = publicKeyOf(this.secretKey);
  /** The answer's pieces of text, a token each. */
  pieces = ['Shall ', 'I ', 'compare'];
  stop: Receipt['stop'] = 'stop';
  loaded: LoadedModel[] = [];
  preference = 1;
  /** What it refuses with instead of answering. */
  refusal: LlmchainError | undefined;
  /** Breaks off with the connection after this many pieces. */
  breaksAfter: number | undefined;
  /** Ends an answer after so many pieces with an error of its own. */
  fails: { after: number; with: LlmchainError } | undefined;
  /** Changes what it signs. */
  lie: (receipt: Receipt) => Receipt = (receipt) => receipt;
  /** What it gives for texts, or for the pixels of an image, and what it then sends in its place. */
  vectors: (texts: readonly string[]) => Tensor[] = () => [];
  /** What it gives for tensors. */
  computes: (tensors: readonly Tensor[]) => Tensor[] = () => [];
  swap: (outputs: Tensor[]) => Tensor[] = (outputs) => outputs;
  private lastSalt = '';
  /** Milliseconds before each piece. */
  pace = 0;
  readonly outbox = new Map<string, PendingReceipt>();
  readonly asked: SignedTicket[] = [];
  cancelled = 0;
  /** Receipts to come that it was told to end with. */
  readonly halted = new Set<string>();
  /** Does not heed what it is told. */
  deaf = false;

  constructor(
    readonly member: string,
    private readonly model: () => ModelVersion,
  ) {
    this.signer = `${member.toLowerCase()}-worker-1`;
  }

  /** Orders to answer falsely; the verifiers of a test say what they are told. */
  canaries = 0;

  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<GenerateEvent> {
    const ticket = SignedTicket.parse(JSON.parse(request.ticket));
    this.asked.push(ticket);
    if (request.canary) this.canaries++;
    if (this.refusal) {
      yield { event: 'failure', failure: JSON.stringify(this.refusal) };
      return;
    }
    const { texts, image, tensors } = JSON.parse(request.input) as {
      texts?: string[];
      image?: string;
      tensors?: Tensor[];
    };
    const read = texts ?? (image === undefined ? undefined : [image]);
    const outputs = read ? this.vectors(read) : tensors && this.computes(tensors);
    if (outputs) {
      const receipt = this.#receipt(ticket, request, 0, 'stop', outputs);
      const given = { tensors: canonicalJson(this.swap(outputs)), salt: this.lastSalt };
      yield { event: 'outputs', outputs: given };
      yield { event: 'finished', finished: { receipt: canonicalJson(receipt) } };
      return;
    }
    let given = 0;
    const from = request.continued?.tokens.length ?? 0;
    try {
      for (const [index, piece] of this.pieces.slice(0, ticket.body.maxTokens).entries()) {
        if (index < from) continue;
        if (this.halted.has(ticketDigest(ticket.body)) && !this.deaf) break;
        if (this.pace) await delay(this.pace, undefined, { signal });
        if (given === this.fails?.after) {
          this.#receipt(ticket, request, given, 'cancelled');
          yield { event: 'failure', failure: JSON.stringify(this.fails.with) };
          return;
        }
        if (given === this.breaksAfter) throw new Error('connection lost');
        yield { event: 'piece', piece: { text: piece, tokens: [index] } };
        given += 1;
      }
    } catch {
      if (signal.aborted) this.cancelled += 1;
      this.#receipt(ticket, request, given, 'cancelled');
      throw new LlmchainError('unavailable', 'The worker broke off.');
    }
    const halted = this.halted.has(ticketDigest(ticket.body)) && from + given < this.pieces.length;
    const receipt = this.#receipt(ticket, request, given, halted ? 'tainted' : this.stop);
    yield { event: 'finished', finished: { receipt: canonicalJson(receipt) } };
  }

  #receipt(
    ticket: SignedTicket,
    request: GenerateRequest,
    given: number,
    stop: Receipt['stop'],
    outputs?: Tensor[],
  ): SignedReceipt {
    const { prices, files } = this.model();
    const input = JSON.parse(request.input) as InferenceInput;
    const { continued } = request;
    const from = continued?.tokens.length ?? 0;
    const tokens = this.pieces.slice(from, from + given).map((_, index) => from + index);
    const continuation = continued && SignedContinuation.parse(JSON.parse(continued.continuation));
    const outputSalt = randomBytes(32).toString('hex');
    this.lastSalt = outputSalt;
    const promptTokens = input.kind === 'image' ? 1 : 3;
    const receipt = this.lie({
      schema: 'receipt/1',
      ticket,
      ...(continuation ? { continuation } : {}),
      worker: this.signer,
      producer: this.member,
      tokenizer: files[0]!.sha256,
      template: files[0]!.sha256,
      output: commitment(outputs ?? tokens, outputSalt),
      promptTokens,
      completionTokens: given,
      stop,
      execution: { provider: 'cpu', precision: 'fp32', runtime: 'none/0', mode: 'exact' },
      amount: chargeOf(prices, { ...(continuation ? { continuation } : {}), promptTokens, completionTokens: given }),
      started: ticket.body.issued,
      ended: ticket.body.issued + 1,
    });
    const signed = sign('llmchain/receipt/1', receipt, this.signer, this.secretKey);
    const id = receiptId(receipt);
    const opening: Opening = {
      schema: 'opening/1',
      receipt: id,
      input,
      inputSalt: request.inputSalt,
      tokens,
      ...(outputs ? { outputs } : {}),
      outputSalt,
      ...(continued ? { answered: { tokens: continued.tokens, salt: continued.salt } } : {}),
    };
    this.outbox.set(id, { receipt: canonicalJson(signed), opening: canonicalJson(opening) });
    return signed;
  }
}

/** The members' workers as a member's gateway reaches them. */
export class TestWorkers implements Workers {
  /** @param judgement what a member's verifier says of any rival's batch */
  constructor(
    private readonly workers: ReadonlyMap<string, TestWorker>,
    private readonly judgement: (member: string) => Pick<Verdict, 'verdict' | 'reason'>,
  ) {}

  get all(): WorkerRef[] {
    return [...this.workers.values()].map(({ signer: id, member, preference }) => ({ id, member, preference }));
  }

  models(worker: WorkerRef): Promise<LoadedModel[]> {
    return Promise.resolve(this.#worker(worker).loaded);
  }

  generate(
    worker: WorkerRef,
    request: GenerateRequest,
    { signal }: { signal: AbortSignal },
  ): AsyncIterable<GenerateEvent> {
    return this.#worker(worker).generate(request, signal);
  }

  halt(worker: WorkerRef, receipt: string): Promise<boolean> {
    this.#worker(worker).halted.add(receipt);
    return Promise.resolve(true);
  }

  pending(worker: WorkerRef, limit: number): Promise<PendingReceipt[]> {
    return Promise.resolve([...this.#worker(worker).outbox.values()].slice(0, limit));
  }

  acknowledge(worker: WorkerRef, ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#worker(worker).outbox.delete(id);
    return Promise.resolve();
  }

  judge({ member }: WorkerRef, { batch, root }: Pick<Batch, 'batch' | 'root'>): Promise<Verdict> {
    return Promise.resolve({ batch, root, ...this.judgement(member) });
  }

  reexamine(): Promise<never> {
    return Promise.reject(new LlmchainError('not_supported', 'The workers of this test verify nothing.'));
  }

  #worker({ id }: WorkerRef): TestWorker {
    return [...this.workers.values()].find(({ signer }) => signer === id)!;
  }
}
