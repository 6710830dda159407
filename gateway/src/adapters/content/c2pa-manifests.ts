import { LlmchainError, sha256Hex } from '@llmchain/protocol';
import { z } from 'zod';
import type { Manifests, ReadManifest } from '../../ports/manifests';
import { kindOf } from './kind';
import { manifestStore } from './manifest-store';

/**
 * Whether a signer is known to somebody is not asked: what is read only ever forbids. Nothing is fetched, neither manifests nor
 * word of revoked certificates.
 */
const SETTINGS = { verify: { remote_manifest_fetch: false, ocsp_fetch: false, verify_trust: false } };
/** Problems that are told. */
const TOLD = 20;
/** Largest manifest store that is read, bytes: thumbnails are in it. */
const LONGEST = 16 * 1024 * 1024;

const Store = z.object({
  manifests: z.record(
    z.string(),
    z.object({ assertions: z.array(z.object({ label: z.string(), data: z.unknown() })).default([]) }),
  ),
  validation_state: z.string().nullish(),
  validation_status: z.array(z.object({ code: z.string() })).nullish(),
});

/** Manifests by c2pa-rs. */
export class C2paManifests implements Manifests {
  /** @throws {LlmchainError} `not_supported` where the library does not run */
  async read(content: Uint8Array): Promise<ReadManifest | undefined> {
    const { mime } = kindOf(content);
    const store = mime === undefined ? undefined : manifestStore(content);
    if (mime === undefined || !store) return undefined;
    const digest = sha256Hex(store);
    if (store.length > LONGEST) return { digest, problems: ['manifest.tooLarge'], assertions: [] };
    const { Reader } = await library();
    const asset = { buffer: Buffer.from(content), mimeType: mime };
    let read: z.output<typeof Store>;
    try {
      const reader = await Reader.fromManifestDataAndAsset(store, asset, SETTINGS);
      read = Store.parse(reader.json());
    } catch {
      return { digest, problems: ['manifest.unreadable'], assertions: [] };
    }
    const intact = read.validation_state === 'Valid' || read.validation_state === 'Trusted';
    const problems = [...new Set((read.validation_status ?? []).map(({ code }) => code))].slice(0, TOLD);
    return {
      digest,
      problems: intact ? [] : problems.length > 0 ? problems : ['manifest.invalid'],
      assertions: Object.values(read.manifests).flatMap(({ assertions }) => assertions),
    };
  }
}

/** Loaded at the first manifest: it is large, and most content has none. */
async function library(): Promise<typeof import('@contentauth/c2pa-node')> {
  try {
    return await import('@contentauth/c2pa-node');
  } catch (cause) {
    throw new LlmchainError(
      'not_supported',
      'Content Credentials cannot be read on this machine. Remove them from the content, or register it at another gateway.',
      {},
      { cause },
    );
  }
}
