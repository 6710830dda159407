import { z } from 'zod';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';
import type { Route } from './http/route';
import { apiRoutes } from './index';
import { Role, type Actor } from './ports/actor';

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  pattern?: string;
  minimum?: number;
  minItems?: number;
  format?: string;
}

/** Texts of which every pattern of the API takes one. */
const TEXTS = [
  'a'.repeat(64),
  'operation-1',
  `sha256/${'a'.repeat(64)}`,
  'member:GuildMSP',
  'GuildMSP',
  'YQ==',
  '2024-05-01',
  'aaaa',
  'GB',
];

/** A value that a schema takes, with its optional fields. */
function example(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choice = (schema.anyOf ?? schema.oneOf)?.[0];
  if (choice) return example(choice);
  switch ([schema.type ?? 'string'].flat()[0]) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, property]) => [name, example(property)]),
      );
    case 'array':
      return Array.from({ length: Math.max(1, schema.minItems ?? 0) }, () => example(schema.items ?? {}));
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 0);
    case 'boolean':
      return true;
    default:
      return TEXTS.find((text) => new RegExp(schema.pattern ?? '').test(text)) ?? 'a';
  }
}

interface Bad {
  what: string;
  value: unknown;
}

/** What no field of this type takes. */
function badValues(schema: Schema): Bad[] {
  const types = [schema.type ?? []].flat();
  const wrong: Bad[] = [{ what: 'an object of another kind', value: { unexpected: true } }];
  if (types.includes('integer') || types.includes('number')) {
    wrong.push(
      { what: 'a negative number', value: -1 },
      { what: '2^53', value: 2 ** 53 },
      { what: 'a text', value: 'many' },
      { what: 'a fraction', value: 1.00001 },
    );
  } else if (types.includes('string')) {
    wrong.push(
      { what: 'a number', value: 7 },
      { what: 'an empty text', value: '' },
      { what: 'a text that is too long', value: 'x'.repeat(1_000_001) },
    );
    if (schema.pattern !== undefined || schema.enum) wrong.push({ what: 'non-ASCII', value: 'Žižka ☃' });
  } else if (types.includes('array')) {
    wrong.push({ what: 'no list', value: 7 }, { what: 'an empty list', value: [] });
  } else if (types.includes('boolean')) {
    wrong.push({ what: 'a text', value: 'yes' });
  }
  return wrong;
}

type Body = Record<string, unknown>;

/** The good body with one thing wrong with it, for every field and every wrong. */
function* badBodies(schema: Schema, good: Body): Generator<{ what: string; body: unknown }> {
  yield { what: 'extra field', body: { ...good, unexpected: 1 } };
  yield { what: 'a list', body: [good] };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (schema.required?.includes(name)) {
      const { [name]: _, ...rest } = good;
      yield { what: `${name} missing`, body: rest };
    }
    for (const { what, value } of badValues(property)) {
      if (!accepts(property, value)) yield { what: `${name}: ${what}`, body: { ...good, [name]: value } };
    }
  }
}

/** Free texts and lists may be empty, and open objects hold anything, where their schema says so. */
function accepts(schema: Schema, value: unknown): boolean {
  const free = [schema.type ?? []].flat().includes('string') && schema.pattern === undefined && !schema.enum;
  if (free && value === '') return !('minLength' in schema);
  if (schema.type === 'object' && !schema.properties) return typeof value === 'object' && !Array.isArray(value);
  return Array.isArray(value) && value.length === 0 && schema.minItems === undefined;
}

const jsonSchema = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;

/** Parameters are text: every one of them is wrong in these ways, unless its schema says that it is not. */
const BAD_TEXTS = ['', '-1', '9007199254740992', '%C5%BDi%C5%BEka', 'x'.repeat(3_100), '%00', '1.5', '..%2F..'];

