import { createHash } from 'node:crypto';
import type { Document } from '../document';
import { ItemMetadata, type IngestParameters } from '../parameters';
import { SharedEdges, stripLicence, stripPages } from './boilerplate';
import { decodeText } from './charset';
import { languageOf } from './language';
import { repairMojibake } from './mojibake';
import type { NearDuplicates } from './near';
import { normaliseText } from './normalise';
import { scanPii } from './pii';
import { qualityRefusal } from './quality';
import { Tally, type StepCounts } from './tally';

/** A document that came through: its content as it is kept, and what is known of it. */
export interface Cleaned {
  digest: string;
  content: Buffer;
  work: string;
  licence?: string | undefined;
  spdx: string;
  medium: 'text' | 'image';
  /** ISO 639-3; `zxx` for what is no language, `und` where it is not clear. */
  language: string;
}

/** What was left out, by which step and why. `digest` is that of the content as it came. */
export interface Dropped {
  digest: string;
  step: string;
  reason: string;
}

const STEPS = [
  'work',
  'charset',
  'mojibake',
  'normalise',
  'boilerplate',
  'pii',
  'exact_duplicate',
  'language',
  'quality',
  'near_duplicate',
] as const;
type Step = (typeof STEPS)[number];

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A text on its way through the steps, or why it is left out. */
type Passing = string | { step: Step; reason: string };

/** Cleans documents one after another: each step is a pure function or a bounded memory of what came before. */
export class Cleaner {
  readonly #parameters: IngestParameters;
  readonly #near: NearDuplicates;
  readonly #tallies: ReadonlyMap<Step, Tally> = new Map(STEPS.map((step) => [step, new Tally(step)]));
  readonly #edges = new SharedEdges();
  readonly #digests = new Set<string>();

  constructor(parameters: IngestParameters, dependencies: { near: NearDuplicates }) {
    this.#parameters = parameters;
    this.#near = dependencies.near;
  }

  /** What each step did so far, in their order. */
  steps(): StepCounts[] {
    return [...this.#tallies.values()].map((tally) => tally.counts());
  }

  /** The document as it is kept, or why it is not. Exactly one step leaves a document out. */
  clean(document: Document): Cleaned | Dropped {
    const drop = (step: Step, reason: string): Dropped => {
      this.#tally(step).drop(reason);
      return { digest: sha256(document.content), step, reason };
    };
    const work = this.#tally('work');
    work.see();
    const { work: id, licence, spdx = this.#parameters.spdx, contributor } = document.metadata;
    if (id === undefined) return drop('work', 'no_work');
    const fields = ItemMetadata.safeParse({ work: id, licence, spdx, contributor });
    if (!fields.success) return drop('work', `bad_${String(fields.error.issues[0]?.path[0] ?? 'work')}`);
    const rights = { work: fields.data.work, licence: fields.data.licence, spdx: fields.data.spdx };
    if (document.medium === 'image') {
      const { content } = document;
      const digest = sha256(content);
      if (this.#isRepeated(digest)) return drop('exact_duplicate', 'same_content');
      return { digest, content, ...rights, medium: 'image', language: 'zxx' };
    }
    const mended = this.#mended(document.content);
    const safe = typeof mended === 'string' ? this.#withoutPii(mended) : mended;
    if (typeof safe !== 'string') return drop(safe.step, safe.reason);
    const content = Buffer.from(safe, 'utf8');
    const digest = sha256(content);
    if (this.#isRepeated(digest)) return drop('exact_duplicate', 'same_text');
    const language = this.#worthwhile(safe);
    if (typeof language !== 'string') return drop(language.step, language.reason);
    return { digest, content, ...rights, medium: 'text', language };
  }

  #tally(step: Step): Tally {
    return this.#tallies.get(step)!;
  }

  /** The text in its one form, without what is not part of it. */
  #mended(content: Buffer): Passing {
    const charset = this.#tally('charset');
    charset.see();
    const decoded = decodeText(content);
    if (!decoded) return { step: 'charset', reason: 'not_text' };
    if (decoded.charset === 'utf-8') charset.note('utf-8');
    else charset.change(decoded.charset);
    const repaired = this.#change('mojibake', decoded.text, repairMojibake, 'repaired');
    const normal = this.#change('normalise', repaired, normaliseText, 'normalised');
    const bare = this.#change('boilerplate', normal, (text) => stripPages(stripLicence(text)), 'blocks');
    const text = this.#edges.strip(bare);
    if (text !== bare) this.#tally('boilerplate').change('shared_lines');
    return text === '' ? { step: 'normalise', reason: 'empty' } : text;
  }

  #change(step: Step, text: string, map: (text: string) => string, reason: string): string {
    const tally = this.#tally(step);
    tally.see();
    const changed = map(text);
    if (changed !== text) tally.change(reason);
    return changed;
  }

  #withoutPii(text: string): Passing {
    const tally = this.#tally('pii');
    tally.see();
    const { masked, found } = scanPii(text);
    if (found.size === 0) return text;
    const { pii } = this.#parameters;
    if (pii === 'drop') return { step: 'pii', reason: [...found.keys()][0]! };
    const [first, ...others] = [...found];
    tally.change(...first!);
    for (const other of others) tally.note(...other);
    return pii === 'mask' ? masked : text;
  }

  #isRepeated(digest: string): boolean {
    this.#tally('exact_duplicate').see();
    if (this.#digests.has(digest)) return true;
    this.#digests.add(digest);
    return false;
  }

  /** The text's language, when it is worth training on and nothing like it came before. */
  #worthwhile(text: string): Passing {
    const { languages, quality, similarity, fewestWords, mostWords } = this.#parameters;
    this.#tally('language').see();
    const language = languageOf(text);
    if (languages && !languages.includes(language)) return { step: 'language', reason: language };
    this.#tally('quality').see();
    const reason = qualityRefusal(text, language, { fewestWords, mostWords, rules: quality });
    if (reason !== undefined) return { step: 'quality', reason: reason };
    this.#tally('near_duplicate').see();
    if (similarity <= 1_000 && this.#near.has(text)) return { step: 'near_duplicate', reason: 'similar_text' };
    return language;
  }
}
