import { LlmchainError, type ModelVersion } from '@llmchain/protocol';

/** Digest of one of a version's files. @throws {LlmchainError} `not_supported` when it has none of the name */
export function digestOfFile(version: ModelVersion, file: string): string {
  const found = version.files.find((entry) => entry.path === file);
  if (found) return found.sha256;
  throw new LlmchainError(
    'not_supported',
    `${version.model}@${version.version} has no ${file}. Register a version with the whole folder.`,
    { model: version.model, version: version.version, file },
  );
}