describe('bad input', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let guild: TestMember;
  const keys = new Map<string, string>();

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'GuildMSP');
    guild = consortium.members.get('GuildMSP')!;
    for (const role of Role.options) keys.set(role, (await guild.key(role, `the-${role}`, 1)).key);
  }, 30_000);
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  const keyFor = ({ roles }: Route<Actor>): string | undefined =>
    roles === 'public' ? undefined : keys.get(typeof roles === 'string' ? 'admin' : roles[0]!);

  const routes = apiRoutes();
  const named = (route: Route<Actor>): [string, Route<Actor>] => [`${route.method.toUpperCase()} ${route.path}`, route];

  function pathOf(route: Route<Actor>, replaced: Readonly<Record<string, string>> = {}): string {
    const properties = route.params ? (jsonSchema(route.params).properties ?? {}) : {};
    return route.path.replaceAll(
      /\{(\w+)\}/g,
      (_, name: string) => replaced[name] ?? encodeURIComponent(String(example(properties[name] ?? {}))),
    );
  }

  async function refusedBy(route: Route<Actor>, path: string, body?: unknown): Promise<unknown> {
    const answer = await guild.call(keyFor(route), route.method.toUpperCase(), path, body);
    const { status, body: problem } = answer;
    return { refused: status >= 400 && status < 500, code: problem['code'], says: typeof problem['detail'] };
  }

  const REFUSED = { refused: true, code: expect.stringMatching(/^[a-z_]+$/), says: 'string' };

  test.each(routes.filter(({ body }) => body).map(named))('%s: every field of the body', async (_, route) => {
    const before = consortium.ledger.submitted.length;
    const schema = jsonSchema(route.body!);
    const object = schema.properties ? schema : (schema.anyOf?.find(({ properties }) => properties) ?? schema);
    const good = example(object) as Body;
    for (const { what, body } of badBodies(object, good)) {
      expect({ what, ...((await refusedBy(route, pathOf(route), body)) as object) }).toEqual({ what, ...REFUSED });
    }
    expect(consortium.ledger.submitted).toHaveLength(before);
  });

  test.each(routes.filter(({ params }) => Object.keys(params?.shape ?? {}).length > 0).map(named))(
    '%s: every part of the path',
    async (_, route) => {
      for (const name of Object.keys(route.params!.shape)) {
        const schema = (route.params!.shape as Record<string, z.ZodType>)[name]!;
        for (const bad of BAD_TEXTS) {
          // Without a part the path is another one.
          if (bad === '' || schema.safeParse(decodeURIComponent(bad)).success) continue;
          const path = pathOf(route, { [name]: bad });
          expect({ path, ...((await refusedBy(route, path)) as object) }).toEqual({ path, ...REFUSED });
        }
      }
    },
  );

  test.each(routes.filter(({ roles }) => roles !== 'public').map(named))('%s: every parameter', async (_, route) => {
    const before = consortium.ledger.submitted.length;
    const unknown = `${pathOf(route)}?unexpected=1`;
    const body = route.body ? example(jsonSchema(route.body)) : undefined;
    if (!route.accepts) expect(await refusedBy(route, unknown, body)).toEqual(REFUSED);
    const fields: Record<string, z.ZodType> = { ...route.query?.shape };
    for (const [name, schema] of Object.entries(fields)) {
      for (const bad of BAD_TEXTS) {
        if (schema.safeParse(decodeURIComponent(bad)).success) continue;
        const path = `${pathOf(route)}?${name}=${bad}`;
        expect({ path, ...((await refusedBy(route, path)) as object) }).toEqual({ path, ...REFUSED });
      }
      const twice = `${pathOf(route)}?${name}=1&${name}=2`;
      expect({ twice, ...((await refusedBy(route, twice)) as object) }).toEqual({ twice, ...REFUSED });
    }
    expect(consortium.ledger.submitted).toHaveLength(before);
  });

  test.each(routes.filter(({ roles }) => roles !== 'public').map(named))(
    '%s: no key, and a wrong role',
    async (_, route) => {
      const stranger = await guild.call(undefined, route.method.toUpperCase(), pathOf(route));
      expect({ status: stranger.status, code: stranger.body['code'] }).toEqual({
        status: 401,
        code: 'not_authenticated',
      });
      const { roles } = route;
      const other = Array.isArray(roles) ? Role.options.find((role) => !roles.includes(role)) : undefined;
      if (other === undefined) return;
      const { status, body } = await guild.call(keys.get(other), route.method.toUpperCase(), pathOf(route));
      expect({ status, code: body['code'] }).toEqual({ status: 403, code: 'not_authorised' });
    },
  );
});
