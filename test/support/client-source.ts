/** JSON Schema as far as the gateway's document uses it. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
}

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
}

type Content = Record<string, { schema: Schema }>;

interface DocumentedOperation {
  summary: string;
  parameters?: Parameter[];
  requestBody?: { content: Content; required?: boolean };
  responses: Record<string, { content?: Content }>;
}

export interface ApiDocument {
  paths: Record<string, Record<string, DocumentedOperation>>;
  components?: { schemas?: Record<string, Schema> };
}

const SCALARS: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
};

const REFERENCE = '#/components/schemas/';

/** A JSON Schema as a TypeScript type. */
function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(REFERENCE.length);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const types = new Set(choices.map(typeOf));
    return [...types].filter((type) => !(types.has('string') && type.startsWith('"'))).join(' | ');
  }
  if (schema.allOf) return schema.allOf.map((each) => `(${typeOf(each)})`).join(' & ');
  const types = [schema.type ?? []].flat();
  if (types.length === 0) return 'unknown';
  return types.map((type) => SCALARS[type] ?? (type === 'array' ? arrayOf(schema) : objectOf(schema))).join(' | ');
}

function arrayOf({ items }: Schema): string {
  return items ? `(${typeOf(items)})[]` : 'unknown[]';
}

function objectOf({ properties = {}, required = [], additionalProperties }: Schema): string {
  const fields = Object.entries(properties).map(
    ([name, schema]) => `${JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}`,
  );
  if (fields.length > 0) return `{ ${fields.join('; ')} }`;
  return typeof additionalProperties === 'object'
    ? `Record<string, ${typeOf(additionalProperties)}>`
    : 'Record<string, unknown>';
}

/** A group of parameters; queries and headers are text, so what may be coerced is never null. */
function parametersOf(operation: DocumentedOperation, place: Parameter['in']): string | undefined {
  const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === place);
  if (parameters.length === 0) return undefined;
  const fields = parameters.map(
    ({ name, required, schema }) =>
      `${JSON.stringify(name)}${required ? '' : '?'}: ${typeOf(schema).replace(' | null', '')}`,
  );
  const optional = parameters.every(({ required }) => !required);
  return `${optional ? '?' : ''}: { ${fields.join('; ')} }`;
}

function bodyOf({ requestBody }: DocumentedOperation): string | undefined {
  if (!requestBody) return undefined;
  const json = requestBody.content['application/json'];
  return `${requestBody.required ? '' : '?'}: ${json ? typeOf(json.schema) : 'Uint8Array | ReadableStream<Uint8Array>'}`;
}

function requestOf(operation: DocumentedOperation): string {
  const parts = {
    params: parametersOf(operation, 'path'),
    query: parametersOf(operation, 'query'),
    headers: parametersOf(operation, 'header'),
    body: bodyOf(operation),
  };
  const fields = Object.entries(parts).flatMap(([name, type]) => (type === undefined ? [] : [name + type]));
  return fields.length > 0 ? `{ ${fields.join('; ')} }` : 'Record<string, never>';
}

function answerOf({ responses }: DocumentedOperation): string {
  const success = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1];
  const json = success?.content?.['application/json'];
  return json ? typeOf(json.schema) : 'undefined';
}

const MARK = "// Made from the gateway's OpenAPI document; see README.md.\n\n";

/** What an operation belongs to: the first word of its path that is not a version, or the service where there is none. */
function subjectOf(path: string): string {
  const word = path.split('/').find((each) => each !== '' && !/^v\d+$/.test(each));
  return word?.replace('.json', '') ?? 'service';
}

const interfaceName = (subject: string): string =>
  `${subject.replaceAll(/(?:^|-)(\w)/g, (_, first: string) => first.toUpperCase())}Operations`;

/** Names of the schemas that are referred to, directly in some value. */
function referencesIn(value: unknown): string[] {
  const found = JSON.stringify(value).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g);
  return [...new Set([...found].map(([, name]) => name!))];
}

/** The schemas that requests and answers are made of, by their names; errors are the same for every operation. */
function namedSchemas({ paths, components }: ApiDocument): [string, Schema][] {
  const schemas = components?.schemas ?? {};
  const names = new Set<string>();
  const take = (found: readonly string[]): void => {
    for (const name of found) {
      if (names.has(name) || name === 'Problem') continue;
      names.add(name);
      take(referencesIn(schemas[name]));
    }
  };
  take(referencesIn(paths));
  return Object.entries(schemas).filter(([name]) => names.has(name));
}

const declaration = ([name, schema]: [string, Schema]): string => {
  const type = typeOf(schema);
  return type.startsWith('{') ? `export interface ${name} ${type}` : `export type ${name} = ${type};`;
};

/**
 * The types of every operation of a gateway's OpenAPI document.
 * @returns the text of each module by its file name: one for each subject, what they share, and an index of them all
 */
export function clientSources(document: ApiDocument): Map<string, string> {
  const subjects = new Map<string, string[]>();
  for (const [path, methods] of Object.entries(document.paths)) {
    const operations = Object.entries(methods).map(([method, operation]) => {
      const name = JSON.stringify(`${method.toUpperCase()} ${path}`);
      return `/** ${operation.summary}. */\n${name}: {\nrequest: ${requestOf(operation)};\nanswer: ${answerOf(operation)};\n};`;
    });
    const subject = subjectOf(path);
    subjects.set(subject, [...(subjects.get(subject) ?? []), ...operations]);
  }
  const names = [...subjects.keys()].sort();
  const schemas = namedSchemas(document);
  const shared = schemas.map(declaration);
  const importsOf = (operations: readonly string[]): string => {
    const text = operations.join('\n').replaceAll(/"[^"]*"|\/\*\*.*\*\//g, '');
    const used = schemas.map(([name]) => name).filter((name) => new RegExp(`\\b${name}\\b`).test(text));
    return used.length > 0 ? `import type { ${used.join(', ')} } from './schemas';\n\n` : '';
  };
  const sources = names.map((subject): [string, string] => [
    `${subject}.ts`,
    `${MARK}${importsOf(subjects.get(subject)!)}export interface ${interfaceName(subject)} {\n${subjects.get(subject)!.join('\n')}\n}\n`,
  ]);
  const imports = names.map((subject) => `import type { ${interfaceName(subject)} } from './${subject}';`);
  const index = `${MARK}${imports.join('\n')}\n\n/** Every operation by its method and path: what it takes and what it gives. */
export interface Operations extends ${names.map(interfaceName).join(', ')} {}\n`;
  return new Map([...sources, ['schemas.ts', `${MARK}${shared.join('\n\n')}\n`], ['index.ts', index]]);
}
