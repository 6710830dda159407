import { manifestDigest, sealedSize, sha256Hex, UNDISCLOSED, type External, type ModelEntry } from '@llmchain/protocol';

/** What a version says of itself that was trained elsewhere. */
export const FOREIGN: External = {
  source: 'pkg:pypi/foreign-model@1.0',
  upstream: sha256Hex('foreign.gguf'),
  licence: 'Apache-2.0',
  trainingData: UNDISCLOSED,
  conversion: { importer: 'gguf', weights: 'fp32' },
};

/** An entry for a version from outside, `foreign@1` unless it is said otherwise. */
export function foreignEntry(change: Partial<ModelEntry> = {}): ModelEntry {
  const digest = sha256Hex('foreign weights');
  const files = [{ path: 'onnx/model.onnx', sha256: digest, bytes: 1 }];
  return {
    model: 'foreign',
    version: 1,
    title: 'Trained elsewhere',
    external: FOREIGN,
    modelParamsAddress: `sha256/${digest}`,
    manifest: manifestDigest(files),
    files,
    format: 'onnx',
    precision: 'fp32',
    contextTokens: 256,
    prices: { request: 100, promptToken: 1, completionToken: 10 },
    verification: { marginMicro: 1000, sampleRate: 10_000 },
    ...change,
  };
}

/** As {@link foreignEntry}, with its file sealed. */
export function sealedEntry(change: Partial<ModelEntry> = {}): ModelEntry {
  const entry = foreignEntry();
  const files = entry.files.map((file) => ({
    ...file,
    sealed: { sha256: sha256Hex('sealed weights'), bytes: sealedSize(file.bytes) },
  }));
  return { ...entry, files, ...change };
}
