import {
  commitment,
  demandCallable,
  decodeJson,
  InferenceInput,
  LlmchainError,
  priceOf,
  SignedTicket,
  ticketDigest,
  verifySigned,
  type GenerateRequest,
  type ModelVersion,
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

interface Admitted {
  ticket: SignedTicket;
  /** Digest of the ticket: the receipt's id and the sampler's seed. */
  digest: string;
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

/** Decides whether a request is computed; nothing is before it has passed. */
export class Admission {
  readonly #member: string;
  readonly #facts: LedgerFacts;
  readonly #models: Pick<ModelCatalogue, 'get' | 'knows'>;

  /** @param options.member MSP id of the own member */
  constructor(
    options: { member: string },
    dependencies: { facts: LedgerFacts; models: Pick<ModelCatalogue, 'get' | 'knows'> },
  ) {
    this.#member = options.member;
    this.#facts = dependencies.facts;
    this.#models = dependencies.models;
  }

  /**
   * @param caller MSP id from the caller's TLS certificate
   * @param now milliseconds since the Unix epoch
   * @throws {LlmchainError} `invalid_argument`, `not_authorised`, `clock_skew`, `wrong_state` (expired), `not_found`,
   * `unavailable` (not loaded yet), `tainted`, `insufficient_credits`, `not_supported`
   */
  async admit(caller: string, request: GenerateRequest, now: number): Promise<AdmittedRequest> {
    const ticket = decodeJson(SignedTicket, request.ticket, 'ticket');
    const input = decodeJson(InferenceInput, request.input, 'input');
    if (caller !== ticket.body.gateway) throw refused('The ticket is of another member. Send your own.');
    this.#checkBody(ticket.body, now);
    await this.#checkSignature(ticket);
    if (!/^[0-9a-f]{64}$/.test(request.inputSalt) || commitment(input, request.inputSalt) !== ticket.body.input) {
      throw new LlmchainError('invalid_argument', 'The input is not the one that the ticket commits to.');
    }
    const model = this.#model(ticket.body);
    await Promise.all([this.#checkSession(ticket.body), this.#checkTaint(ticket.body), this.#checkAccess(ticket.body)]);
    const admitted = { ticket, digest: ticketDigest(ticket.body), input, inputSalt: request.inputSalt };
    if (model.kind === 'task') {
      const prepared = model.prepare(input);
      demandCovered(ticket.body, model.version, prepared.units, 0);
      return { ...admitted, model, prepared };
    }
    const prompt = model.prompts.encode(input);
    const completion = Math.min(ticket.body.maxTokens, roomFor(prompt.length, model.contextTokens));
    demandCovered(ticket.body, model.version, prompt.length, completion);
    return { ...admitted, model, prompt };
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

  async #checkSignature(ticket: SignedTicket): Promise<void> {
    const signer = await this.#facts.signer(ticket.signer);
    const good =
      signer?.kind === 'gateway' &&
      signer.owner.member === ticket.body.gateway &&
      verifySigned('llmchain/ticket/1', ticket, signer.publicKey);
    if (!good) throw refused("The ticket's signature is not of a key that its gateway has on the ledger.");
  }

  #model({ model, version }: Ticket): Servable {
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
