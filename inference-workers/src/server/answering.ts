import { randomBytes } from 'node:crypto';
import {
  LlmchainError,
  type GenerateEvent,
  type GenerateRequest,
  type ModelRef,
  type SignedTicket,
  canonicalJson,
} from '@llmchain/protocol';
import type { Logger } from 'pino';
import { RUNTIME, type EngineOptions } from '../engine/execution-provider';
import { canaryOf } from '../engine/canary';
import type { Generate } from '../engine/generate';
import { roomFor, type Generated } from '../engine/generation';
import { pause, problemOf } from '../ledger/back-off';
import { conclude, type ReceiptSigner } from '../receipts/conclude';
import type { Outbox } from '../receipts/outbox';
import type { ServedTickets } from '../receipts/served-tickets';
import type { AdmittedPrompt, AdmittedRequest, AdmittedTask, Admission } from './admission';

/** How long answers that are ended may take to tell their receipts, milliseconds. */
const LAST_WORDS = 1_000;

/** Why an answer is ended: consent behind its model fell, or the members revoked the version. */
export type Halting = 'tainted' | 'revoked';

/** An answer that can be halted. */
interface UnderWay extends ModelRef {
  /** MSP id of the member that ordered it. */
  gateway: string;
  /** @param reason what its caller is told */
  halt: (reason: Halting) => void;
}

export interface AnsweringOptions {
  signer: ReceiptSigner;
  provider: EngineOptions['provider'];
}

export interface AnsweringDependencies {
  admission: Pick<Admission, 'admit'>;
  served: ServedTickets;
  outbox: Pick<Outbox, 'put'>;
  generate: Generate;
  /** Whether the signing key is on the ledger. */
  ready: () => boolean;
  log: Logger;
}

/** Answers requests: text as it comes, then the receipt, which is on disk before it is sent. */
export class Answering {
  readonly #options: AnsweringOptions;
  readonly #dependencies: AnsweringDependencies;
  /** Answers under way, by the receipt to come. */
  readonly #underWay = new Map<string, UnderWay>();
  /** Orders that are being refused, queued or answered. */
  #answering = 0;
  #draining = false;
  /** Ends what is under way when the time to finish it is over; others may go on with it. */
  readonly #cutOff = new AbortController();
  #drained: () => void = () => undefined;

