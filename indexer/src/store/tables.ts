import type { ColumnType, Kysely } from 'kysely';

/** Postgres gives `bigint` as text. */
type Time = ColumnType<string, number, number>;
/** JSON as it came, byte for byte: `jsonb` would refuse escapes such as \\u0000 and reorder the keys. */
type Json = ColumnType<Record<string, unknown>, string, string>;

/** An edge or a node holds from `from_block` until just before `to_block`. */
interface Versioned {
  from_block: number;
  tx: number;
  n: number;
  origin: string;
  to_block: number | null;
}

/** The tables of the index; `migrations.ts` makes them. */
export interface Tables {
  /** One row: how far the index has come. */
  checkpoint: { single: boolean; block: number; time: Time };
  block: { number: number; time: Time };
  transaction: {
    block: number;
    index: number;
    id: string;
    function: string;
    creator: string;
    endorsers: string[];
    time: Time;
    valid: boolean;
    code: number;
  };
  write: {
    block: number;
    tx: number;
    n: number;
    type: string;
    parts: string[];
    record: Json | null;
    deleted: boolean;
    unread: boolean;
  };
  node: Versioned & {
    id: string;
    type: string;
    name: string;
    version: number | null;
    state: string | null;
    label: string;
    data: Json;
  };
  edge: Versioned & { k: number; from_id: string; to_id: string; kind: string };
  fingerprint: { work: string; block: number; method: string; value: string };
  /** Receipts that this member's gateway knows; not from the ledger, so a rebuild keeps them. */
  receipt: { id: string; batch: string | null; model: string; version: number; worker: string; producer: string };
}

/** The database, with the index's schema chosen. */
export type Database = Kysely<Tables>;
