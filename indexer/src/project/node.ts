/** What a record is in the lineage. */
export interface NodeDraft {
  id: string;
  type: string;
  /** What it may be asked for by, without type and version. */
  name: string;
  version?: number;
  state?: string;
  label: string;
}

export interface EdgeDraft {
  from: string;
  to: string;
  kind: string;
}

/** What one record says of the lineage: the thing it is, if it is one, and what that thing comes from. */
export interface Lineage {
  node?: NodeDraft;
  edges: EdgeDraft[];
}

/** Edges from one thing to several, without repetition, in the order of the sources. */
export function edgesTo(from: string, kind: string, sources: Iterable<string>): EdgeDraft[] {
  return [...new Set(sources)].sort().map((to) => ({ from, to, kind }));
}
