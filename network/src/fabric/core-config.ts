import path from 'node:path';
import { NetworkError } from '../errors';

/** Folder of the external builder: `bin/detect`, `bin/build`, `bin/release`. */
const BUILDER_FOLDER = path.resolve(__dirname, '../../builder');

/** Names, for the builder, the file that tells a peer where its chaincode server answers. */
export const CONNECTION_VARIABLE = 'LLMCHAIN_CHAINCODE_CONNECTION';

/** Fabric's own log format without colours, which are noise in a file. */
export const LOG_FORMAT = '%{time:2006-01-02 15:04:05.000 MST} %{level:.4s} [%{module}] %{shortfunc} -> %{message}';

/**
 * `core.yaml` from Fabric's sample: no Docker, and our external builder instead of the sample's.
 * What differs between peers is in each one's environment.
 * @throws {NetworkError} `not_supported` where the sample has not the expected form
 */
export function renderCoreConfig(sample: string, builder: string = BUILDER_FOLDER): string {
  // Without the empty endpoint in the file itself the peer registers a health check on Docker, which then fails.
  const withoutDocker = replaceOnce(sample, /^( +)endpoint: unix:\/\/\/var\/run\/docker\.sock$/m, '$1endpoint: ""');
  return replaceOnce(
    withoutDocker,
    /^( +)- name: ccaas_builder\n +path: .*\n +propagateEnvironment:\n +- CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG$/m,
    `$1- name: llmchain\n$1  path: ${JSON.stringify(builder)}\n$1  propagateEnvironment:\n$1    - ${CONNECTION_VARIABLE}`,
  );
}

function replaceOnce(text: string, pattern: RegExp, replacement: string): string {
  if (!pattern.test(text))
    throw new NetworkError(
      'not_supported',
      `Fabric's sample core.yaml has no ${pattern.source}: use a release of the 3.1 line`,
    );
  return text.replace(pattern, replacement);
}
