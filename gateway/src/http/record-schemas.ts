import { isDeepStrictEqual } from 'node:util';
import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { Receipt, RECORDS, Ticket } from '@llmchain/protocol';

type Document = ReturnType<OpenApiGeneratorV31['generateDocument']>;

/** JSON Schema of an object, as far as it matters here. */
interface ObjectSchema {
  type: 'object';
  properties: Record<string, unknown>;
  required?: string[];
}

/** A record's fields under the name that documents give it. */
interface NamedRecord {
  name: string;
  schema: ObjectSchema;
}

/** What documents name: the ledger's records, and what gateways and workers sign. */
const NAMED = { ...RECORDS, receipt: Receipt, ticket: Ticket };

/** Types whose word for people is another one than the ledger's. */
const NAMES: Partial<Record<keyof typeof NAMED, string>> = {
  model: 'ModelVersion',
  job: 'TrainingJob',
  cursor: 'ClaimCursor',
};

const pascal = (type: string): string => type.replaceAll(/(?:^|-)(\w)/g, (_, first: string) => first.toUpperCase());

/** As a document shows them; unions of several forms are not among them. */
function namedRecords(): NamedRecord[] {
  return Object.entries(NAMED).flatMap(([type, schema]) => {
    const registry = new OpenAPIRegistry();
    const content = { 'application/json': { schema } };
    registry.registerPath({ method: 'get', path: '/', responses: { 200: { description: type, content } } });
    const info = { title: type, version: '1' };
    const { paths } = new OpenApiGeneratorV31(registry.definitions).generateDocument({ openapi: '3.1.0', info });
    const response = paths?.['/']?.get?.responses?.['200'] as { content: Record<string, { schema: unknown }> };
    const shown = response.content['application/json']!.schema;
    if (!isRecordSchema(shown)) return [];
    const { properties, required = [] } = shown;
    // Not closed to further fields, as the schema itself is: answers add their place, which stands beside a reference.
    return [
      { name: NAMES[type as keyof typeof NAMED] ?? pascal(type), schema: { type: 'object', properties, required } },
    ];
  });
}

/**
 * Names the ledger's records wherever they stand in a document: an object with all fields of a record, and perhaps more,
 * becomes a reference to it and the rest. The document says the same in less, and gives clients one type for each record.
 */
export function referToRecords(document: Document): Document {
  const records = namedRecords();
  const used = new Map<string, ObjectSchema>();
  const refer = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(refer);
    if (typeof value !== 'object' || value === null) return value;
    if (isRecordSchema(value)) {
      const record = records.find(({ schema }) => holds(value, schema));
      if (record) {
        used.set(record.name, record.schema);
        return asReference(value, record);
      }
    }
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, refer(each)]));
  };
  const paths = refer(document.paths) as NonNullable<Document['paths']>;
  const schemas = { ...document.components?.schemas, ...Object.fromEntries(used) } as NonNullable<
    NonNullable<Document['components']>['schemas']
  >;
  return { ...document, paths, components: { ...document.components, schemas } };
}

/** Records alone say which record they are, so that no other object is taken for one. */
function isRecordSchema(value: unknown): value is ObjectSchema {
  const { type, properties } = (value ?? {}) as Partial<ObjectSchema>;
  return type === 'object' && typeof properties === 'object' && 'schema' in properties;
}

const demands = ({ required = [] }: ObjectSchema, key: string): boolean => required.includes(key);

function holds(value: ObjectSchema, record: ObjectSchema): boolean {
  return Object.entries(record.properties).every(
    ([key, schema]) => isDeepStrictEqual(value.properties[key], schema) && demands(value, key) === demands(record, key),
  );
}

function asReference(value: ObjectSchema, { name, schema }: NamedRecord): object {
  const reference = { $ref: `#/components/schemas/${name}` };
  const more = Object.entries(value.properties).filter(([key]) => !(key in schema.properties));
  if (more.length === 0) return reference;
  const required = more.map(([key]) => key).filter((key) => demands(value, key));
  const rest = { type: 'object', properties: Object.fromEntries(more), ...(required.length > 0 ? { required } : {}) };
  return { allOf: [reference, rest] };
}
