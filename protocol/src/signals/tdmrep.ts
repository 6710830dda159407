import { sha256Hex } from '../crypto/hash';
import { LlmchainError } from '../errors/error';
import { strictestOf } from '../consent/preference';
import type { Permission, Preference, Signal } from '../records/work';

/** Text and data mining, of which the training of models is one kind. */
function mining(permission: Permission): Preference {
  return { training: permission, generative_training: permission, mining: permission };
}

/**
 * What a TDM Reservation Protocol statement says (W3C Community Group Report, 2024): one object or the list of a
 * `tdmrep.json`. `tdm-reservation` 1 reserves the rights, with a `tdm-policy` under conditions; 0 does not. Any other value
 * reserves; of several entries the strictest counts.
 * @throws {LlmchainError} `invalid_argument` for what is not such JSON
 */
export function tdmrepSignal(text: string): Signal {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const entries = (Array.isArray(value) ? value : [value]) as unknown[];
  if (entries.length === 0 || !entries.every((entry) => typeof entry === 'object' && entry !== null)) {
    throw new LlmchainError('invalid_argument', 'The TDMRep statement is not a JSON object or a list of them.', {
      issues: [{ pointer: '/signals/tdmrep', message: 'must be JSON of TDMRep' }],
    });
  }
  return { source: 'tdmrep', digest: sha256Hex(text), preference: strictestOf(entries.map(preferenceOf)) };
}

function preferenceOf(entry: unknown): Preference {
  const { 'tdm-reservation': reservation, 'tdm-policy': policy } = entry as Record<string, unknown>;
  if (reservation === 0 || reservation === '0') return mining('allowed');
  const reserved = reservation === 1 || reservation === '1';
  return mining(reserved && typeof policy === 'string' && /^https?:\/\//.test(policy) ? 'constrained' : 'not_allowed');
}
