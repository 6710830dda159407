import { availableParallelism } from 'node:os';
import { importedSmollm2, smollm2File } from '@llmchain/cli/dist/models/smollm2';
import { LlmchainError } from '@llmchain/protocol';
import { LinePeer } from './line-peer';
import { npmPeer } from './npm-packages';
import { Python } from './python';

/** Answers that are asked for at once. */
export interface Asked {
  prompt: string;
  /** The prompt's tokens, for peers without a tokenizer. */
  ids: readonly number[];
  requests: number;
  /** Of each answer. */
  tokens: number;
}

/** llama.cpp by its Node.js binding, whose package carries the library, on the file that SmolLM2 comes as (Q4_1). */
async function llamaCpp(): Promise<LinePeer> {
  const { script, packages } = await npmPeer('llama-cpp', { withoutOptional: true });
  return new LinePeer('llama.cpp', [process.execPath, script, packages, await smollm2File()]);
}

/** transformers.js on the folder that workers load, in single precision. */
async function transformersJs(): Promise<LinePeer> {
  const { script, packages } = await npmPeer('transformers-js');
  return new LinePeer('transformers.js', [process.execPath, script, packages, await importedSmollm2('fp32')]);
}

/** Python's onnxruntime on the folder that workers load, in single precision. */
async function pythonOnnxruntime(): Promise<LinePeer> {
  const python = await Python.with('onnxruntime.txt');
  const { command, env } = python.program('onnxruntime_decode.py');
  const args = [await importedSmollm2('fp32'), String(availableParallelism())];
  return new LinePeer('Python onnxruntime', [...command, ...args], env);
}

const PEERS = [
  ['llama.cpp', llamaCpp],
  ['transformers.js', transformersJs],
  ['Python onnxruntime', pythonOnnxruntime],
] as const;

/**
 * The other programs, each in a process of its own, which is asked {@link Asked}. One whose packages cannot be had here is
 * left out, but for llama.cpp, which the goals name.
 * @param say told why a peer is left out
 * @throws {LlmchainError} `unavailable` without llama.cpp
 */
export async function decodePeers(say: (text: string) => void): Promise<Map<string, LinePeer>> {
  const peers = new Map<string, LinePeer>();
  for (const [name, open] of PEERS) {
    try {
      peers.set(name, await open());
    } catch (error) {
      const missing = error instanceof LlmchainError && error.code === 'unavailable' && peers.size > 0;
      if (!missing) throw error;
      say(`no ${name} arm: ${error.message}`);
    }
  }
  return peers;
}
