import { sql } from 'kysely';
import type { Position } from '../project/rows';
import type { Database } from '../store/tables';
import type { Trace, TraceEdge, TraceNode } from './answers';
import { holdsAt, readAll } from './as-of';
import type { Receipts } from './receipts';
import type { Resolved } from './resolve';
import { tooLarge, walk } from './walk';

/** No answer holds more things than this. */
const LIMIT = 200_000;
/** No level of a walk holds more links than this. */
const LINKS = 4 * LIMIT;
const ACCOUNT = /^(?:artist|member):/;

/** Walks the lineage as it was at a block. Postgres stores, memory walks: one query per level. */
export class Lineage {
  readonly #db: Database;
  readonly #receipts: Receipts;

  constructor(dependencies: { db: Database; receipts: Receipts }) {
    this.#db = dependencies.db;
    this.#receipts = dependencies.receipts;
  }

  /** @throws {LlmchainError} `too_large` */
  async trace(root: Resolved, direction: 'up' | 'down', asOf: Position): Promise<Trace> {
    const gaps = new Set<string>();
    const { reached, edges } = await walk(
      root.id,
      direction === 'up' ? 'to' : 'from',
      (frontier) => (direction === 'up' ? this.#sources(root, frontier, asOf, gaps) : this.#derived(frontier, asOf)),
      LIMIT,
    );
    const nodes = await this.#nodes(root, [...reached], asOf);
    const present = new Set(nodes.map((node) => node.id));
    // What points to things that are not there yet is a dataset version before it is sealed; the reverse is a hole.
    if (direction === 'up' && nodes.some(({ type, data }) => type === 'model' && data['class'] === 'external'))
      gaps.add('external_base');
    if (direction === 'up') for (const id of reached) if (!present.has(id)) gaps.add(`missing:${id}`);
    return {
      root: root.id,
      direction,
      nodes: nodes.sort((a, b) => order(a.id, b.id)),
      edges: distinct(edges.filter((edge) => present.has(edge.from) && present.has(edge.to))),
      gaps: [...gaps].sort(),
      asOf,
      complete: await readAll(this.#db, asOf.block),
    };
  }

  async #sources(root: Resolved, frontier: readonly string[], asOf: Position, gaps: Set<string>): Promise<TraceEdge[]> {
    if (root.type === 'receipt' && frontier.includes(root.id)) {
      const { edges, anchored } = await this.#receipts.sources(root.id, asOf.block);
      if (!anchored) gaps.add('not_anchored');
      return edges;
    }
    return this.#edges('from_id', frontier, asOf.block);
  }

  async #derived(frontier: readonly string[], asOf: Position): Promise<TraceEdge[]> {
    const receipts = await this.#receipts.derived(frontier, LIMIT + 1);
    return [...(await this.#edges('to_id', frontier, asOf.block)), ...receipts];
  }

  /** Edges with one end among the ids. */
  async #edges(end: 'from_id' | 'to_id', ids: readonly string[], block: number): Promise<TraceEdge[]> {
    const edges = await this.#db
      .selectFrom('edge')
      .select(['from_id as from', 'to_id as to', 'kind'])
      .where(sql<boolean>`${sql.ref(end)} = ANY(${ids}::text[])`)
      .where(holdsAt(block))
      .limit(LINKS + 1)
      .execute();
    if (edges.length > LINKS) throw tooLarge(LINKS);
    return edges;
  }

  async #nodes(root: Resolved, ids: readonly string[], asOf: Position): Promise<TraceNode[]> {
    const rows = await this.#db
      .selectFrom('node')
      .select(['id', 'type', 'label', 'data'])
      .where(sql<boolean>`id = ANY(${ids}::text[])`)
      .where(holdsAt(asOf.block))
      .execute();
    const accounts = ids
      .filter((id) => ACCOUNT.test(id))
      .map((id) => ({ id, type: 'account', label: id.slice(id.lastIndexOf(':') + 1), data: account(id) }));
    const known = new Set(rows.map((row) => row.id));
    const left = ids.filter((id) => !known.has(id) && (id === root.id || RECEIPT.test(id)));
    return [...rows, ...accounts, ...(await this.#receipts.nodes(left))];
  }
}

const RECEIPT = /^[0-9a-f]{64}$/;

/** An account's name says all there is: kind, member, and person for an artist's. */
function account(id: string): Record<string, unknown> {
  const [kind, member, person] = id.split(':');
  return { account: id, kind, member, ...(person === undefined ? {} : { person }) };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sorted, each edge once: two pages of a dataset may hold parts of the same work. */
function distinct(edges: readonly TraceEdge[]): TraceEdge[] {
  const byText = new Map(edges.map((edge) => [JSON.stringify([edge.from, edge.to, edge.kind]), edge]));
  return [...byText.entries()].sort(([a], [b]) => order(a, b)).map(([, edge]) => edge);
}
