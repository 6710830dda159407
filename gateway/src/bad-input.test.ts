import type { z } from 'zod';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { example, jsonSchema, wrongs } from '../../test/support/json-schema';
import { TestPostgres } from '../../test/support/postgres';
import type { Route } from './http/route';
import { apiRoutes } from './index';
import { Role, type Actor } from './ports/actor';

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

  test.each(routes.filter(({ body }) => body).map(named))(
    '%s: every field of the body, however deep',
    async (_, route) => {
      const before = consortium.ledger.submitted.length;
      for (const { what, value } of wrongs(jsonSchema(route.body!)))
        expect({ what, ...((await refusedBy(route, pathOf(route), value)) as object) }).toEqual({ what, ...REFUSED });
      expect(consortium.ledger.submitted).toHaveLength(before);
    },
  );

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

  test.each(routes.filter(({ headers }) => headers !== undefined).map(named))('%s: every header', async (_, route) => {
    const body = route.body ? JSON.stringify(example(jsonSchema(route.body))) : null;
    for (const [name, schema] of Object.entries(route.headers ?? {})) {
      for (const bad of ['-1', '9007199254740992', '1.5', 'many', 'x'.repeat(3_100), '[]', '{"a":1}']) {
        if (schema.safeParse(bad).success) continue;
        const headers = { authorization: `Bearer ${keyFor(route)}`, 'content-type': 'application/json', [name]: bad };
        const answer = await fetch(guild.url + pathOf(route), { method: route.method.toUpperCase(), headers, body });
        const { code } = (await answer.json()) as { code: string };
        expect({ name, bad, status: answer.status, code }).toEqual({
          name,
          bad,
          status: 400,
          code: 'invalid_argument',
        });
      }
    }
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
