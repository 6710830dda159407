import { canonicalJson, DatasetItem, decodeJson, LlmchainError } from '@llmchain/protocol';
import type { IngestedItem } from '@llmchain/ingestion';
import type { ObjectStore } from '../ports/object-store';
import { linesOf } from './lines';

/** A line of a manifest: an item as its version will hold it, in canonical JSON. */
export function manifestLine(item: IngestedItem): string {
  const { digest, work, licence, spdx, content, tokens } = item;
  return `${canonicalJson({ digest, work, ...(licence ? { licence } : {}), spdx, bytes: content.length, tokens })}\n`;
}

/**
 * The items of manifests in the member's bucket; an item that stands in several of them counts once.
 * @throws {LlmchainError} `not_found`; `too_large` above `most` items; `invalid_argument` for what is no manifest
 */
export async function readManifests(
  store: ObjectStore,
  addresses: readonly string[],
  most: number,
): Promise<DatasetItem[]> {
  const items = new Map<string, DatasetItem>();
  for (const address of addresses) {
    for await (const line of linesOf(await store.stream(address))) {
      const item = decodeJson(DatasetItem, line, 'manifest');
      items.set(item.digest, items.get(item.digest) ?? item);
      if (items.size > most) {
        throw new LlmchainError('too_large', `The manifests hold more than ${most} items. Seal a version of each.`, {
          most,
        });
      }
    }
  }
  return [...items.values()];
}
