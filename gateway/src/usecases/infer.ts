import {
  canonicalJson,
  commitment,
  continuationDigest,
  decodeJson,
  LlmchainError,
  parseError,
  receiptId,
  SignedReceipt,
  taskOf,
  Tensor,
  ticketDigest,
  type ErrorCode,
  type GenerateEvent,
  type InferenceInput,
  type ModelVersion,
  type Sampler,
  type Task,
} from '@llmchain/protocol';
import { z } from 'zod';
import type { Actor } from '../ports/actor';
import type { Lineage } from '../ports/lineage';
import type { Log } from '../ports/log';
import type { Sessions } from '../ports/sessions';
import type { WorkerRef, Workers } from '../ports/workers';
import type { CheckReceipt } from './check-receipt';
import { mostAmount, type IssuedContinuation, type IssuedTicket, type IssueTicket } from './issue-ticket';
import type { Models } from './models';
import type { RouteInference, Weight } from './route-inference';
import type { VersionAlarm } from './version-alarm';

/** What a caller orders. */
export interface InferenceOrder {
  /** `poet` or `poet@1`. */
  model: string;
  /** What the model has to be for; text when left out. */
  task?: Task | undefined;
  input: InferenceInput;
  sampler: Sampler;
  /** As many as the context holds when left out. */
  maxTokens?: number | undefined;
  /** 32 bytes from the caller, hexadecimal: lets the own member produce. */
  callerNonce?: string | undefined;
  /** Has an own worker answer falsely, so that verifiers are tested; nobody may be given the answer. */
  canary?: true;
}

export type Answer =
  /** Before the first token. */
  | { kind: 'started'; receipt: string; model: ModelVersion }
  | { kind: 'text'; text: string }
  /** Instead of text; they are what the receipt commits to. */
  | { kind: 'outputs'; outputs: Tensor[] }
  | { kind: 'finished'; receipt: SignedReceipt };

/** One answer, whichever workers give it. */
interface Ordered {
  model: ModelVersion;
  weight: Weight;
  issued: IssuedTicket;
  /** Digest of the ticket. */
  id: string;
  /** Who was to give it at first. */
  first: WorkerRef;
  /** Whether anything has come. */
  started: boolean;
  /** The tokens that have come. */
  tokens: number[];
  canary: boolean;
}

type FinishedEvent = Extract<GenerateEvent, { event: 'finished' }>;
type OutputsEvent = Extract<GenerateEvent, { event: 'outputs' }>;

/** The part of an answer that one worker gives, or all of it. */
interface Segment {
  answer: Ordered;
  worker: WorkerRef;
  /** Id of the receipt to come. */
  id: string;
  /** What orders it to go on with what others gave. */
  continuation?: IssuedContinuation;
}

/** What a worker may fail with for which another worker is asked, or told to go on. */
const ELSEWHERE: ReadonlySet<ErrorCode> = new Set([
  'overloaded',
  'unavailable',
  'not_found',
  'not_supported',
  'internal',
  'digest_mismatch',
]);

/** How long a worker that was told to end an answer may take until it is left, milliseconds. */
const HALT_WITHIN = 1_000;

export interface InferPorts {
  alarm: Pick<VersionAlarm, 'demand' | 'watch'>;
  models: Models;
  router: RouteInference;
  issuer: IssueTicket;
  checker: CheckReceipt;
  sessions: Sessions;
  workers: Workers;
  lineage: Pick<Lineage, 'putReceipts'>;
  log: Log;
}

/**
 * Answers one request: sets the most that it can cost aside before anything is computed, orders the answer from a worker
 * by a signed ticket, checks the receipt, and charges what it says. An answer that breaks off is gone on with by another
 * worker from the tokens that have come, under the same ticket, so that the text is what one worker would have given; what
 * was set aside for the part before stays so until its producer has told what it cost, see {@link ReconcileReservations}.
 * When consent behind the model falls meanwhile, the worker is told to end: what was given until then is charged, and its
 * receipt says `tainted`. When the members revoke the version, the worker is left at once, and nothing stays charged, see
 * {@link ReleaseCharges}.
 */
export class Infer {
  readonly #own: string;
  readonly #ports: InferPorts;

  /** @param options.own MSP id of this member, whose callers these are */
  constructor(options: { own: string }, ports: InferPorts) {
    this.#own = options.own;
    this.#ports = ports;
  }

