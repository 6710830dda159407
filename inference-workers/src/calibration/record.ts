import { readFile } from 'node:fs/promises';
import { ActivationFingerprint, decodeJson, Digest, LlmchainError, Precision } from '@llmchain/protocol';
import { z } from 'zod';

/** Names a kind of machine: its processor, as a rule. */
export const MachineName = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]+$/u, 'must be one line of text');

const Amount = z.number().min(0).max(1e9);

/** An honest answer, and the scores that its tokens had where it was computed; logits. */
const RecordedAnswer = z.strictObject({
  text: z.string().max(100_000),
  seed: Digest,
  temperatureMilli: z.number().int().min(0).max(10_000),
  tokens: z.array(z.number().int().min(0)).max(100_000),
  scores: z.array(z.number().min(-1e9).max(1e9)).max(100_000),
  fingerprints: z.array(ActivationFingerprint).max(100_000).optional(),
});
export type RecordedAnswer = z.infer<typeof RecordedAnswer>;

/** What a verifier saw of an honest answer; logits. */
const Observation = z.strictObject({
  /** Machines that computed it and that computed it again. */
  worker: MachineName,
  verifier: MachineName,
  shortfalls: z.array(Amount).max(100_000),
  /** Differences between a token's score there and here: the largest, and the sum of their squares. */
  noise: Amount,
  squares: z.number().min(0).max(1e24),
  deviations: z
    .array(
      z.strictObject({
        values: z.number().int().min(1).max(100_000),
        mismatches: z.number().int().min(0).max(100_000),
        mantissa: z.number().min(0).max(127),
      }),
    )
    .max(100_000),
});
export type Observation = z.infer<typeof Observation>;

/** What one machine computed and saw in a calibration, for others to go on from. */
export const CalibrationRecord = z.strictObject({
  schema: z.literal('calibration-record/1'),
  /** Digest of the folder's files. */
  manifest: Digest,
  precision: Precision,
  machine: MachineName,
  answers: z.array(RecordedAnswer).max(1_000_000),
  observations: z.array(Observation).max(1_000_000),
});
export type CalibrationRecord = z.infer<typeof CalibrationRecord>;

/**
 * Reads what `model calibrate --record` wrote, elsewhere as a rule.
 * @throws {LlmchainError} `not_found` without the file; `invalid_argument` when it is no record, or one of another model
 */
export async function readRecord(
  file: string,
  model: Pick<CalibrationRecord, 'manifest' | 'precision'>,
): Promise<CalibrationRecord> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new LlmchainError('not_found', `There is no file ${file}. Check its path.`, { file }, { cause });
  });
  const record = decodeJson(CalibrationRecord, text, file);
  if (record.manifest === model.manifest && record.precision === model.precision) return record;
  throw new LlmchainError(
    'invalid_argument',
    `${file} is a record of other files than this folder's. Every machine has to calibrate a copy of the same folder.`,
    { file, recorded: record.manifest, folder: model.manifest },
  );
}
