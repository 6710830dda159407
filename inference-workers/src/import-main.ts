import { parseArgs } from 'node:util';
import { LlmchainError } from '@llmchain/protocol';
import { importGguf } from './models/import-gguf';

const INT8 = { bits: 8, compute: 'int8' } as const;

/** `import-main.js FILE FOLDER [--weights fp32|int8]`; a failure is one line of JSON on standard output. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { weights: { type: 'string' } }, allowPositionals: true });
  const [file, folder] = positionals;
  try {
    if (file === undefined || folder === undefined) {
      throw new LlmchainError('invalid_argument', 'Name the GGUF file and the folder to write.');
    }
    await importGguf(file, folder, values.weights === 'int8' ? { quantisation: INT8 } : {});
  } catch (error) {
    const failure =
      error instanceof LlmchainError
        ? error
        : new LlmchainError('internal', 'The import failed.', {}, { cause: error });
    process.stdout.write(`${JSON.stringify(failure)}\n`);
    process.exitCode = 1;
  }
}

void main();
