import { readFile } from 'node:fs/promises';
import { decodeJson, External, LlmchainError, ModelEntry, UNDISCLOSED } from '@llmchain/protocol';
import { z } from 'zod';
import type { Weights } from './folder';

/** What `model import --json` prints, as far as a registration takes it. */
const { task, signature, contextTokens } = ModelEntry.shape;
const Imported = z.looseObject({
  task,
  signature,
  contextTokens: contextTokens.optional(),
  external: External.optional(),
});
export type Imported = z.infer<typeof Imported>;

/** @throws {LlmchainError} `not_found` without the file; `invalid_argument` when no import printed it */
export async function importedBy(file: string): Promise<Imported> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new LlmchainError('not_found', `There is no file ${file}. Check its path.`, { file }, { cause });
  });
  return decodeJson(Imported, text, file);
}

/** What a person says of where a model comes from. */
export interface Told {
  source?: string;
  upstream?: string;
  licence?: string;
  trainingData?: string;
  importer?: string;
  weights: Weights;
}

/**
 * Where a model comes from: as the import says it, but for what a person says otherwise.
 * @throws {LlmchainError} `invalid_argument` when neither says what has to be said
 */
export function originOf(imported: Imported, { weights, importer, ...told }: Told): External {
  const known = imported.external;
  const conversion = importer === undefined ? known?.conversion : { importer, weights };
  const { source = known?.source, upstream = known?.upstream, licence = known?.licence } = told;
  if (source === undefined || upstream === undefined || licence === undefined)
    throw new LlmchainError(
      'invalid_argument',
      'Say where the model comes from: --source, --upstream and --licence, or --imported with what the import of a model by its name printed.',
      {},
    );
  const trainingData = told.trainingData ?? known?.trainingData ?? UNDISCLOSED;
  return { source, upstream, licence, trainingData, ...(conversion ? { conversion } : {}) };
}
