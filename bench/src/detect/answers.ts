import {
  conclude,
  prefilledFingerprints,
  type Concluded,
  type Generated,
  type Scheduler,
  type ServableModel,
} from '@llmchain/inference-workers';
import {
  commitment,
  sha256Hex,
  ticketDigest,
  type InferenceInput,
  type SignedTicket,
  type Ticket,
} from '@llmchain/protocol';

/** What a caller asked for. */
export interface Asked {
  text: string;
  maxTokens: number;
  temperatureMilli: number;
  /** Makes the ticket, and with it the noise, different from others. */
  nonce: number;
}

/** Ways to cheat that only re-execution can find. */
export const TAMPERINGS = [
  'other model',
  'cheaper precision',
  'cheaper precision, forged fingerprints',
  'edited prompt',
  'truncated output',
  'invented token',
  'wrong seed',
  'replayed answer',
] as const;
export type Tampering = (typeof TAMPERINGS)[number];

/** The version's model, and what a cheat computes with in its place. */
export interface Parties {
  model: ServableModel;
  other: ServableModel;
  cheaper: ServableModel;
}

const SIGNER = { worker: 'worker', producer: 'ProducerMSP', secretKey: new Uint8Array(32).fill(7) };
const SALT = sha256Hex('salt');

const inputOf = ({ prompts }: ServableModel, { text }: Asked): InferenceInput => prompts.asked(text);

function ticketOf(model: ServableModel, asked: Asked): Ticket {
  return {
    schema: 'ticket/1',
    requestId: 'request',
    gateway: 'GatewayMSP',
    producer: SIGNER.producer,
    session: 'session',
    model: 'unregistered',
    version: 1,
    input: commitment(inputOf(model, asked), SALT),
    sampler: { temperatureMilli: asked.temperatureMilli },
    maxTokens: asked.maxTokens,
    maxAmount: 1_000_000,
    issued: 0,
    expires: 1,
    nonce: sha256Hex(`nonce ${asked.nonce}`),
  };
}

/** Computes as a worker does. @param scheduler another one than the model's own, with other settings */
async function computed(
  model: ServableModel,
  asked: Asked,
  changes: { seed?: string; plainly?: boolean; scheduler?: Pick<Scheduler, 'generate'> } = {},
): Promise<Generated> {
  const scheduler = changes.scheduler ?? model.scheduler;
  return scheduler.generate(
    {
      prompt: model.prompts.encode(inputOf(model, asked)),
      seed: changes.seed ?? ticketDigest(ticketOf(model, asked)),
      temperatureMilli: asked.temperatureMilli,
      maxTokens: asked.maxTokens,
      // Of a tenant of its own, so that no prompt is cached of another answer to the same question.
      tenant: `${changes.plainly ? 'plain' : 'tenant'}-${asked.nonce}`,
      fingerprinted: !changes.plainly && model.decoder.hiddenSize !== undefined,
    },
    () => undefined,
    new AbortController().signal,
  );
}

/** The receipt and opening that a worker makes of an answer. */
function concluded(model: ServableModel, asked: Asked, answer: Generated): Concluded {
  const ticket: SignedTicket = { body: ticketOf(model, asked), signer: 'gateway', signature: '00'.repeat(64) };
  const promptTokens = model.prompts.encode(inputOf(model, asked)).length;
  const times = { started: 0, ended: 0 };
  return conclude(
    { ticket, input: inputOf(model, asked), inputSalt: SALT, promptTokens, ...answer, ...times, outputSalt: SALT },
    model,
    { provider: 'cpu', runtime: 'bench' },
    SIGNER,
  );
}

/** What a worker computes where nobody wants it proved: no fingerprints, no receipt. */
export function plain(model: ServableModel, asked: Asked): Promise<Generated> {
  return computed(model, asked, { plainly: true });
}

/** An honest answer. */
export async function honest(
  model: ServableModel,
  asked: Asked,
  scheduler?: Pick<Scheduler, 'generate'>,
): Promise<Concluded> {
  return concluded(model, asked, await computed(model, asked, scheduler ? { scheduler } : {}));
}

/** Questions of one kind that are tried, since a cheat may come out at the honest answer by chance. */
const TRIES = 20;

/**
 * An answer whose receipt and opening fit one another, and which was not computed as they say. Where the tokens of a cheat
 * are those of the honest answer there is nothing false to find, and it tries another question.
 * @throws {RangeError} when it comes out at the honest answer every time
 */
export async function tampered(kind: Tampering, parties: Parties, asked: Asked): Promise<Concluded> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const question = { ...asked, nonce: asked.nonce + attempt * 10_000_000 };
    const truth = await computed(parties.model, question);
    const answer = await falsified(kind, parties, { asked: question, truth });
    if (!sameTokens(answer.tokens, truth.tokens)) return concluded(parties.model, question, answer);
  }
  throw new RangeError(`No question of ${TRIES} came out differently by ${kind}.`);
}

const sameTokens = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((token, at) => token === b[at]);

/** What a cheat answers. @param truth what an honest worker does */
async function falsified(
  kind: Tampering,
  { model, other, cheaper }: Parties,
  { asked, truth }: { asked: Asked; truth: Generated },
): Promise<Generated> {
  /** The same, with fingerprints of an honest pass over its tokens. */
  const forged = async (answer: Generated): Promise<Generated> => ({
    ...answer,
    fingerprints: await prefilledFingerprints(
      model.decoder,
      model.prompts.encode(inputOf(model, asked)),
      answer.tokens,
    ),
  });
  switch (kind) {
    case 'other model':
      return computed(other, asked);
    case 'cheaper precision':
      return computed(cheaper, asked);
    case 'cheaper precision, forged fingerprints':
      return forged(await computed(cheaper, asked));
    case 'edited prompt': {
      const edited = { ...asked, text: `${asked.text.slice(0, -1)}!` };
      return computed(model, edited, { seed: ticketDigest(ticketOf(model, asked)) });
    }
    case 'truncated output': {
      const [stop = 0] = model.stopTokens;
      return forged({ tokens: [...truth.tokens.slice(0, Math.floor(truth.tokens.length / 2)), stop], stop: 'stop' });
    }
    case 'invented token': {
      const at = asked.nonce % truth.tokens.length;
      const token = (truth.tokens[at]! + 1 + (asked.nonce % 50)) % 250;
      return forged({ ...truth, tokens: truth.tokens.with(at, token) });
    }
    case 'wrong seed':
      return computed(model, asked, { seed: sha256Hex('a seed of my own') });
    case 'replayed answer':
      return computed(model, { ...asked, nonce: asked.nonce + 1_000_000 });
  }
}
