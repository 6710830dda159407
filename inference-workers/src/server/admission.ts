import { verifyStatement } from '@llmchain/ledger-client';
import {
  commitment,
  demandCallable,
  decodeJson,
  InferenceInput,
  LlmchainError,
  orderedFrom,
  priceOf,
  receiptId,
  SignedContinuation,
  SignedTicket,
  ticketDigest,
  type Continued,
  type Domain,
  type GenerateRequest,
  type ModelVersion,
  type Signed,
  type Ticket,
} from '@llmchain/protocol';
import { roomFor } from '../engine/generation';
import type { LedgerFacts } from '../ledger/ledger-facts';
import type { ModelCatalogue } from '../models/model-catalogue';
import type { Servable } from '../models/servable';
import type { ServableModel } from '../models/servable-model';
import type { Prepared } from '../models/task/task-inputs';
import type { TaskModel } from '../models/task/task-model';
import { CLOCK_SKEW_MS } from '../receipts/clock-skew';
import type { ContinuedAnswer } from '../receipts/conclude';

interface Admitted {
  ticket: SignedTicket;
  /** Id of the receipt to come: the digest of the ticket, or of the order to go on with the answer. */
  id: string;
  /** Digest of the ticket: the sampler's seed. */
  seed: string;
  continued?: ContinuedAnswer | undefined;
  input: InferenceInput;
  inputSalt: string;
}

/** For text. */
export interface AdmittedPrompt extends Admitted {
  model: ServableModel;
  prompt: number[];
}

/** For tensors. */
export interface AdmittedTask extends Admitted {
  model: TaskModel;
  prepared: Prepared;
}

/** A request that is signed, paid for and can be computed. */
export type AdmittedRequest = AdmittedPrompt | AdmittedTask;

/** An answer that began elsewhere. */
interface Begun {
  ticket: SignedTicket;
  seed: string;
  model: ServableModel;
  promptTokens: number;
  /** Most tokens of the whole answer. */
  completion: number;
}

/** Decides whether a request is computed; nothing is before it has passed. */
export class Admission {
  readonly #member: string;
  readonly #facts: LedgerFacts;
  readonly #models: Pick<ModelCatalogue, 'ended' | 'get' | 'knows'>;

  /** @param options.member MSP id of the own member */
  constructor(
    options: { member: string },
    dependencies: { facts: LedgerFacts; models: Pick<ModelCatalogue, 'ended' | 'get' | 'knows'> },
  ) {
    this.#member = options.member;
    this.#facts = dependencies.facts;
    this.#models = dependencies.models;
  }

  /**
   * @param caller MSP id from the caller's TLS certificate
   * @param now milliseconds since the Unix epoch
   * @throws {LlmchainError} `invalid_argument`, `not_authorised`, `clock_skew`, `wrong_state` (expired, closed,
   * retired, revoked), `not_found`,
   * `unavailable` (not loaded yet), `tainted`, `insufficient_credits`, `not_supported`
   */
  async admit(caller: string, request: GenerateRequest, now: number): Promise<AdmittedRequest> {
    const ticket = decodeJson(SignedTicket, request.ticket, 'ticket');
    const input = decodeJson(InferenceInput, request.input, 'input');
    if (caller !== ticket.body.gateway) throw refused('The ticket is of another member. Send your own.');
    this.#checkBody(ticket.body, now);
    await this.#checkOrder('llmchain/ticket/1', ticket, ticket.body.gateway);
    if (!/^[0-9a-f]{64}$/.test(request.inputSalt) || commitment(input, request.inputSalt) !== ticket.body.input) {
      throw new LlmchainError('invalid_argument', 'The input is not the one that the ticket commits to.');
    }
    const model = this.#model(ticket.body);
    await Promise.all([this.#checkSession(ticket.body), this.#checkTaint(ticket.body), this.#checkAccess(ticket.body)]);
    const seed = ticketDigest(ticket.body);
    const admitted = { ticket, id: seed, seed, input, inputSalt: request.inputSalt };
    if (model.kind === 'task') {
      if (request.continued)
        throw new LlmchainError('not_supported', 'Tensors come whole: there is nothing to go on with.');
      this.#checkOrdered(orderedFrom({ ticket }));
      const prepared = model.prepare(input);
      demandCovered(ticket.body, model.version, prepared.units, 0);
      return { ...admitted, model, prepared };
    }
    const prompt = model.prompts.encode(input);
    const completion = Math.min(ticket.body.maxTokens, roomFor(prompt.length, model.contextTokens));
    demandCovered(ticket.body, model.version, prompt.length, completion);
    const continued = request.continued
      ? await this.#continued(request.continued, { ticket, seed, model, promptTokens: prompt.length, completion })
      : undefined;
    this.#checkOrdered(orderedFrom({ ticket, continuation: continued?.continuation }));
    const id = continued ? receiptId({ ticket, continuation: continued.continuation }) : seed;
    return { ...admitted, id, continued, model, prompt };
  }

  /** Whether an answer may be gone on with: the gateway orders it, for this ticket and these tokens, within its maximum. */
  async #continued(request: Continued, answer: Begun): Promise<ContinuedAnswer> {
    const { ticket, seed, model, promptTokens, completion } = answer;
    const continuation = decodeJson(SignedContinuation, request.continuation, 'continuation');
    const { tokens, salt } = request;
    const { body } = continuation;
    await this.#checkOrder('llmchain/continuation/1', continuation, ticket.body.gateway);
    if (continuation.signer !== ticket.signer || body.ticket !== seed) throw refused('The order is of another ticket.');
    const fits =
      /^[0-9a-f]{64}$/.test(salt) && tokens.length === body.from && commitment(tokens, salt) === body.answered;
    const { vocabulary } = model.decoder.geometry;
    if (!fits || tokens.some((token) => token >= vocabulary || model.stopTokens.has(token)) || body.from > completion) {
      throw new LlmchainError('invalid_argument', 'The tokens are not those that the order to go on commits to.');
    }
    const { prices } = model.version;
    const needed = prices.completionToken * (completion - body.from);
    const left = ticket.body.maxAmount - priceOf(prices, promptTokens, body.from);
    if (body.maxAmount < needed || body.maxAmount > left) {
      throw new LlmchainError(
        'insufficient_credits',
        `What follows may cost ${needed} micro-credits, the order covers ${body.maxAmount} and the ticket leaves ${left}.`,
        { needed, covered: body.maxAmount, left },
      );
    }
    return { continuation, tokens, salt };
  }

  #checkBody(ticket: Ticket, now: number): void {
    const { issued, expires } = ticket;
    if (expires <= issued) throw new LlmchainError('invalid_argument', 'The ticket expires before it was issued.');
    if (issued > now + CLOCK_SKEW_MS) {
      throw new LlmchainError('clock_skew', 'The ticket is from the future. Set the clocks.', { issued, now });
    }
    if (expires <= now) throw new LlmchainError('wrong_state', 'The ticket has expired. Sign a new one.', { expires });
    if (ticket.gateway === this.#member && ticket.callerNonce === undefined) {
      throw new LlmchainError(
        'invalid_argument',
        'A ticket that its own member serves needs a nonce from the caller. Add callerNonce, or take another worker.',
      );
    }
  }

