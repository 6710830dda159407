/**
 * What it is of a work: its content; an item of a dataset, a layer of annotations with lines on such items, or a shard with such
 * items in it, that was taken from it.
 */
export type HoldingKind = 'copy' | 'item' | 'layer' | 'shard';

/** A piece of content in the member's bucket that is of a work. */
export interface Holding {
  /** SHA-256 of the work. */
  work: string;
  /** SHA-256 of the piece. */
  content: string;
  kind: HoldingKind;
}

/**
 * Which pieces of which works this member's bucket holds, so that an erasure finds them all, and goes on where it was
 * broken off. Safe with several gateways on one database.
 */
export interface Holdings {
  /** Notes pieces, before they are put into the bucket; those that are known already change nothing. */
  note(holdings: readonly Holding[]): Promise<void>;
  /** Every piece of a work that was ever noted, by content. */
  of(work: string): Promise<(Holding & { destroyed: boolean })[]>;
  /** Forgets that a piece is of a work: it says nothing of it. */
  forget(holding: Holding): Promise<void>;
  /** Notes that a piece is gone. @param replacement what stands in its place for the other works that a layer spoke of */
  destroyed(holding: Holding, replacement?: string): Promise<void>;
  /** What stands in the place of a layer: itself while it is there, undefined when it is gone and nothing is. */
  standing(layer: string): Promise<string | undefined>;
}
