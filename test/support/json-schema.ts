import { z } from 'zod';

/** JSON Schema as far as zod makes it of the API's bodies and parameters. */
export interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  minItems?: number;
  maxItems?: number;
  additionalProperties?: boolean | Schema;
}

export const jsonSchema = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;

/** Texts of which every pattern of the API takes one. */
const TEXTS = [
  'a'.repeat(64),
  'operation-1',
  'transaction/1',
  'poet@1',
  `sha256/${'a'.repeat(64)}`,
  'member:GuildMSP',
  'GuildMSP',
  'YQ==',
  '2024-05-01',
  'aaaa',
  'GB',
  '7',
];

const typesOf = ({ type }: Schema): string[] => [type ?? []].flat();
const choicesOf = ({ anyOf, oneOf }: Schema): Schema[] | undefined => anyOf ?? oneOf;

/** A value that a schema takes, with its optional fields. @param choice which of several kinds, where there are several */
export function example(schema: Schema, choice = 0): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choices = choicesOf(schema);
  if (choices) return example(choices[choice % choices.length] ?? {}, choice);
  switch (typesOf(schema)[0] ?? 'string') {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, property]) => [name, example(property, choice)]),
      );
    case 'array':
      return listOf(schema, example(schema.items ?? {}, choice));
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 0);
    case 'boolean':
      return true;
    default:
      return TEXTS.find((text) => new RegExp(schema.pattern ?? '').test(text)) ?? 'a';
  }
}

function listOf({ minItems = 0 }: Schema, item: unknown): unknown[] {
  return Array.from({ length: Math.max(1, minItems) }, () => item);
}

export interface Wrong {
  what: string;
  value: unknown;
}

/** Values like one that the schema takes with one thing wrong in them, at every place however deep, for every wrong. */
export function* wrongs(schema: Schema, at = ''): Generator<Wrong> {
  const here = at === '' ? 'the body' : at;
  for (const { what, value } of badValues(schema, at === '')) {
    if (!accepts(schema, value)) yield { what: `${here}: ${what}`, value };
  }
  for (const choice of choicesOf(schema) ?? []) yield* inside(choice, at);
  yield* inside(schema, at);
}

/** What is wrong in the parts of an object or a list. */
function* inside(schema: Schema, at: string): Generator<Wrong> {
  const { properties, items, required = [], maxItems } = schema;
  if (properties) {
    const good = example(schema) as Record<string, unknown>;
    if (schema.additionalProperties === false)
      yield { what: `${at}/: an extra field`, value: { ...good, unexpected: 1 } };
    for (const [name, property] of Object.entries(properties)) {
      if (required.includes(name)) {
        const { [name]: _, ...rest } = good;
        yield { what: `${at}/${name}: missing`, value: rest };
      }
      for (const { what, value } of wrongs(property, `${at}/${name}`))
        yield { what, value: { ...good, [name]: value } };
    }
  }
  if (items) {
    const good = listOf(schema, example(items));
    for (const { what, value } of wrongs(items, `${at}/0`)) yield { what, value: [value, ...good.slice(1)] };
    if (maxItems !== undefined && maxItems <= 10_000)
      yield { what: `${at}: a list that is too long`, value: Array.from({ length: maxItems + 1 }, () => good[0]) };
  }
}

/** What nothing of this type takes. */
function badValues(schema: Schema, top: boolean): Wrong[] {
  const types = typesOf(schema);
  const wrong: Wrong[] = [{ what: 'an object of another kind', value: { unexpected: true } }];
  if (types.includes('integer') || types.includes('number')) {
    wrong.push(
      { what: 'a negative number', value: -1 },
      { what: '2^53', value: 2 ** 53 },
      { what: 'a text', value: 'many' },
      { what: 'a fraction', value: 1.00001 },
      { what: 'a list', value: [1] },
    );
  } else if (types.includes('string')) {
    wrong.push({ what: 'a number', value: 7 }, { what: 'an empty text', value: '' }, { what: 'a list', value: ['a'] });
    const { maxLength, pattern } = schema;
    const limit = maxLength ?? (pattern === undefined && !top ? undefined : 10_000);
    if (limit !== undefined) wrong.push({ what: 'a text that is too long', value: 'x'.repeat(limit + 1) });
    if (pattern !== undefined || schema.enum)
      wrong.push({ what: 'non-ASCII', value: 'Žižka ☃' }, { what: 'a control character', value: 'a\u0000' });
  } else if (types.includes('array')) {
    wrong.push({ what: 'no list', value: 7 }, { what: 'an empty list', value: [] });
  } else if (types.includes('boolean')) {
    wrong.push({ what: 'a text', value: 'yes' }, { what: 'a number', value: 1 });
  } else if (types.includes('object')) {
    wrong.push({ what: 'a list', value: [example(schema)] }, { what: 'a text', value: 'a' });
  }
  return wrong;
}

/** Free texts and lists may be empty, and open objects hold anything, where their schema says so. */
function accepts(schema: Schema, value: unknown): boolean {
  const types = typesOf(schema);
  const free = types.includes('string') && schema.pattern === undefined && !schema.enum;
  if (free && value === '') return schema.minLength === undefined;
  if (types.includes('object') && !schema.properties) return typeof value === 'object' && !Array.isArray(value);
  return Array.isArray(value) && value.length === 0 && schema.minItems === undefined;
}
