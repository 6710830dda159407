import type { ServerResponse } from 'node:http';
import { InferenceInput, LlmchainError } from '@llmchain/protocol';
import type { Infer } from '../usecases/infer';
import { rowsOf, tensorAnswer, type TensorAnswer, type TensorRequest } from './tensor-answer';

/** Texts as a request for vectors takes them. */
export const Texts = InferenceInput.options[2].shape.texts;

/** Name of a model, alone or with its version, as in `vectors@1`. */
export const ModelName = Texts.element.max(80);

/**
 * Orders a vector for each text, in their order; the receipt covers all of them.
 * @throws {LlmchainError} as {@link tensorAnswer}; `not_verified` for another number of vectors, or what is no vector
 */
export async function textVectors(
  infer: Infer,
  { texts, ...request }: Omit<TensorRequest, 'task' | 'input'> & { texts: string[] },
  response: ServerResponse,
): Promise<TensorAnswer & { rows: Float32Array[] }> {
  const answer = await tensorAnswer(
    infer,
    { ...request, task: 'embedding', input: { kind: 'texts', texts } },
    response,
  );
  const rows = rowsOf(answer.outputs[0]);
  if (rows.length !== texts.length)
    throw new LlmchainError('not_verified', 'The worker gave another number of vectors than texts. Ask again.');
  if (rows.some((row) => row.some((value) => !Number.isFinite(value))))
    throw new LlmchainError('not_verified', 'The worker gave what is not a number. Ask again.');
  return { ...answer, rows };
}

/** What an answer to texts says of their number, as OpenAI's API does: nothing is generated. */
export function usageOf({ receipt }: TensorAnswer): { prompt_tokens: number; total_tokens: number } {
  const { promptTokens } = receipt.body;
  return { prompt_tokens: promptTokens, total_tokens: promptTokens };
}
