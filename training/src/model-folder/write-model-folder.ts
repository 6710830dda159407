import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type GptConfig, huggingFaceConfig, inferenceGraph, namedParameters } from '@llmchain/onnx-graph';
import { sha256Hex } from '../digest';
import { STOP_TOKEN, tokenizerConfig, tokenizerJson } from '../tokenizer/byte-tokenizer';

/** One file of a model version's manifest. */
export interface ModelFile {
  /** Relative to the folder, with forward slashes. */
  readonly path: string;
  /** SHA-256 of its content, hexadecimal. */
  readonly sha256: string;
  /** Its length. */
  readonly bytes: number;
}

/**
 * Writes a byte-level model in the Hugging Face ONNX layout: `config.json`, `generation_config.json`, `tokenizer.json`,
 * `tokenizer_config.json`, `onnx/model.onnx`. The same parameters give the same bytes.
 * @param folder made when missing; files of these names are replaced
 * @param params the flat parameter vector
 * @returns what was written, sorted by path
 */
export async function writeModelFolder(folder: string, config: GptConfig, params: Float32Array): Promise<ModelFile[]> {
  const contents: Record<string, Uint8Array> = {
    'config.json': json(huggingFaceConfig(config, { stop: STOP_TOKEN })),
    'generation_config.json': json({
      bos_token_id: STOP_TOKEN,
      do_sample: true,
      eos_token_id: STOP_TOKEN,
      pad_token_id: STOP_TOKEN,
      temperature: 0.8,
    }),
    'onnx/model.onnx': inferenceGraph(config, namedParameters(config, params)).graph,
    'tokenizer.json': json(tokenizerJson()),
    'tokenizer_config.json': json(tokenizerConfig(config.context)),
  };
  return Promise.all(
    Object.entries(contents).map(async ([path, content]) => {
      const target = join(folder, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
      return { path, sha256: sha256Hex(content), bytes: content.length };
    }),
  );
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}
