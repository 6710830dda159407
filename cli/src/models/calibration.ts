import { readFile } from 'node:fs/promises';
import { decodeJson, LlmchainError, Verification } from '@llmchain/protocol';
import { z } from 'zod';
import { WEIGHTS, type Weights } from './folder';

/** What `model calibrate --json` prints, as far as a registration takes it. */
const Figures = z.looseObject({ precision: z.enum(WEIGHTS), verification: Verification });

/**
 * The figures of a calibration, for a version with such weights.
 * @throws {LlmchainError} `not_found` without the file; `invalid_argument` when it is no calibration, or one of other weights
 */
export async function figuresFor(file: string, weights: Weights): Promise<Verification> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new LlmchainError('not_found', `There is no file ${file}. Check its path.`, { file }, { cause });
  });
  const { precision, verification } = decodeJson(Figures, text, file);
  if (precision === weights) return verification;
  throw new LlmchainError(
    'invalid_argument',
    `${file} is the calibration of a folder in ${precision}, and the weights are ${weights}. Calibrate the folder that is registered.`,
    { precision, weights },
  );
}