  constructor(options: AnsweringOptions, dependencies: AnsweringDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  /**
   * Takes no more orders, and ends what is under way after `within` milliseconds, each with a receipt of what was given.
   * @returns when nothing is under way, or a second after that
   */
  async drain(within: number): Promise<void> {
    this.#draining = true;
    const drained = new Promise<void>((resolve) => (this.#drained = resolve));
    const { log } = this.#dependencies;
    for (const patience of [within, LAST_WORDS]) {
      if (this.#answering === 0) return;
      log.info({ answers: this.#answering, patience }, 'draining');
      const over = new AbortController();
      await Promise.race([drained, pause(patience, over.signal)]);
      over.abort();
      this.#cutOff.abort(new LlmchainError('unavailable', 'The worker has stopped. Ask another one.'));
    }
  }

  get draining(): boolean {
    return this.#draining;
  }

  /**
   * @param caller MSP id from the caller's TLS certificate
   * @param emit takes every event; the last is `finished` or `failure`, or none when the caller has gone
   */
  async answer(
    caller: string,
    request: GenerateRequest,
    emit: (event: GenerateEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { admission, ready, log } = this.#dependencies;
    this.#answering++;
    try {
      if (!ready()) {
        throw new LlmchainError('unavailable', "The worker's key is not on the ledger yet. Try again in a moment.");
      }
      if (this.#draining) {
        throw new LlmchainError('unavailable', 'The worker finishes what it has and stops. Ask another one.');
      }
      const admitted = await admission.admit(caller, request, Date.now());
      const canary = request.canary === true;
      if (canary) this.#demandOwnText(caller, admitted);
      await this.#underHalt(admitted, (halted) =>
        'prepared' in admitted
          ? this.#computeTensors(admitted, emit, { caller: signal, halted })
          : this.#compute(admitted, emit, { caller: signal, halted }, canary),
      );
    } catch (error) {
      if (signal.aborted) return;
      const failure = error instanceof LlmchainError ? error : undefined;
      if (!failure) log.error({ err: error }, 'an answer failed');
      else log.info({ code: failure.code, caller }, 'a request was refused');
      const said = failure ?? new LlmchainError('internal', 'The worker failed; its log has the cause.');
      emit({ event: 'failure', failure: JSON.stringify(said) });
    } finally {
      if (--this.#answering === 0) this.#drained();
    }
  }

  /**
   * Ends an answer because consent behind its model no longer stands. @param caller MSP id; the ticket has to be its own
   * @returns whether it was under way
   */
  halt(caller: string, receipt: string): boolean {
    const answer = this.#underWay.get(receipt);
    if (answer?.gateway !== caller) return false;
    answer.halt('tainted');
    return true;
  }

  /** Ends all answers of a model version that the ledger says is tainted or revoked. */
  haltModel({ model, version }: ModelRef, reason: Halting): void {
    for (const answer of this.#underWay.values())
      if (answer.model === model && answer.version === version) answer.halt(reason);
  }

  /** @throws {LlmchainError} `not_authorised` | `not_supported` */
  #demandOwnText(caller: string, admitted: AdmittedRequest): void {
    const { producer, worker } = this.#options.signer;
    if (caller !== producer)
      throw new LlmchainError(
        'not_authorised',
        `Only ${producer}, whose stake answers for it, has ${worker} answer falsely.`,
      );
    if ('prepared' in admitted)
      throw new LlmchainError('not_supported', 'Only models of text answer falsely to test verifiers. Name one.');
  }

  async #underHalt(
    { ticket: { body }, id }: AdmittedRequest,
    run: (halted: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const { gateway, model, version } = body;
    const halting = new AbortController();
    const halt = (reason: Halting): void => {
      const details = { model, version, receipt: id };
      const of = `${model}@${version}`;
      halting.abort(
        reason === 'tainted'
          ? new LlmchainError(
              'tainted',
              `Consent behind ${of} fell while it answered, so the answer ends here.`,
              details,
            )
          : new LlmchainError('wrong_state', `The members revoked ${of} while it answered, so the answer ends here.`, {
              ...details,
              state: reason,
            }),
      );
    };
    const answer = { gateway, model, version, halt };
    // A ticket that was sent twice is refused later; until then the first to come is the one that can be halted.
    const first = !this.#underWay.has(id);
    if (first) this.#underWay.set(id, answer);
    try {
      await run(halting.signal);
    } finally {
      if (first) this.#underWay.delete(id);
    }
  }

  /** Tensors come whole: an answer that is ended before they do costs nothing, and its ticket may be used again. */
  async #computeTensors(
    { ticket, id, input, inputSalt, model, prepared }: AdmittedTask,
    emit: (event: GenerateEvent) => void,
    { caller, halted }: { caller: AbortSignal; halted: AbortSignal },
  ): Promise<void> {
    const { served, outbox, log } = this.#dependencies;
    await served.claim(id, ticket.body.expires);
    let started = Date.now();
    const order = {
      tenant: ticket.body.session,
      signal: AbortSignal.any([caller, halted, this.#cutOff.signal]),
      begin: () => {
        started = begun(ticket);
      },
    };
    const outputs = await model.answer(prepared, order).catch(async (error: unknown) => {
      if (!caller.aborted) log.warn({ ...problemOf(error), model: model.version.model }, 'no answer was computed');
      await served.release(id);
      throw error;
    });
    const outputSalt = randomBytes(32).toString('hex');
    const ended = Math.max(started, Date.now());
    const concluded = conclude(
      {
        ...{ ticket, input, inputSalt, promptTokens: prepared.units, tokens: [], outputs, outputSalt },
        ...{ stop: 'stop', started, ended },
      },
      model,
      { provider: this.#options.provider, runtime: RUNTIME },
      this.#options.signer,
    );
    await outbox.put(concluded);
    log.info({ receipt: id, units: prepared.units }, 'answered');
    if (caller.aborted) return;
    emit({ event: 'outputs', outputs: { tensors: canonicalJson(outputs), salt: outputSalt } });
    emit({ event: 'finished', finished: { receipt: canonicalJson(concluded.receipt) } });
  }

  async #compute(
    admitted: AdmittedPrompt,
    emit: (event: GenerateEvent) => void,
    { caller, halted }: { caller: AbortSignal; halted: AbortSignal },
    canary: boolean,
  ): Promise<void> {
    const { ticket, id, seed, continued, input, inputSalt, model, prompt } = admitted;
    const { served, outbox, log } = this.#dependencies;
    const { stopTokens } = model;
    const generate = canary
      ? canaryOf(this.#dependencies.generate, { stopTokens, vocabulary: model.decoder.geometry.vocabulary })
      : this.#dependencies.generate;
    await served.claim(id, ticket.body.expires);
    let started = Date.now();
    const begin = (): void => {
      started = begun(ticket);
    };
    const text = model.detokeniser();
    const answered = continued?.tokens ?? [];
    text.skip(answered);
    const pieces = new Pieces(emit);
    const onToken = (token: number): void => {
      // A stop token has no text; an answer that is broken off there is ended by drawing it again.
      if (!model.stopTokens.has(token)) pieces.add(text.push(token), token);
    };
    const { temperatureMilli } = ticket.body.sampler;
    const { maxTokens, session: tenant } = ticket.body;
    const fingerprinted = model.version.verification.fingerprints !== undefined;
    const order = { prompt, answered, seed, temperatureMilli, maxTokens, tenant, begin, fingerprinted };
    const whole = answered.length >= Math.min(maxTokens, roomFor(prompt.length, model.contextTokens));
    const computed = await (
      whole
        ? Promise.resolve<Generated>({ tokens: [], stop: 'length' })
        : generate(model, order, onToken, AbortSignal.any([caller, halted, this.#cutOff.signal]))
    ).catch(async (error: unknown) => {
      if (!caller.aborted) log.warn({ ...problemOf(error), model: model.version.model }, 'no answer was computed');
      if (pieces.silent) await served.release(id);
      throw error;
    });
    pieces.flush();
    const { tokens, fingerprints: taken } = computed;
    const ended = computed.stop === 'cancelled' && halted.aborted ? (halted.reason as LlmchainError) : undefined;
    const stop = ended?.code === 'tainted' ? 'tainted' : computed.stop;
    const concluded = conclude(
      {
        ticket,
        continued,
        input,
        inputSalt,
        promptTokens: prompt.length,
        tokens,
        stop,
        fingerprints: taken,
        started,
        ended: Math.max(started, Date.now()),
        outputSalt: randomBytes(32).toString('hex'),
      },
      model,
      { provider: this.#options.provider, runtime: RUNTIME },
      this.#options.signer,
    );
    await outbox.put(concluded);
    log.info(
      { receipt: id, from: answered.length, promptTokens: prompt.length, completionTokens: tokens.length, stop },
      'answered',
    );
    if (caller.aborted) return;
    // Its receipt cannot be anchored any more, so the caller is told why in its place.
    if (ended && stop !== 'tainted') throw ended;
    // With what is left over of a character that never became whole; not where others may go on with the answer.
    const tail = stop === 'cancelled' ? '' : text.end();
    if (tail !== '') emit({ event: 'piece', piece: { text: tail, tokens: [] } });
    emit({ event: 'finished', finished: { receipt: canonicalJson(concluded.receipt) } });
  }
}

/** The text of an answer on its way out: what comes in one turn of the event loop is told together. */
class Pieces {
  readonly #emit: (event: GenerateEvent) => void;
  #text = '';
  #tokens: number[] = [];
  /** Whether nothing was told. */
  silent = true;

  constructor(emit: (event: GenerateEvent) => void) {
    this.#emit = emit;
  }

  add(text: string, token: number): void {
    if (this.#tokens.length === 0) queueMicrotask(() => this.flush());
    this.#text += text;
    this.#tokens.push(token);
  }

  flush(): void {
    if (this.#tokens.length === 0) return;
    this.silent = false;
    this.#emit({ event: 'piece', piece: { text: this.#text, tokens: this.#tokens } });
    this.#text = '';
    this.#tokens = [];
  }
}

/** When an answer begins. @throws {LlmchainError} `wrong_state` when its ticket expired while it waited */
function begun({ body }: SignedTicket): number {
  const now = Date.now();
  if (now < body.expires) return now;
  throw new LlmchainError('wrong_state', 'The ticket expired while it waited. Sign a new one.');
}
