import { ordinal } from '@llmchain/protocol';
import type { Holding, Holdings } from '../ports/holdings';
import type { IndexRecords } from '../ports/index-records';
import type { Log } from '../ports/log';
import type { ObjectStore, Spool } from '../ports/object-store';
import { AnnotationLayers } from './annotation-layers';
import { contentKey } from './content-key';

interface Ports {
  store: ObjectStore;
  spool: Spool;
  index: IndexRecords;
  holdings: Holdings;
  log: Log;
}

/** What became of the pieces of a work. */
export interface Destruction {
  /** Whether there ever was one here. */
  held: boolean;
  /** Pieces that were taken from the work and went with it: items of datasets, layers that spoke of them. */
  derived: number;
}

/**
 * Destroys everything of a work that this member's bucket holds: its content, items of datasets that were taken from it, and
 * what annotations say of them. What is registered as a work of its own is left to its owner. Each piece is noted before it
 * is destroyed, so that a gateway that is killed goes on where it was, and loses count of nothing.
 */
export class DestroyCopies {
  readonly #own: string;
  readonly #ports: Ports;
  readonly #layers: AnnotationLayers;

  constructor(options: { own: string }, ports: Ports) {
    this.#own = options.own;
    this.#ports = ports;
    this.#layers = new AnnotationLayers({}, ports);
  }

  /** The pieces that are here now, all of them noted. @param work SHA-256 */
  async held(work: string): Promise<Holding[]> {
    const { store, index, holdings } = this.#ports;
    const pages = (await index.records.pagesWith(work)).filter(({ owner }) => owner.member === this.#own);
    const taken = pages.flatMap(({ items }) => items.filter((item) => item.work === work));
    const layers = new Set<string>();
    for (const version of new Set(pages.map((page) => `${page.dataset}/${ordinal(page.version)}`))) {
      const sealed = (await index.records.current('dataset-version', [version])).get(version);
      for (const layer of sealed?.annotations ?? []) layers.add((await holdings.standing(layer)) ?? layer);
    }
    const known = await holdings.of(work);
    const pieces = new Map<string, Holding>();
    const add = (content: string, kind: Holding['kind']): void => void pieces.set(content, { work, content, kind });
    for (const layer of layers) add(layer, 'layer');
    for (const { digest } of taken) add(digest, 'item');
    for (const { content, kind } of known) add(content, kind);
    add(work, 'copy');
    const here: Holding[] = [];
    const works = await index.records.current('work', [...pieces.keys()]);
    for (const piece of pieces.values()) {
      const left = piece.kind === 'item' && works.has(piece.content);
      const underWay = known.some(({ content, destroyed }) => content === piece.content && !destroyed);
      if (!left && (underWay || (await store.size(contentKey(piece.content))) !== undefined)) here.push(piece);
    }
    await holdings.note(here);
    return here;
  }

  /** @param pieces as {@link held} gives them */
  async run(work: string, pieces: readonly Holding[]): Promise<Destruction> {
    const { store, holdings, log } = this.#ports;
    const all = await holdings.of(work);
    const items = new Set(all.filter(({ kind }) => kind === 'item').map(({ content }) => content)).add(work);
    for (const piece of pieces.filter(({ kind }) => kind === 'layer')) await this.#mend(piece, items);
    for (const piece of pieces) {
      const { content, kind } = piece;
      if (kind === 'layer') continue;
      await store.remove(contentKey(content));
      await holdings.destroyed(piece);
      log.info({ work, content, kind }, 'what was held of an erased work was destroyed');
    }
    const gone = (await holdings.of(work)).filter(({ destroyed }) => destroyed);
    return { held: gone.length > 0, derived: gone.filter(({ kind }) => kind !== 'copy').length };
  }

  /** Puts a layer without its lines on these items in its place. */
  async #mend(piece: Holding, items: ReadonlySet<string>): Promise<void> {
    const { store, holdings } = this.#ports;
    const layer = piece.content;
    const there = (await store.size(contentKey(layer))) !== undefined;
    const left = there ? await this.#layers.filtered(layer, (item) => !items.has(item)) : undefined;
    if (left === layer) return holdings.forget(piece);
    // The replacement is known before the layer goes: nobody may look for it in vain.
    await holdings.destroyed(piece, left);
    await store.remove(contentKey(layer));
  }
}
