import { readFile } from 'node:fs/promises';
import { decodeJson, LlmchainError, Verification, type Task } from '@llmchain/protocol';
import { z } from 'zod';
import { WEIGHTS, type Weights } from './folder';
import { SMOLLM2 } from './smollm2';

/** What `model calibrate --json` prints, as far as a registration takes it. */
const Figures = z.looseObject({ precision: z.enum(WEIGHTS), verification: Verification });

/** What a person says of how answers are verified. */
export interface Checked {
  /** File with what `model calibrate --json` printed. */
  calibration?: string;
  weights: Weights;
  /** Millionths of a logit. */
  margin?: number;
  /** Basis points. */
  sampleRate: number;
}

/** Vectors and scores are computed again as a whole: rivals' sums differ in their order, by far less than this. */
const RERUN = { cosineMicro: 5, maxAbsMicro: 50 };

/**
 * How a version's answers are verified: by the figures of a calibration; without one text in single precision by a margin, and
 * tensors by computing them again.
 * @param task undefined for a model that generates text
 * @throws {LlmchainError} `invalid_argument` without the calibration that eight bits need, or with figures that tensors do not
 * take; as {@link figuresFor}
 */
export async function verificationOf(
  task: Task | undefined,
  { calibration, weights, margin, sampleRate }: Checked,
): Promise<Verification> {
  if (task !== undefined && task !== 'text_generation') {
    if (calibration === undefined && margin === undefined) return { marginMicro: 0, sampleRate, rerun: RERUN };
    throw new LlmchainError(
      'invalid_argument',
      'Answers that are tensors are computed again as a whole: leave --calibration and --margin out.',
      { task },
    );
  }
  if (calibration !== undefined) return figuresFor(calibration, weights);
  if (weights === 'fp32') return { marginMicro: margin ?? SMOLLM2.verification.marginMicro, sampleRate };
  throw new LlmchainError(
    'invalid_argument',
    `Weights in ${weights} are verified by a distribution that was measured. Run "llmchain model calibrate FOLDER --json" and give what it prints with --calibration.`,
    { weights },
  );
}

/** @throws {LlmchainError} `not_found` without the file; `invalid_argument` when it is no calibration, or one of other weights */
async function figuresFor(file: string, weights: Weights): Promise<Verification> {
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
