import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { LlmchainError } from '@llmchain/protocol';
import { importBert, type ImportedTask } from './models/import-bert';
import { importGguf } from './models/import-gguf';
import { importImage } from './models/import-image';
import { graphIn, importOptimum } from './models/import-optimum';
import { importSklearn, SKLEARN_FILES } from './models/import-sklearn';
import { importTabular } from './models/tabular/import-tabular';

const INT8 = { bits: 8, compute: 'int8' } as const;

/**
 * `import-main.js SOURCE FOLDER [--weights fp32|int8] [--label LABEL]`: a GGUF file, a classifier of images in
 * ONNX, a table to train on, or a folder of sentence-transformers, of an encoder that Optimum exported or with a classifier
 * of scikit-learn; of all but the first a line of JSON tells what a version has to say. A failure is one line of JSON on standard output.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { weights: { type: 'string' }, label: { type: 'string', default: 'flagged' } },
    allowPositionals: true,
  });
  const [file, folder] = positionals;
  try {
    if (file === undefined || folder === undefined) {
      throw new LlmchainError('invalid_argument', 'Name the GGUF file or the folder to read, and the folder to write.');
    }
    const isGraph = file.endsWith('.onnx');
    const isTable = file.endsWith('.csv');
    if (isGraph || isTable || statSync(file).isDirectory()) {
      if (values.weights === 'int8') {
        throw new LlmchainError('not_supported', 'Encoders and classifiers are imported in single precision.');
      }
      const imported = await (isTable ? importTabular(file, folder) : importGraph(file, folder, values.label));
      process.stdout.write(`${JSON.stringify(imported)}\n`);
    } else await importGguf(file, folder, values.weights === 'int8' ? { quantisation: INT8 } : {});
  } catch (error) {
    const failure =
      error instanceof LlmchainError
        ? error
        : new LlmchainError('internal', 'The import failed.', {}, { cause: error });
    process.stdout.write(`${JSON.stringify(failure)}\n`);
    process.exitCode = 1;
  }
}

/** A file with a graph, or a folder of an encoder or a classifier. */
function importGraph(source: string, folder: string, label: string): Promise<ImportedTask> {
  const has = (name: string): boolean => existsSync(path.join(source, name));
  if (source.endsWith('.onnx')) return importImage(source, folder, label);
  if (SKLEARN_FILES.every(has)) return importSklearn(source, folder, label);
  // Where a folder has both, its own weights count.
  const exported = graphIn(source) !== undefined && !has('model.safetensors');
  return exported ? importOptimum(source, folder) : importBert(source, folder);
}

void main();
