import {
  canonicalJson,
  decodeJson,
  digestOf,
  LlmchainError,
  proveInclusion,
  RoyaltyEntry,
  royaltyLeaves,
  royaltyRoot,
  royaltyTable,
  royaltyTotal,
  type Contribution,
  type InclusionProof,
  type RoyaltyTableRef,
} from '@llmchain/protocol';
import { z } from 'zod';
import type { ObjectStore } from '../ports/object-store';
import type { Content } from './content';
import { contentKey, digestOfAddress } from './content-key';

/** A payee's entry in a royalty table, and the proof that it stands there. */
export interface RoyaltyPlace {
  entry: RoyaltyEntry;
  proof: InclusionProof;
}

/** Makes the table of these works and what the ledger keeps of it. */
export function tableOf(contributions: readonly Contribution[]): { table: RoyaltyEntry[]; reference: RoyaltyTableRef } {
  const table = royaltyTable(contributions);
  return {
    table,
    reference: {
      root: royaltyRoot(table),
      address: contentKey(digestOf(table)),
      total: royaltyTotal(table),
      entries: table.length,
    },
  };
}

/** @returns undefined for a payee that does not stand in the table */
export function placeIn(table: readonly RoyaltyEntry[], payee: string): RoyaltyPlace | undefined {
  const index = table.findIndex((entry) => entry.payee === payee);
  const entry = table[index];
  return entry && { entry, proof: proveInclusion(royaltyLeaves(table), index) };
}

/** Puts the table where its address says. */
export async function keepTable(store: ObjectStore, table: readonly RoyaltyEntry[]): Promise<void> {
  await store.put(contentKey(digestOf(table)), Buffer.from(canonicalJson(table)));
}

/** Finds payees in royalty tables of members. */
export class RoyaltyTables {
  readonly #content: Content;

  constructor(_options: object, dependencies: { content: Content }) {
    this.#content = dependencies.content;
  }

  /**
   * @param owner whose bucket it lies in; MSP id
   * @returns undefined for a payee that does not stand in it
   * @throws {LlmchainError} `digest_mismatch` for another table than the ledger names | `not_found` | `unavailable`
   */
  async place(
    { address, root }: Pick<RoyaltyTableRef, 'address' | 'root'>,
    payee: string,
    owner: string,
  ): Promise<RoyaltyPlace | undefined> {
    const bytes = await this.#content.read(digestOfAddress(address), owner);
    const table = decodeJson(z.array(RoyaltyEntry), bytes.toString('utf8'), 'royalty table');
    if (royaltyRoot(table) !== root)
      throw new LlmchainError(
        'digest_mismatch',
        'The royalty table is not the one that the ledger names. Tell its owner.',
        { root, owner },
      );
    return placeIn(table, payee);
  }
}
