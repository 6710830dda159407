import { Readable } from 'node:stream';
import { Annotation, annotationLine } from '@llmchain/ingestion';
import type { ObjectStore, Spool } from '../ports/object-store';
import { layerLines } from './annotation-lines';
import { CONTENT_LIMIT } from './content';
import { contentKey } from './content-key';

/** Layers of annotations in the member's bucket: JSON lines, each on one item. */
export class AnnotationLayers {
  readonly #ports: { store: ObjectStore; spool: Spool };

  constructor(_options: object, ports: { store: ObjectStore; spool: Spool }) {
    this.#ports = ports;
  }

  /**
   * Puts a layer without some of its lines beside it.
   * @param digest of the layer
   * @param keeps whether what is said of an item stays
   * @returns the digest of what is left: the same when all of it is, undefined when nothing is
   * @throws {LlmchainError} `not_found`; `invalid_argument` for what is no layer
   */
  async filtered(digest: string, keeps: (item: string) => boolean): Promise<string | undefined> {
    const { store, spool } = this.#ports;
    const lines = this.#lines(digest, keeps);
    const spooled = await spool.take(Readable.from(lines, { objectMode: false }), CONTENT_LIMIT);
    try {
      if (spooled.bytes === 0) return undefined;
      if (spooled.digest !== digest) await store.putStream(contentKey(spooled.digest), spooled.open(), spooled.bytes);
      return spooled.digest;
    } finally {
      await spooled.dispose();
    }
  }

  /** What a layer says, line by line. @throws as {@link filtered} */
  async *lines(digest: string): AsyncGenerator<{ line: number; value: Annotation }> {
    yield* layerLines(await this.#ports.store.stream(contentKey(digest)), Annotation);
  }

  async *#lines(digest: string, keeps: (item: string) => boolean): AsyncGenerator<string> {
    for await (const { value } of this.lines(digest)) if (keeps(value.item)) yield `${annotationLine(value)}\n`;
  }
}
