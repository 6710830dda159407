import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of golden vectors: what every implementation of the protocol must give, byte for byte. */
export function readVectors(name: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, '../../protocol/vectors', `${name}.json`), 'utf8'));
}