  /**
   * @param signal aborted when the caller goes away
   * @throws {LlmchainError} `not_authorised` by the version's access policy | `insufficient_credits` | `tainted` | `not_found` | `wrong_state` | `overloaded` | `unavailable` | …
   */
  async *run(actor: Actor, order: InferenceOrder, signal: AbortSignal): AsyncGenerator<Answer, void> {
    const model = await this.#ports.models.resolve(order.model);
    await this.#ports.models.demandCallable(model, this.#own);
    demandTask(model, order.task ?? 'text_generation');
    await this.#ports.alarm.demand(model);
    const maxTokens = mostTokens(order, model);
    const weight = { tenant: actor.session ?? actor.key, prompt: promptOf(order.input), maxTokens };
    const tried = new Set(order.canary ? this.#foreign() : []);
    let failure: LlmchainError | undefined;
    let broken: Segment | undefined;
    for (;;) {
      let worker: WorkerRef;
      try {
        worker = await this.#ports.router.choose(model, weight, { own: order.callerNonce !== undefined, tried });
      } catch (error) {
        throw failure ?? error;
      }
      const segment = broken
        ? await this.#goOn(broken, worker)
        : await this.#order(actor, order, model, worker, weight);
      if (!segment) throw exhausted(actor, failure);
      const failed = yield* this.#segment(segment, signal);
      if (!failed) return;
      const from = segment.answer.tokens.length;
      this.#ports.log.warn(
        { worker: worker.id, code: failed.code, from },
        'a worker did not give an answer to its end',
      );
      tried.add(worker.id);
      // That one is full tells the caller more than that another is out of order.
      if (failure?.code !== 'overloaded') failure = failed;
      if (segment.answer.started) broken = segment;
      await this.#ports.alarm.demand(model);
    }
  }

