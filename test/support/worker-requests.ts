import { randomBytes } from 'node:crypto';
import {
  canonicalJson,
  commitment,
  publicKeyOf,
  sign,
  ticketDigest,
  type Continuation,
  type Continued,
  type GenerateRequest,
  type InferenceInput,
  type SignedContinuation,
  type SignedTicket,
  type Ticket,
} from '@llmchain/protocol';

const hex32 = (): string => randomBytes(32).toString('hex');

/** A gateway's key, as a test signs tickets with it. */
export interface TestGateway {
  mspId: string;
  signer: string;
  secretKey: Uint8Array;
  publicKey: string;
}

export function testGateway(name: string, mspId: string): TestGateway {
  const secretKey = new Uint8Array(randomBytes(32));
  return { mspId, signer: `${name}-gateway-1`, secretKey, publicKey: publicKeyOf(secretKey) };
}

export interface TestRequest {
  ticket: SignedTicket;
  input: InferenceInput;
  inputSalt: string;
  /** As it is sent to a worker. */
  wire: GenerateRequest;
}

/** An order to go on with a ticket's answer after these tokens; `changes` are made before it is signed. */
export function continuationOf(
  gateway: TestGateway,
  { body: ticket }: SignedTicket,
  tokens: number[],
  changes: Partial<Continuation> = {},
): { continuation: SignedContinuation; tokens: number[]; salt: string; wire: Continued } {
  const salt = hex32();
  const body: Continuation = {
    schema: 'continuation/1',
    ticket: ticketDigest(ticket),
    producer: 'ComputeMSP',
    from: tokens.length,
    answered: commitment(tokens, salt),
    maxAmount: 5 * (ticket.maxTokens - tokens.length),
    nonce: hex32(),
    ...changes,
  };
  const continuation = sign('llmchain/continuation/1', body, gateway.signer, gateway.secretKey);
  return { continuation, tokens, salt, wire: { continuation: canonicalJson(continuation), tokens, salt } };
}

/** A signed ticket and its input; `changes` are made before it is signed. */
export function requestOf(gateway: TestGateway, input: InferenceInput, changes: Partial<Ticket> = {}): TestRequest {
  const inputSalt = hex32();
  const issued = Date.now();
  const body: Ticket = {
    schema: 'ticket/1',
    requestId: `req-${randomBytes(8).toString('hex')}`,
    gateway: gateway.mspId,
    producer: 'ComputeMSP',
    session: 'ses-1',
    model: 'tiny',
    version: 1,
    input: commitment(input, inputSalt),
    sampler: { temperatureMilli: 800 },
    maxTokens: 24,
    maxAmount: 1_000_000,
    issued,
    expires: issued + 60_000,
    nonce: hex32(),
    ...changes,
  };
  const ticket = sign('llmchain/ticket/1', body, gateway.signer, gateway.secretKey);
  const wire = { ticket: canonicalJson(ticket), input: canonicalJson(input), inputSalt };
  return { ticket, input, inputSalt, wire };
}
