import { canonicalJson } from '@llmchain/protocol';
import { demand } from '../refusal';
import { EvidenceBundle } from './schema';

/** The file: canonical JSON (RFC 8785) and a line feed. */
export function bundleText(bundle: EvidenceBundle): string {
  return `${canonicalJson(bundle)}\n`;
}

/**
 * Reads a file strictly: what {@link bundleText} would not have written, byte for byte, is refused.
 * @throws {Error} with the reason
 */
export function readBundle(text: string): EvidenceBundle {
  const result = EvidenceBundle.safeParse(jsonOf(text));
  const issue = result.error?.issues[0];
  demand(result.success, `at /${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'not a bundle'}`);
  demand(bundleText(result.data) === text, 'the file is not in its canonical form');
  return result.data;
}

function jsonOf(text: string): unknown {
  demand(text !== '', 'the file is empty');
  try {
    return JSON.parse(text);
  } catch (error) {
    const cut = text.startsWith('{') && !text.endsWith('}\n');
    demand(!cut, 'the file ends in the middle of a bundle: it was cut short, get it again');
    throw error;
  }
}