  /** Workers of other members. */
  #foreign(): string[] {
    return this.#ports.workers.all.filter(({ member }) => member !== this.#own).map(({ id }) => id);
  }

  async #order(
    actor: Actor,
    order: InferenceOrder,
    model: ModelVersion,
    worker: WorkerRef,
    weight: Weight,
  ): Promise<Segment> {
    const { maxTokens } = weight;
    const maxAmount = mostAmount(model, order.input, maxTokens);
    const { session } = actor;
    const broke = (): LlmchainError =>
      new LlmchainError(
        'insufficient_credits',
        'The session of this key cannot pay for the answer. Have a key made with more credits, or ask for fewer tokens.',
        {
          session: session ?? null,
          needed: maxAmount,
        },
      );
    if (session === undefined) throw broke();
    const { input, sampler, callerNonce } = order;
    const issued = this.#ports.issuer.run({
      ...{ producer: worker.member, session, model, input, sampler, maxTokens, maxAmount, callerNonce },
    });
    const id = ticketDigest(issued.ticket.body);
    const { expires } = issued.ticket.body;
    const reserved = await this.#ports.sessions.reserve({
      receipt: id,
      session,
      amount: maxAmount,
      producer: worker.member,
      expires,
    });
    if (!reserved) throw broke();
    return {
      answer: { model, weight, issued, id, first: worker, started: false, tokens: [], canary: order.canary === true },
      worker,
      id,
    };
  }

  /**
   * Has a worker go on with an answer that broke off. Request and prompt are paid with the first segment; of the others each
   * pays for its own tokens, and all together never more than the ticket's maximum.
   * @returns undefined when the session can no longer pay for it
   */
  async #goOn(broken: Segment, worker: WorkerRef): Promise<Segment | undefined> {
    const { answer } = broken;
    const { model, weight, issued, tokens } = answer;
    const { session, expires } = issued.ticket.body;
    const amount = model.prices.completionToken * (weight.maxTokens - tokens.length);
    const continuation = this.#ports.issuer.goOn(issued.ticket, {
      ...{ producer: worker.member, answered: tokens, maxAmount: amount },
    });
    const id = continuationDigest(continuation.continuation.body);
    const next = { receipt: id, session, amount, producer: worker.member, expires };
    return (await this.#ports.sessions.carry(broken.id, next)) ? { answer, worker, id, continuation } : undefined;
  }

  /**
   * What one worker gives. Whatever way it ends, the reservation is settled, given back, or marked for the producer to tell.
   * @returns why another worker should be asked, or undefined when the answer is whole
   */
  async *#segment(segment: Segment, caller: AbortSignal): AsyncGenerator<Answer, LlmchainError | undefined, undefined> {
    const { answer, worker, id, continuation } = segment;
    const { model, weight, issued, tokens } = answer;
    const { member } = worker;
    const left = new AbortController();
    const underWay = this.#ports.router.begin(worker, weight);
    underWay.came(tokens.length);
    let fallen: LlmchainError | undefined;
    const unwatch = this.#ports.alarm.watch(model, (reason) => {
      fallen = new LlmchainError(reason.code, reason.message, { ...reason.details, receipt: id });
      if (reason.code === 'tainted') this.#halt(worker, id, left);
      else left.abort();
    });
    let outcome: 'lost' | 'refused' | 'settled' = 'lost';
    let silent = true;
    let tail = '';
    let failure: unknown;
    let given: OutputsEvent['outputs'] | undefined;
    try {
      const { ticket, input, inputSalt } = issued;
      const continued = continuation && {
        continuation: canonicalJson(continuation.continuation),
        tokens: [...tokens],
        salt: continuation.salt,
      };
      const events = this.#ports.workers.generate(
        worker,
        { ticket: canonicalJson(ticket), input, inputSalt, ...(continued ? { continued } : {}), canary: answer.canary },
        { signal: AbortSignal.any([caller, left.signal]), deadline: ticket.body.expires },
      );
      for await (const event of events) {
        if (event.event === 'failure') {
          if (silent) outcome = 'refused';
          throw (
            parseError(event.failure) ??
            new LlmchainError('internal', `The worker of ${member} failed. Try again.`, { member })
          );
        }
        silent = false;
        if (!answer.started) {
          answer.started = true;
          yield { kind: 'started', receipt: id, model };
        }
        if (event.event === 'piece') {
          const { text, tokens: came } = event.piece;
          tokens.push(...came);
          underWay.came(came.length);
          // What belongs to no token is the rest of a character: it stands only if the answer ends here.
          if (came.length === 0) tail = text;
          else if (text !== '') yield { kind: 'text', text };
          continue;
        }
        if (event.event === 'outputs') {
          given = event.outputs;
          continue;
        }
        const outputs = given && committed(given, event, member);
        const receipt = await this.#receipt(event, segment);
        outcome = 'settled';
        underWay.answered();
        if (receipt.body.stop === 'tainted') throw cutShort(model, receipt, fallen);
        // A worker that has to stop ends what it has; what it gave is paid, and others go on.
        if (receipt.body.stop === 'cancelled' && !caller.aborted) {
          if (fallen) throw fallen;
          return brokeOff(member);
        }
        if (tail !== '') yield { kind: 'text', text: tail };
        if (outputs) yield { kind: 'outputs', outputs };
        yield { kind: 'finished', receipt };
        return undefined;
      }
      throw brokeOff(member);
    } catch (error) {
      if (!caller.aborted && !fallen) failure = error;
      // Left because it did not end: the caller hears why, and the producer tells later what it cost.
      if (fallen && left.signal.aborted) throw fallen;
      const elsewhere = error instanceof LlmchainError && ELSEWHERE.has(error.code) && outcome !== 'settled';
      if (elsewhere && failure === error && (silent || tokens.length > 0)) return error;
      throw error;
    } finally {
      unwatch();
      left.abort();
      underWay.end(failure);
      if (outcome === 'refused') await this.#ports.sessions.release(id);
      if (outcome === 'lost') await this.#ports.sessions.lose(id);
    }
  }

  /** Tells the worker to end an answer, and leaves it when it does not. */
  #halt(worker: WorkerRef, receipt: string, left: AbortController): void {
    setTimeout(() => left.abort(), HALT_WITHIN).unref();
    this.#ports.workers.halt(worker, receipt).catch((error: unknown) => {
      this.#ports.log.warn(
        { worker: worker.id, receipt, error: String(error) },
        'a worker was not told to end an answer',
      );
      left.abort();
    });
  }

  /** The checked receipt, charged and kept. */
  async #receipt(event: FinishedEvent, segment: Segment): Promise<SignedReceipt> {
    const { answer, worker, id, continuation: issued } = segment;
    const { model, first } = answer;
    const { member } = worker;
    const { ticket } = answer.issued;
    const receipt = decodeJson(SignedReceipt, event.finished.receipt, `receipt of ${member}`);
    const continuation = issued?.continuation;
    await this.#ports.checker.run(receipt, { ticket, continuation, producer: member, model });
    await this.#ports.sessions.settle(receipt);
    const version = { model: model.model, version: model.version };
    const entries = [{ id, ...version, worker: receipt.signer, producer: member }];
    // The answer is known by its first segment, whose worker may never tell its receipt.
    if (continuation) entries.push({ id: answer.id, ...version, worker: first.id, producer: first.member });
    try {
      await this.#ports.lineage.putReceipts(entries);
    } catch (error) {
      this.#ports.log.warn({ receipt: id, error: String(error) }, 'the index did not take a receipt');
    }
    return receipt;
  }
}

