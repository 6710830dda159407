import {
  canonicalJson,
  commitment,
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
import type { ConsentAlarm } from './consent-alarm';
import type { ConsentStanding } from './consent-standing';
import { mostAmount, type IssuedTicket, type IssueTicket } from './issue-ticket';
import type { Models } from './models';
import type { RouteInference, Weight } from './route-inference';

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
}

export type Answer =
  /** Before the first token. */
  | { kind: 'started'; receipt: string; model: ModelVersion }
  | { kind: 'text'; text: string }
  /** Instead of text; they are what the receipt commits to. */
  | { kind: 'outputs'; outputs: Tensor[] }
  | { kind: 'finished'; receipt: SignedReceipt };

interface Attempt {
  order: InferenceOrder;
  model: ModelVersion;
  worker: WorkerRef;
  weight: Weight;
  issued: IssuedTicket;
  /** Id of the receipt to come. */
  id: string;
}

type FinishedEvent = Extract<GenerateEvent, { event: 'finished' }>;
type OutputsEvent = Extract<GenerateEvent, { event: 'outputs' }>;

/** What a worker may say before the first token for which another worker is asked. */
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
  alarm: ConsentAlarm;
  models: Models;
  router: RouteInference;
  issuer: IssueTicket;
  checker: CheckReceipt;
  sessions: Sessions;
  standing: ConsentStanding;
  workers: Workers;
  lineage: Pick<Lineage, 'putReceipts'>;
  log: Log;
}

/**
 * Answers one request: sets the most that it can cost aside before anything is computed, orders the answer from a worker
 * by a signed ticket, checks the receipt, and charges what it says. An answer that breaks off stays set aside until the
 * producer has told what it cost, see {@link ReconcileReservations}. When consent behind the model falls meanwhile, the
 * worker is told to end: what was given until then is charged, and its receipt says `tainted`.
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
    await this.#ports.standing.demand(model);
    const maxTokens = mostTokens(order, model);
    const weight = { tenant: actor.session ?? actor.key, prompt: promptOf(order.input), maxTokens };
    const tried = new Set<string>();
    let failure: LlmchainError | undefined;
    for (;;) {
      let worker: WorkerRef;
      try {
        worker = await this.#ports.router.choose(model, weight, { own: order.callerNonce !== undefined, tried });
      } catch (error) {
        throw failure ?? error;
      }
      const attempt = await this.#order(actor, order, model, worker, weight);
      const events = this.#attempt(attempt, signal)[Symbol.asyncIterator]();
      let first: IteratorResult<Answer, void>;
      try {
        first = await events.next();
      } catch (error) {
        if (signal.aborted || !(error instanceof LlmchainError) || !ELSEWHERE.has(error.code)) throw error;
        this.#ports.log.warn({ worker: worker.id, code: error.code }, 'a worker did not take an order');
        tried.add(worker.id);
        // That one is full tells the caller more than that another is out of order.
        if (failure?.code !== 'overloaded') failure = error;
        continue;
      }
      try {
        if (first.done !== true) yield first.value;
        yield* { [Symbol.asyncIterator]: () => events };
      } finally {
        await events.return(undefined);
      }
      return;
    }
  }

  async #order(
    actor: Actor,
    order: InferenceOrder,
    model: ModelVersion,
    worker: WorkerRef,
    weight: Weight,
  ): Promise<Attempt> {
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
    const issued = this.#ports.issuer.run({ session, model, input, sampler, maxTokens, maxAmount, callerNonce });
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
    return { order, model, worker, weight, issued, id };
  }

  /** One worker's answer. Whatever way it ends, the reservation is settled, given back, or marked for the producer to tell. */
  async *#attempt(attempt: Attempt, caller: AbortSignal): AsyncGenerator<Answer, void, undefined> {
    const { model, worker, weight, issued, id } = attempt;
    const { member } = worker;
    const left = new AbortController();
    const underWay = this.#ports.router.begin(worker, weight);
    let fallen: LlmchainError | undefined;
    const unwatch = this.#ports.alarm.watch(model, (reason) => {
      fallen = reason;
      this.#halt(worker, id, left);
    });
    let outcome: 'lost' | 'refused' | 'settled' = 'lost';
    let started = false;
    let failure: unknown;
    let given: OutputsEvent['outputs'] | undefined;
    try {
      const events = this.#ports.workers.generate(
        worker,
        { ticket: canonicalJson(issued.ticket), input: issued.input, inputSalt: issued.inputSalt },
        { signal: AbortSignal.any([caller, left.signal]), deadline: issued.ticket.body.expires },
      );
      for await (const event of events) {
        if (event.event === 'failure') {
          if (!started) outcome = 'refused';
          throw (
            parseError(event.failure) ??
            new LlmchainError('internal', `The worker of ${member} failed. Try again.`, { member })
          );
        }
        if (!started) {
          started = true;
          yield { kind: 'started', receipt: id, model };
        }
        if (event.event === 'text') {
          underWay.came(1);
          yield { kind: 'text', text: event.text };
          continue;
        }
        if (event.event === 'outputs') {
          given = event.outputs;
          continue;
        }
        const outputs = given && committed(given, event, member);
        const receipt = await this.#receipt(event, attempt);
        outcome = 'settled';
        underWay.answered();
        if (receipt.body.stop === 'tainted') throw cutShort(model, receipt, fallen);
        if (outputs) yield { kind: 'outputs', outputs };
        yield { kind: 'finished', receipt };
        return;
      }
      throw new LlmchainError('unavailable', `The worker of ${member} broke off. Ask again.`, { member });
    } catch (error) {
      if (!caller.aborted && !fallen) failure = error;
      // Left because it did not end: the caller hears why, and the producer tells later what it cost.
      throw fallen && left.signal.aborted ? fallen : error;
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
  async #receipt(event: FinishedEvent, attempt: Attempt): Promise<SignedReceipt> {
    const { worker, model, issued, id } = attempt;
    const { member } = worker;
    const receipt = decodeJson(SignedReceipt, event.finished.receipt, `receipt of ${member}`);
    await this.#ports.checker.run(receipt, { ticket: issued.ticket, producer: member, model });
    await this.#ports.sessions.settle(receipt);
    const { version } = model;
    try {
      await this.#ports.lineage.putReceipts([
        {
          id,
          model: model.model,
          version,
          worker: receipt.signer,
          producer: member,
        },
      ]);
    } catch (error) {
      this.#ports.log.warn({ receipt: id, error: String(error) }, 'the index did not take a receipt');
    }
    return receipt;
  }
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

/** The tensors that a worker gave. @throws {LlmchainError} `not_verified` when its receipt commits to others */
function committed({ tensors, salt }: OutputsEvent['outputs'], { finished }: FinishedEvent, member: string): Tensor[] {
  const outputs = decodeJson(z.array(Tensor).min(1), tensors, `outputs of ${member}`);
  const { body } = decodeJson(SignedReceipt, finished.receipt, `receipt of ${member}`);
  if (/^[0-9a-f]{64}$/.test(salt) && commitment(outputs, salt) === body.output) return outputs;
  throw new LlmchainError('not_verified', `${member} gave outputs that its receipt does not commit to. Ask again.`, {
    producer: member,
  });
}
