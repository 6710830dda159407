import { isRecordType, RECORDS, splitCompositeKey } from '@llmchain/protocol';
import { lineageReader } from './lineage';
import type { Lineage } from './node';
import { storable } from './text';

/** One write, read as far as this version of the indexer knows it. */
export interface ReadWrite {
  type: string;
  parts: string[];
  /** JSON text, or null for a deletion and for what is not JSON. */
  record: string | null;
  /** The same, parsed. */
  value: unknown;
  unread: boolean;
  lineage: Lineage;
}

const NOTHING: Lineage = { edges: [] };

/**
 * Reads the key and the value of a write.
 * @param value UTF-8 bytes, null for a deletion
 */
export function readWrite(key: string, value: Uint8Array | null): ReadWrite {
  const split = splitCompositeKey(key) ?? { type: '', parts: [key] };
  const { type } = split;
  const place = { type: storable(type), parts: split.parts.map(storable) };
  if (value === null) return { ...place, record: null, value: null, unread: false, lineage: NOTHING };
  const text = Buffer.from(value).toString('utf8');
  const parsed = parse(text);
  if (!parsed) return { ...place, record: null, value: null, unread: true, lineage: NOTHING };
  const kept = { ...place, record: text, value: parsed.value };
  if (!isRecordType(type)) return { ...kept, unread: true, lineage: NOTHING };
  const reader = lineageReader(type);
  if (!reader) return { ...kept, unread: false, lineage: NOTHING };
  const record = RECORDS[type].safeParse(parsed.value);
  return record.success
    ? { ...kept, unread: false, lineage: reader(record.data) }
    : { ...kept, unread: true, lineage: NOTHING };
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