function brokeOff(member: string): LlmchainError {
  return new LlmchainError('unavailable', `The worker of ${member} broke off. Ask again.`, { member });
}

/** Why an answer that broke off is not gone on with. @param cause why it broke off */
function exhausted({ session }: Actor, cause: LlmchainError | undefined): LlmchainError {
  return new LlmchainError(
    'insufficient_credits',
    'The answer broke off, and the session cannot pay for the rest of it, or was closed. What was given is charged.',
    { session: session ?? null, cause: cause?.code ?? null },
  );
}

/** @throws {LlmchainError} `invalid_argument` when more are asked for than the model holds */
function mostTokens({ maxTokens, task }: InferenceOrder, { model, version, contextTokens }: ModelVersion): number {
  // Nothing is generated, and a ticket allows one token at least.
  if (task && task !== 'text_generation') return 1;
  if (maxTokens === undefined || maxTokens <= contextTokens) return maxTokens ?? contextTokens;
  throw new LlmchainError(
    'invalid_argument',
    `${model}@${version} holds ${contextTokens} tokens; ask for fewer than ${maxTokens}.`,
    { issues: [{ pointer: '/max_tokens', message: `must be at most ${contextTokens}` }] },
  );
}

/** The input as one text that begins as what the model reads does: only for the choice of a worker. */
function promptOf(input: InferenceInput): string {
  if (input.kind === 'completion') return input.prompt;
  if (input.kind === 'texts') return input.texts.join('\n');
  if (input.kind !== 'chat') return '';
  return input.messages.map(({ role, content }) => `${role}\n${content}\n`).join('');
}

/** Why an answer ended before its end. @param reason as this member's index has it, if it does already */
function cutShort({ model, version }: ModelVersion, receipt: SignedReceipt, reason?: LlmchainError): LlmchainError {
  const { promptTokens, completionTokens, amount } = receipt.body;
  return new LlmchainError(
    'tainted',
    `Consent behind ${model}@${version} fell while it answered, so the answer ends here. What was given is charged.`,
    {
      ...(reason?.details ?? { model, version }),
      ...{ receipt: receiptId(receipt.body), promptTokens, completionTokens, amount },
    },
  );
}

/** @throws {LlmchainError} `invalid_argument` when the model is for something else */
function demandTask(version: ModelVersion, wanted: Task): void {
  const task = taskOf(version);
  if (task === wanted) return;
  const name = `${version.model}@${version.version}`;
  const words = (each: Task): string => each.replace('_', ' ');
  throw new LlmchainError(
    'invalid_argument',
    `${name} is for ${words(task)}, not for ${words(wanted)}. GET /v1/models says what each model is for.`,
    { model: name, task, issues: [{ pointer: '/model', message: `must be for ${words(wanted)}` }] },
  );
}

/** The tensors that a worker gave. @throws {LlmchainError} `not_verified` when they are none, or its receipt commits to others */
function committed({ tensors, salt }: OutputsEvent['outputs'], { finished }: FinishedEvent, member: string): Tensor[] {
  const outputs = tensorsIn(tensors, member);
  const { body } = decodeJson(SignedReceipt, finished.receipt, `receipt of ${member}`);
  if (/^[0-9a-f]{64}$/.test(salt) && commitment(outputs, salt) === body.output) return outputs;
  throw new LlmchainError('not_verified', `${member} gave outputs that its receipt does not commit to. Ask again.`, {
    producer: member,
  });
}

/** What is no tensors is the worker's fault, not the caller's. */
function tensorsIn(text: string, member: string): Tensor[] {
  try {
    return decodeJson(z.array(Tensor).min(1), text, `outputs of ${member}`);
  } catch (cause) {
    throw new LlmchainError(
      'not_verified',
      `${member} gave what are no tensors. Ask again.`,
      { producer: member },
      { cause },
    );
  }
}
