import { canonicalJson, Digest, Id, Millis, Pseudonym } from '@llmchain/protocol';
import { z } from 'zod';

/** What somebody says of an item, apart from the item: who, what of it, what and when. A layer is a JSONL file of these. */
export const Annotation = z.strictObject({
  item: Digest,
  /** What of the item it speaks of, such as `caption`, `translation-de` or `sentiment`; the same in a whole layer. */
  aspect: Id,
  label: z.string().min(1).max(10_000),
  author: Pseudonym,
  time: Millis,
});
export type Annotation = z.infer<typeof Annotation>;

/** The line of a layer's file, without its line feed: canonical, so that the same layer has the same digest. */
export function annotationLine(annotation: Annotation): string {
  return canonicalJson(annotation);
}
