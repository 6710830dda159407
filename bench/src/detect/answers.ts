import {
  conclude,
  Fingerprinter,
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

function inputOf({ text }: Pick<Asked, 'text'>): InferenceInput {
  return { kind: 'completion', prompt: text };
}

function ticketOf(asked: Asked): Ticket {
  return {
    schema: 'ticket/1',
    requestId: 'request',
    gateway: 'GatewayMSP',
    session: 'session',
    model: 'unregistered',
    version: 1,
    input: commitment(inputOf(asked), SALT),
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
  changes: { seed?: string; scheduler?: Pick<Scheduler, 'generate'> } = {},
): Promise<Generated> {
  const scheduler = changes.scheduler ?? model.scheduler;
  return scheduler.generate(
    {
      prompt: model.prompts.encode(inputOf(asked)),
      seed: changes.seed ?? ticketDigest(ticketOf(asked)),
      temperatureMilli: asked.temperatureMilli,
      maxTokens: asked.maxTokens,
      tenant: `tenant-${asked.nonce}`,
      fingerprinted: model.decoder.hiddenSize !== undefined,
    },
    () => undefined,
    new AbortController().signal,
  );
}

/** The receipt and opening that a worker makes of an answer. */
function concluded(model: ServableModel, asked: Asked, answer: Generated): Concluded {
  const ticket: SignedTicket = { body: ticketOf(asked), signer: 'gateway', signature: '00'.repeat(64) };
  const promptTokens = model.prompts.encode(inputOf(asked)).length;
  const times = { started: 0, ended: 0 };
  return conclude(
    { ticket, input: inputOf(asked), inputSalt: SALT, promptTokens, ...answer, ...times, outputSalt: SALT },
    model,
    { provider: 'cpu', runtime: 'bench' },
    SIGNER,
  );
}

/** An honest answer. */
export async function honest(
  model: ServableModel,
  asked: Asked,
  scheduler?: Pick<Scheduler, 'generate'>,
): Promise<Concluded> {
  return concluded(model, asked, await computed(model, asked, scheduler ? { scheduler } : {}));
}

/** An answer whose receipt and opening fit one another, and which was not computed as they say. */
export async function tampered(kind: Tampering, { model, other, cheaper }: Parties, asked: Asked): Promise<Concluded> {
  const give = (answer: Generated): Concluded => concluded(model, asked, answer);
  switch (kind) {
    case 'other model':
      return give(await computed(other, asked));
    case 'cheaper precision':
      return give(await computed(cheaper, asked));
    case 'cheaper precision, forged fingerprints': {
      const answer = await computed(cheaper, asked);
      // Where the tokens are those of an honest answer, so are the fingerprints: there is nothing to find.
      const same = (await computed(model, asked)).tokens.every((token, at) => token === answer.tokens[at]);
      if (same) return tampered(kind, { model, other, cheaper }, { ...asked, nonce: asked.nonce + 10_000_000 });
      return give({ ...answer, fingerprints: await forged(model, asked, answer.tokens) });
    }
    case 'edited prompt': {
      const edited = { ...asked, text: `${asked.text.slice(0, -1)}!` };
      return give(await computed(model, edited, { seed: ticketDigest(ticketOf(asked)) }));
    }
    case 'truncated output': {
      const { tokens } = await computed(model, asked);
      const [stop = 0] = model.stopTokens;
      const short = [...tokens.slice(0, Math.floor(tokens.length / 2)), stop];
      return give({ tokens: short, stop: 'stop', fingerprints: await forged(model, asked, short) });
    }
    case 'invented token': {
      const answer = await computed(model, asked);
      const at = asked.nonce % answer.tokens.length;
      const tokens = answer.tokens.with(at, (answer.tokens[at]! + 1 + (asked.nonce % 50)) % 250);
      return give({ ...answer, tokens, fingerprints: await forged(model, asked, tokens) });
    }
    case 'wrong seed':
      return give(await computed(model, asked, { seed: sha256Hex('a seed of my own') }));
    case 'replayed answer':
      return give(await computed(model, { ...asked, nonce: asked.nonce + 1_000_000 }));
  }
}

/** Fingerprints by an honest prefill over tokens that were come by otherwise. */
async function forged(model: ServableModel, asked: Asked, tokens: readonly number[]): Promise<string[]> {
  const { decoder } = model;
  const size = decoder.hiddenSize ?? 0;
  const prompt = model.prompts.encode(inputOf(asked));
  const fed = [...prompt, ...tokens.slice(0, -1)];
  const fingerprinter = new Fingerprinter(size);
  await decoder.allocate(1, fed.length).forward({
    rows: [{ row: 0, past: 0, tokens: fed }],
    logits: tokens.length,
    hidden: (states) => {
      for (let at = 0; at < tokens.length; at++) fingerprinter.push(states.subarray(at * size, (at + 1) * size));
    },
  });
  return fingerprinter.end();
}
