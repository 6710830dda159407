import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Where a graph's weights lie beside it: a folder from which the runtime reads them itself, or their bytes by name. */
export type Weights = { folder: string } | { data: { path: string; data: Uint8Array }[] };

/** The files of a model by their names, whether they lie in clear or sealed. */
export interface ModelFiles {
  /** All of a file. @throws {LlmchainError} `digest_mismatch` for a sealed one that does not open */
  read(name: string): Promise<Buffer>;
  /** What a graph may refer to as external data. @param graph its name */
  weightsOf(graph: string): Promise<Weights>;
}

/** A folder whose files lie in clear. */
export function clearFolder(folder: string): ModelFiles {
  return {
    read: (name) => readFile(path.join(folder, name)),
    weightsOf: (graph) => Promise.resolve({ folder: path.dirname(path.join(folder, graph)) }),
  };
}