  /** A receipt for what was ordered from another member would be rejected. */
  #checkOrdered(producer: string): void {
    if (producer !== this.#member)
      throw refused(`The answer was ordered from ${producer}. Order it from ${this.#member}.`);
  }

  async #checkOrder(domain: Domain, order: Signed<unknown>, gateway: string): Promise<void> {
    const signer = await this.#facts.signer(order.signer);
    const good =
      signer?.kind === 'gateway' && signer.owner.member === gateway && verifyStatement(domain, order, signer.publicKey);
    if (!good) throw refused("The order's signature is not of a key that its gateway has on the ledger.");
  }

  #model({ model, version }: Ticket): Servable {
    const state = this.#models.ended(model, version);
    if (state) {
      const details = { model, version, state };
      throw new LlmchainError('wrong_state', `${model}@${version} was ${state} and is served no more.`, details);
    }
    const found = this.#models.get(model, version);
    if (found) return found;
    const details = { model, version };
    throw this.#models.knows(model, version)
      ? new LlmchainError('unavailable', `${model}@${version} is not loaded here yet. Try another worker.`, details)
      : new LlmchainError('not_found', `There is no approved ${model}@${version}. Check the version.`, details);
  }

  /** The caller's gateway should not have asked; whether it is honest is not ours to trust. */
  async #checkTaint({ model, version }: Ticket): Promise<void> {
    const taint = await this.#facts.taint({ model, version });
    if (!taint) return;
    throw new LlmchainError('tainted', `Consent behind ${model}@${version} no longer stands, so it is not served.`, {
      model,
      version,
      cause: taint.cause,
    });
  }

  /** By the ledger as it is now: a gateway may have issued the ticket in spite of the owner. */
  async #checkAccess(ticket: Ticket): Promise<void> {
    demandCallable(await this.#facts.access(ticket), ticket, ticket.gateway);
  }

  async #checkSession({ session, gateway }: Ticket): Promise<void> {
    const found = await this.#facts.session(session);
    if (!found) throw new LlmchainError('not_found', `There is no session ${session}. Open one first.`, { session });
    if (found.owner.member !== gateway) throw refused('The session is of another member.');
    if (found.state === 'closed')
      throw new LlmchainError('wrong_state', `Session ${session} is closed and pays for no more. Open another.`, {
        session,
      });
  }
}

/** @throws {LlmchainError} `insufficient_credits` when the answer may cost more than the ticket covers */
function demandCovered({ maxAmount }: Ticket, version: ModelVersion, promptTokens: number, completion: number): void {
  const most = priceOf(version.prices, promptTokens, completion);
  if (maxAmount >= most) return;
  throw new LlmchainError(
    'insufficient_credits',
    `The answer may cost ${most} micro-credits and the ticket covers ${maxAmount}. Raise it, or ask for fewer tokens.`,
    { needed: most, covered: maxAmount, promptTokens },
  );
}

function refused(message: string): LlmchainError {
  return new LlmchainError('not_authorised', message);
}
