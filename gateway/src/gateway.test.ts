import { sha256Hex, REMEDY } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';
import { openApiDocument } from './http/document';

describe('a gateway over HTTP', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let guild: TestMember;
  let archive: TestMember;
  let admin: string;
  let artist: string;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'GuildMSP', 'ArchiveMSP');
    guild = consortium.members.get('GuildMSP')!;
    archive = consortium.members.get('ArchiveMSP')!;
    admin = (await guild.key('admin', 'chair')).key;
    artist = (await guild.key('artist', 'ann')).key;
  }, 30_000);
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  test('every route stands in the document with its schemas, and nothing else does', async () => {
    const { body } = await guild.call(undefined, 'GET', '/openapi.json');
    const paths = body['paths'] as Record<string, Record<string, { security?: unknown; requestBody?: unknown }>>;
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const served = guild.gateway.routes.map(({ method, path }) => `${method} ${path}`);
    expect(documented.sort()).toEqual(served.sort());
    for (const { method, path, roles, body: schema } of guild.gateway.routes) {
      const { security, requestBody } = paths[path]![method]!;
      expect({ path, secured: security !== undefined }).toEqual({ path, secured: roles !== 'public' });
      if (schema) expect({ path, body: requestBody !== undefined }).toEqual({ path, body: true });
    }
    expect(body['openapi']).toBe('3.1.0');
    expect(openApiDocument(guild.gateway.routes, '1.0.0')).toEqual(body);
  });

  test('every error is problem details with a code and what to do', async () => {
    const { status, body, headers } = await guild.call(admin, 'GET', `/v1/artworks/${sha256Hex('none')}`);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect({ status, ...body }).toMatchObject({
      status: 404,
      type: 'urn:llmchain:error:not_found',
      title: 'Not found',
      code: 'not_found',
      remedy: REMEDY.not_found,
    });
  });

  test.each([
    ['no key', undefined, 'GET', '/v1/models', undefined, 401, 'not_authenticated'],
    ['an unknown key', 'lk_unknown', 'GET', '/v1/models', undefined, 401, 'not_authenticated'],
    ['a role that may not', 'artist', 'POST', '/v1/keys', { role: 'admin', name: 'me' }, 403, 'not_authorised'],
    ['an unknown route', 'admin', 'GET', '/v1/nothing', undefined, 404, 'not_found'],
    ['another method', 'admin', 'DELETE', '/v1/models', undefined, 404, 'not_found'],
    ['malformed JSON', 'admin', 'POST', '/v1/keys', '{"role":', 400, 'invalid_argument'],
    ['no object', 'admin', 'POST', '/v1/keys', '[1]', 400, 'invalid_argument'],
    ['no body', 'admin', 'POST', '/v1/keys', undefined, 400, 'invalid_argument'],
    ['an unknown field', 'admin', 'POST', '/v1/keys', { role: 'caller', name: 'a', x: 1 }, 400, 'invalid_argument'],
    ['an unknown parameter', 'admin', 'GET', '/v1/models?limit=1', undefined, 400, 'invalid_argument'],
    ['a bad path', 'admin', 'GET', '/v1/artworks/xyz', undefined, 400, 'invalid_argument'],
    ['a path that is no URL', 'admin', 'GET', '/v1/artworks/%E0%A4%A', undefined, 400, 'invalid_argument'],
    ['a body that is too long', 'admin', 'POST', '/v1/keys', `"${'x'.repeat(1_100_000)}"`, 413, 'too_large'],
  ])('%s is refused', async (_what, who, method, path, body, status, code) => {
    const key = who === 'admin' ? admin : who === 'artist' ? artist : who;
    const answer = await guild.call(key, method, path, body);
    expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code });
    expect(answer.body['detail']).toEqual(expect.any(String));
  });

  test('a field that does not fit is named by a JSON pointer', async () => {
    const { body } = await guild.call(admin, 'POST', '/v1/keys', { role: 'king', name: 'a' });
    expect(body['details']).toMatchObject({ issues: [{ pointer: '/role' }] });
  });

  test('health says that the process runs, readiness that everything answers', async () => {
    expect((await guild.call(undefined, 'GET', '/healthz')).body).toEqual({ status: 'ok' });
    const { status, body } = await guild.call(undefined, 'GET', '/readyz');
    expect({ status, body }).toEqual({
      status: 200,
      body: { ready: true, parts: { database: 'ok', objectStore: 'ok', ledger: 'ok' } },
    });
  });

  test('the administrator makes a key; with credits the treasury pays a session for it', async () => {
    const { status, body } = await guild.call(admin, 'POST', '/v1/keys', {
      role: 'caller',
      name: 'reader',
      credits: 500,
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      key: expect.stringMatching(/^lk_[\w-]{43}$/),
      session: `ses-${String(body['id'])}`,
    });
    expect(await guild.session(body['session'] as string)).toEqual({ escrow: 500, spent: 0, reserved: 0 });
    expect((await guild.call(body['key'] as string, 'GET', '/v1/models')).status).toBe(200);
  });

  test('a treasury that cannot pay leaves no key behind', async () => {
    const order = { role: 'caller', name: 'rich', credits: 10 ** 12 };
    const { status, body } = await guild.call(admin, 'POST', '/v1/keys', order);
    expect({ status, code: body['code'] }).toEqual({ status: 402, code: 'insufficient_credits' });
  });

  test('works go into the bucket and onto the ledger, once', async () => {
    const works = ['From fairest creatures', 'When forty winters'].map((text) => ({
      title: text,
      creators: [{ person: 'ann', share: 10_000 }],
      medium: 'text',
      preference: text.startsWith('From') ? { generative_training: 'allowed' } : {},
      content: { text },
    }));
    const { status, body } = await guild.call(artist, 'POST', '/v1/artworks', { operationId: 'register-1', works });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      works: works.map(({ title }) => ({ id: sha256Hex(title), title })),
      block: expect.any(Number),
    });
    expect((await guild.ports.store.get(`sha256/${sha256Hex(works[0]!.title)}`)).toString()).toBe(works[0]!.title);
    const work = await guild.call(artist, 'GET', `/v1/artworks/${sha256Hex(works[0]!.title)}`);
    expect(work.body).toMatchObject({ owner: { member: 'GuildMSP', person: 'ann' }, bytes: 22 });
    const again = await guild.call(artist, 'POST', '/v1/artworks', { operationId: 'register-2', works });
    expect(again.body['code']).toBe('already_registered');
  });

  test('a dataset is refused with every offender, and sealed without them', async () => {
    const { key: steward } = await archive.key('steward', 'keeper');
    await archive.call(steward, 'POST', '/v1/datasets', { dataset: 'poems', title: 'Poems', purpose: 'Verses' });
    const [yes, no, unknown] = ['From fairest creatures', 'When forty winters', 'nobody knows'].map((text) => ({
      work: sha256Hex(text),
      spdx: 'CC0-1.0',
    }));
    const path = '/v1/datasets/poems/versions';
    const refused = await archive.call(steward, 'POST', path, { version: 1, items: [yes, no, unknown] });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({ code: 'consent_missing' });
    expect((refused.body['details'] as { items: unknown[] }).items).toEqual(
      expect.arrayContaining([
        { item: no!.work, reason: 'not_allowed' },
        { item: unknown!.work, reason: 'not_registered' },
      ]),
    );
    const sealed = await archive.call(steward, 'POST', path, { version: 1, items: [yes] });
    expect(sealed.body).toMatchObject({ dataset: 'poems', version: 1, items: 1, tokens: 22, bytes: 22 });
    const again = await archive.call(steward, 'POST', path, { version: 1, items: [yes] });
    expect(again.body).toMatchObject({ root: sealed.body['root'], createdTx: sealed.body['createdTx'] });
    const items = await archive.call(steward, 'GET', `${path}/1/items`);
    expect(items.body).toMatchObject({ page: 0, pages: 1, items: [{ work: yes!.work }] });
  });

  test('content comes from the owning member only where the ledger allows it, and checked', async () => {
    const { key: trainer } = await archive.key('trainer', 'smith');
    const get = (text: string): Promise<Response> =>
      fetch(`${archive.url}/v1/content/${sha256Hex(text)}`, { headers: { authorization: `Bearer ${trainer}` } });
    expect(await (await get('From fairest creatures')).text()).toBe('From fairest creatures');
    expect((await get('When forty winters')).status).toBe(403);
    const key = `sha256/${sha256Hex('From fairest creatures')}`;
    await archive.ports.store.remove(key);
    await guild.ports.store.put(key, Buffer.from('forged'));
    const forged = await get('From fairest creatures');
    expect(await forged.json()).toMatchObject({ code: 'digest_mismatch', details: { member: 'GuildMSP' } });
    await guild.ports.store.put(key, Buffer.from('From fairest creatures'));
  });

  test('content is put under its digest, as it is', async () => {
    const { key: trainer } = await archive.key('trainer', 'smith');
    const put = (body: string, type = 'application/octet-stream'): Promise<Response> =>
      fetch(`${archive.url}/v1/content`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${trainer}`, 'content-type': type },
        body,
      });
    const answer = await put('weights');
    expect([answer.status, await answer.json()]).toEqual([
      201,
      { address: `sha256/${sha256Hex('weights')}`, bytes: 7 },
    ]);
    expect((await put('')).status).toBe(400);
    expect((await put('weights', 'text/plain')).status).toBe(400);
  });

  test('a licence is offered, accepted, and lets content through that needs one', async () => {
    const text = 'Look in thy glass';
    const creators = [{ person: 'ann', share: 10_000 }];
    const preference = { generative_training: 'constrained' };
    const works = [
      { title: text, creators, medium: 'text', preference, content: { base64: Buffer.from(text).toString('base64') } },
    ];
    await guild.call(artist, 'POST', '/v1/artworks', { works });
    const { key: trainer } = await archive.key('trainer', 'smith');
    const content = `/v1/content/${sha256Hex(text)}`;
    expect((await archive.call(trainer, 'GET', content)).body['code']).toBe('not_authorised');
    const offer = {
      licence: 'glass',
      works: [sha256Hex(text)],
      licensee: 'ArchiveMSP',
      uses: ['generative_training'],
      from: 0,
      until: null,
      price: 10,
      weight: 200,
    };
    expect((await guild.call(artist, 'POST', '/v1/licences', offer)).body).toMatchObject({ state: 'offered' });
    const { key: steward } = await archive.key('steward', 'keeper');
    const accepted = await archive.call(steward, 'POST', '/v1/licences/glass/accept');
    expect(accepted.body).toMatchObject({ state: 'active', licence: 'glass' });
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const response = await fetch(archive.url + content, { headers: { authorization: `Bearer ${trainer}` } });
    expect(await response.text()).toBe(text);
    expect((await guild.call(artist, 'GET', '/v1/accounts/artist:GuildMSP:ann')).body).toMatchObject({ waiting: 10 });
    expect((await guild.call(artist, 'POST', '/v1/licences/glass/revoke', {})).body).toMatchObject({
      state: 'revoked',
    });
  });

  test('models are listed in OpenAI’s shape, lineages are the index’s', async () => {
    const { body } = await guild.call(artist, 'GET', '/v1/models');
    expect(body).toMatchObject({
      object: 'list',
      data: [
        { id: 'poet@1', object: 'model', owned_by: 'LabMSP', created: 1_700_000_000, llmchain: { state: 'approved' } },
      ],
    });
    await guild.call(artist, 'GET', `/v1/trace/${encodeURIComponent('batch:ComputeMSP/1')}?direction=down&asOf=3`);
    expect(guild.ports.lineage.asked).toContainEqual({ root: 'batch:ComputeMSP/1', direction: 'down', asOf: 3 });
    expect((await guild.call(artist, 'GET', '/v1/ledger/height')).body).toMatchObject({ height: 8, block: 7 });
  });
});
