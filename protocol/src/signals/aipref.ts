import { sha256Hex } from '../crypto/hash';
import { LlmchainError } from '../errors/error';
import { strictestOf } from '../consent/preference';
import { USES, type Preference, type Signal, type Use } from '../records/work';

/** Which uses a category speaks of (draft-ietf-aipref-vocab and its earlier drafts); `search` is none of them. */
const CATEGORIES = new Map<string, readonly Use[]>([
  ['bots', USES],
  ['all', USES],
  ['tdm', ['training', 'generative_training', 'mining']],
  ['train-ai', ['training', 'generative_training']],
  ['train-genai', ['generative_training']],
  ['ai-use', ['inference']],
  ['ai-input', ['inference']],
  ['search', []],
]);
const LINE = /^[ \t]*content-usage[ \t]*:[ \t]*(.*)$/gim;
const PATH = /^\/\S*[ \t]+/;

/**
 * What `Content-Usage` lines say, of a response's headers or of a robots.txt, with or without a path
 * (draft-ietf-aipref-attach). Whatever is not `y` is read as `n`, a category that is not known as all uses; of several
 * statements about a use the strictest counts.
 * @throws {LlmchainError} `invalid_argument` when there is no such line
 */
export function aiprefSignal(text: string): Signal {
  const lines = [...text.matchAll(LINE)].map(([, value = '']) => value.replace(PATH, ''));
  const statements = lines.flatMap((line) => line.split(',')).map((statement) => statement.trim());
  if (lines.length === 0) {
    throw new LlmchainError(
      'invalid_argument',
      'There is no Content-Usage line, such as "Content-Usage: train-ai=n".',
      {
        issues: [{ pointer: '/signals/aipref', message: 'must hold a Content-Usage line' }],
      },
    );
  }
  return { source: 'aipref', digest: sha256Hex(text), preference: strictestOf(statements.map(preferenceOf)) };
}

function preferenceOf(statement: string): Preference {
  const [category = '', value] = statement.split(';')[0]!.split('=', 2);
  const uses = CATEGORIES.get(category.trim()) ?? USES;
  const permission = value?.trim() === 'y' ? 'allowed' : 'not_allowed';
  return Object.fromEntries(uses.map((use) => [use, permission]));
}
