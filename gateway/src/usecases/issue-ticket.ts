import { randomBytes } from 'node:crypto';
import { signStatement } from '@llmchain/ledger-client';
import {
  canonicalJson,
  commitment,
  elementsOf,
  priceOf,
  taskOf,
  type InferenceInput,
  type ModelVersion,
  type Sampler,
  ticketDigest,
  type SignedContinuation,
  type SignedTicket,
} from '@llmchain/protocol';

/** How long a ticket is good for, milliseconds. */
const LIFETIME = 120_000;

/** Room for the tokens that open and close a prompt. */
const SPECIAL_TOKENS = 8;

export interface IssuerOptions {
  /** MSP id. */
  member: string;
  /** Id of the gateway's key on the ledger. */
  signer: string;
  /** 32 bytes, the Ed25519 seed. */
  secretKey: Uint8Array;
}

export interface TicketOrder {
  /** The member whose worker is to answer; MSP id. */
  producer: string;
  session: string;
  model: ModelVersion;
  input: InferenceInput;
  sampler: Sampler;
  maxTokens: number;
  /** Most that the answer may cost, see {@link mostAmount}. */
  maxAmount: number;
  callerNonce?: string | undefined;
}

/** An order to go on with an answer, and the salt of what it commits to. */
export interface IssuedContinuation {
  continuation: SignedContinuation;
  salt: string;
}

/** A ticket and what goes to the worker beside it. */
export interface IssuedTicket {
  ticket: SignedTicket;
  input: string;
  inputSalt: string;
}

/**
 * The most tokens that a prompt can have: a tokenizer with bytes to fall back on gives at most one per byte, and a prompt
 * longer than the context is refused. A chat's template may add any text. What counts otherwise, see `Prices`.
 */
function mostPromptTokens(model: ModelVersion, input: InferenceInput): number {
  const most = (text: string): number => Math.min(model.contextTokens, Buffer.byteLength(text) + SPECIAL_TOKENS);
  switch (input.kind) {
    case 'chat':
      return model.contextTokens;
    case 'completion':
      return most(input.prompt);
    case 'texts':
      return input.texts.reduce((sum, text) => sum + most(text), 0);
    case 'image':
      return 1;
    case 'tensors':
      return input.tensors.reduce((sum, { shape }) => sum + elementsOf(shape), 0);
  }
}

/** The most that an answer can cost, micro-credits; only what is generated costs by its length. */
export function mostAmount(model: ModelVersion, input: InferenceInput, maxTokens: number): number {
  const generated = taskOf(model) === 'text_generation' ? maxTokens : 0;
  return priceOf(model.prices, mostPromptTokens(model, input), generated);
}

/** Signs this member's orders for answers. */
export class IssueTicket {
  readonly #options: IssuerOptions;

  constructor(options: IssuerOptions) {
    this.#options = options;
  }

  run(order: TicketOrder): IssuedTicket {
    const { member, signer, secretKey } = this.#options;
    const inputSalt = randomBytes(32).toString('hex');
    const issued = Date.now();
    const ticket = signStatement(
      'llmchain/ticket/1',
      {
        schema: 'ticket/1' as const,
        requestId: `req-${randomBytes(12).toString('hex')}`,
        gateway: member,
        producer: order.producer,
        session: order.session,
        model: order.model.model,
        version: order.model.version,
        input: commitment(order.input, inputSalt),
        sampler: order.sampler,
        maxTokens: order.maxTokens,
        maxAmount: order.maxAmount,
        issued,
        expires: issued + LIFETIME,
        nonce: randomBytes(32).toString('hex'),
        ...(order.callerNonce === undefined ? {} : { callerNonce: order.callerNonce }),
      },
      signer,
      secretKey,
    );
    return { ticket, input: canonicalJson(order.input), inputSalt };
  }

  /**
   * Orders another worker to go on with an answer.
   * @param order.producer the member whose worker is to go on; MSP id
   * @param order.answered the tokens that have come, at least one
   * @param order.maxAmount the most that what follows may cost, micro-credits
   */
  goOn(
    ticket: SignedTicket,
    { producer, answered, maxAmount }: { producer: string; answered: readonly number[]; maxAmount: number },
  ): IssuedContinuation {
    const { signer, secretKey } = this.#options;
    const salt = randomBytes(32).toString('hex');
    const body = {
      schema: 'continuation/1' as const,
      ticket: ticketDigest(ticket.body),
      producer,
      from: answered.length,
      answered: commitment(answered, salt),
      maxAmount,
      nonce: randomBytes(32).toString('hex'),
    };
    return { continuation: signStatement('llmchain/continuation/1', body, signer, secretKey), salt };
  }
}
