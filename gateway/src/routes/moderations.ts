import { Hex32, LlmchainError, SignedReceipt, type InferenceInput, type Task } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Infer } from '../usecases/infer';
import { api } from './common';
import { NONCE_HEADER } from './receipt-headers';
import { rowsOf, sendJson, tensorAnswer, type TensorAnswer } from './tensor-answer';
import { ModelName, Texts } from './text-vectors';

const BODY_LIMIT = 8 * 1024 * 1024;
/** A category's score from which a text is flagged: where a classifier holds it to be likelier than not. */
const FLAGGED = 0.5;

const TextPart = z.strictObject({ type: z.literal('text'), text: Texts.element });

const ModerationBody = z.strictObject({
  /** Which classifier; the members decide which there are. */
  model: ModelName,
  /** One text, several with a result each, or parts of one message with one result. */
  input: z.union([Texts.element, Texts, z.array(TextPart).min(1).max(100)]),
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

export function moderationRoutes(usecases: { infer: Infer }): Route<Actor>[] {
  return [
    api.stream({
      method: 'post',
      path: '/v1/moderations',
      summary:
        'Whether texts fall into categories of a classifier, as OpenAI’s API gives it; prepaid, verified by rivals, with a signed receipt',
      roles: ['caller'],
      openAi: true,
      limit: BODY_LIMIT,
      headers: { [NONCE_HEADER]: Hex32.optional() },
      body: ModerationBody,
      gives: { 'application/json': ModerationAnswer },
      respond: ({ actor, body, headers, signal }, response) =>
        sendJson(response, signal, async (): Promise<z.output<typeof ModerationAnswer>> => {
          const { task, input, type, groups } = readingOf(body.input);
          const order = { actor, model: body.model, task, input, nonce: headers[NONCE_HEADER], signal };
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
  task: Task;
  input: InferenceInput;
  type: 'text' | 'image';
  /** The rows that each result is about. */
  groups: number[][];
}

function readingOf(input: z.output<typeof ModerationBody>['input']): Reading {
  const parts = typeof input === 'string' ? [input] : input;
  const texts = parts.map((part) => (typeof part === 'string' ? part : part.text));
  const isMessage = typeof parts[0] === 'object';
  const each = texts.map((_, row) => [row]);
  return {
    task: 'text_classification',
    input: { kind: 'texts', texts },
    type: 'text',
    groups: isMessage ? [each.flat()] : each,
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
