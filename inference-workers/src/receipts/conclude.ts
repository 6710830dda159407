import { signStatement } from '@llmchain/ledger-client';
import {
  chargeOf,
  commitment,
  receiptId,
  type Execution,
  type InferenceInput,
  type ModelVersion,
  type Opening,
  type Receipt,
  type SignedContinuation,
  type SignedReceipt,
  type SignedTicket,
  type Tensor,
  verificationMode,
} from '@llmchain/protocol';

/** Who answers. */
export interface ReceiptSigner {
  /** The worker's id, under which its key is on the ledger. */
  worker: string;
  /** MSP id of its member. */
  producer: string;
  /** 32 bytes, the Ed25519 seed. */
  secretKey: Uint8Array;
}

/** With what. */
export interface ReceiptModel {
  version: Pick<ModelVersion, 'prices' | 'precision' | 'verification'>;
  /** Digests of the tokenizer's and the chat template's file. */
  tokenizer: string;
  template: string;
}

/** What had come of an answer when another worker was told to go on with it. */
export interface ContinuedAnswer {
  continuation: SignedContinuation;
  tokens: number[];
  /** 32 bytes, hexadecimal. */
  salt: string;
}

/** What was asked and given. */
export interface Answer {
  ticket: SignedTicket;
  /** Where the answer began elsewhere: what ordered it to go on, and from which tokens. */
  continued?: ContinuedAnswer | undefined;
  input: InferenceInput;
  inputSalt: string;
  promptTokens: number;
  tokens: number[];
  /** Instead of tokens, from models that give tensors. */
  outputs?: Tensor[];
  stop: Receipt['stop'];
  /** One for each window of the tokens, see `fingerprintOf`; absent where the version asks for none. */
  fingerprints?: string[] | undefined;
  /** Milliseconds since the Unix epoch. */
  started: number;
  ended: number;
  /** 32 random bytes, hexadecimal. */
  outputSalt: string;
}

export interface Concluded {
  receipt: SignedReceipt;
  opening: Opening;
}

/** The signed receipt of an answer, and what opens its commitments. */
export function conclude(
  answer: Answer,
  model: ReceiptModel,
  execution: Pick<Execution, 'provider' | 'runtime'>,
  signer: ReceiptSigner,
): Concluded {
  const {
    ticket,
    continued,
    input,
    inputSalt,
    promptTokens,
    tokens,
    outputs,
    stop,
    fingerprints,
    started,
    ended,
    outputSalt,
  } = answer;
  const { version } = model;
  const continuation = continued?.continuation;
  const body: Receipt = {
    schema: 'receipt/1',
    ticket,
    ...(continuation ? { continuation } : {}),
    worker: signer.worker,
    producer: signer.producer,
    tokenizer: model.tokenizer,
    template: model.template,
    output: commitment(outputs ?? tokens, outputSalt),
    promptTokens,
    completionTokens: tokens.length,
    stop,
    execution: { ...execution, precision: version.precision, mode: verificationMode(version.verification) },
    ...(version.verification.fingerprints ? { fingerprints: fingerprints ?? [] } : {}),
    amount: chargeOf(version.prices, { continuation, promptTokens, completionTokens: tokens.length }),
    started,
    ended,
  };
  return {
    receipt: signStatement('llmchain/receipt/1', body, signer.worker, signer.secretKey),
    opening: {
      schema: 'opening/1',
      receipt: receiptId(body),
      input,
      inputSalt,
      tokens,
      ...(outputs ? { outputs } : {}),
      outputSalt,
      ...(continued ? { answered: { tokens: continued.tokens, salt: continued.salt } } : {}),
    },
  };
}
