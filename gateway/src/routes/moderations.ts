import { Hex32, LlmchainError, SignedReceipt, type InferenceInput, type Task } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Infer } from '../usecases/infer';
import type { ReadImageInput } from '../usecases/read-image-input';
import { api } from './common';
import { NONCE_HEADER } from './receipt-headers';
import { rowsOf, sendJson, tensorAnswer, type TensorAnswer } from './tensor-answer';
import { ModelName, Texts } from './text-vectors';

/** An image of 8 MiB in base64 and some more. */
const BODY_LIMIT = 12 * 1024 * 1024;
const LONGEST_URL = 11 * 1024 * 1024;
/** A category's score from which a text is flagged: where a classifier holds it to be likelier than not. */
const FLAGGED = 0.5;

const TextPart = z.strictObject({ type: z.literal('text'), text: Texts.element });

/** The image itself, never a place to fetch it from: a gateway that fetched for its callers could be sent anywhere. */
const DataUrl = z
  .string()
  .max(LONGEST_URL)
  .regex(/^data:image\/[a-z0-9.+-]{1,40};base64,[A-Za-z0-9+/]+={0,2}$/, 'must be a data URL of an image in base64')
  .refine((url) => (url.length - url.indexOf(',') - 1) % 4 === 0, 'must be whole base64');
const ImagePart = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({ url: DataUrl }),
});

const ModerationBody = z.strictObject({
  /** Which classifier; the members decide which there are. */
  model: ModelName,
  /** One text, several with a result each, or parts of one message with one result: texts, or an image. */
  input: z.union([Texts.element, Texts, z.array(TextPart).min(1).max(100), z.array(ImagePart).length(1)]),
});

const Result = z.object({
  /** Whether any category is. */
  flagged: z.boolean(),
  categories: z.record(z.string(), z.boolean()),
  /** Probabilities from 0 to 1; of parts of one message the highest. */
  category_scores: z.record(z.string(), z.number()),
  category_applied_input_types: z.record(z.string(), z.array(z.enum(['text', 'image']))),
});

const ModerationAnswer = z.object({
  id: z.string(),
  model: z.string(),
  results: z.array(Result),
  llmchain: z.object({ receipt: SignedReceipt }),
});

export function moderationRoutes(usecases: { infer: Infer; readImageInput: ReadImageInput }): Route<Actor>[] {
  return [
    api.stream({
      method: 'post',
      path: '/v1/moderations',
      summary:
        'Whether texts, or an image, fall into categories of a classifier, as OpenAI’s API gives it; prepaid, verified by rivals, with a signed receipt',
      roles: ['caller'],
      errors: 'openai',
      limit: BODY_LIMIT,
      headers: { [NONCE_HEADER]: Hex32.optional() },
      body: ModerationBody,
      gives: { 'application/json': ModerationAnswer },
      respond: ({ actor, body, headers, signal }, response) =>
        sendJson(response, signal, async (): Promise<z.output<typeof ModerationAnswer>> => {
          const { type, groups, ...reading } = await readingOf(usecases.readImageInput, body);
          const order = { actor, ...reading, nonce: headers[NONCE_HEADER], signal };
          const answer = await tensorAnswer(usecases.infer, order, response);
          const rows = probabilitiesOf(answer, groups.flat().length);
          return {
            id: `modr-${answer.id}`,
            model: `${answer.version.model}@${answer.version.version}`,
            results: groups.map((group) => resultOf(highest(group.map((row) => rows[row]!)), type)),
            llmchain: { receipt: answer.receipt },
          };
        }),
    }),
  ];
}

interface Reading {
  model: string;
  task: Task;
  input: InferenceInput;
  type: 'text' | 'image';
  /** The rows that each result is about. */
  groups: number[][];
}

async function readingOf(images: ReadImageInput, { model, input }: z.output<typeof ModerationBody>): Promise<Reading> {
  const parts = typeof input === 'string' ? [input] : input;
  const [first] = parts;
  if (typeof first === 'object' && first.type === 'image_url') {
    const { url } = first.image_url;
    const content = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
    return { ...(await images.run(model, content)), task: 'image_classification', type: 'image', groups: [[0]] };
  }
  const texts = parts.flatMap((part) => (typeof part === 'string' ? part : 'text' in part ? part.text : []));
  const each = texts.map((_, row) => [row]);
  return {
    ...{ model, task: 'text_classification', type: 'text', input: { kind: 'texts', texts } },
    groups: typeof first === 'object' ? [each.flat()] : each,
  };
}

/** A probability of each label for each row, by label. @throws {LlmchainError} `not_verified` | `not_supported` */
function probabilitiesOf({ version, outputs }: TensorAnswer, count: number): Record<string, number>[] {
  const labels = version.signature?.labels ?? [];
  const rows = rowsOf(outputs[0]);
  if (rows.length !== count || rows.some((row) => row.length !== labels.length))
    throw new LlmchainError('not_verified', 'The worker gave another number of scores than was asked for. Ask again.');
  if (rows.some((row) => !row.every((score) => score >= 0 && score <= 1)))
    throw new LlmchainError(
      'not_supported',
      `${version.model}@${version.version} gives what are no probabilities, so nothing can be flagged by it. Name another model.`,
      { model: version.model, version: version.version },
    );
  return rows.map((row) => Object.fromEntries(labels.map((label, at) => [label, row[at]!])));
}

function highest(rows: readonly Record<string, number>[]): Record<string, number> {
  return rows.reduce((a, b) =>
    Object.fromEntries(Object.entries(a).map(([label, score]) => [label, Math.max(score, b[label]!)])),
  );
}

function resultOf(found: Record<string, number>, type: 'text' | 'image'): z.output<typeof Result> {
  const of = <T>(value: (score: number) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(found).map(([label, score]) => [label, value(score)]));
  return {
    flagged: Object.values(found).some((score) => score >= FLAGGED),
    categories: of((score) => score >= FLAGGED),
    category_scores: found,
    category_applied_input_types: of(() => [type]),
  };
}
