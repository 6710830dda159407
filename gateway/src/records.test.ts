import { sha256Hex } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';

describe('records and sessions over HTTP', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let guild: TestMember;
  let admin: string;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'GuildMSP');
    guild = consortium.members.get('GuildMSP')!;
    admin = (await guild.key('admin', 'chair')).key;
  }, 30_000);
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(guild.url + path, { headers: { authorization: `Bearer ${admin}`, ...headers } });

  test('a list is read page by page to its end, and filtered', async () => {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await guild.call(admin, 'GET', `/v1/proposals?limit=1${after ? `&after=${after}` : ''}`);
      const { data } = page.body as { data: { proposal: string }[] };
      expect(data).toHaveLength(1);
      seen.push(data[0]!.proposal);
      after = page.body['after'] as string | undefined;
    } while (after !== undefined);
    const { body } = await guild.call(admin, 'GET', '/v1/proposals');
    expect(seen).toEqual((body['data'] as { proposal: string }[]).map(({ proposal }) => proposal));
    expect(seen).toContain('money');
    expect((await guild.call(admin, 'GET', '/v1/proposals?state=open')).body).toEqual({ data: [] });
    const works = await guild.call(admin, 'GET', '/v1/artworks?owner=GuildMSP&person=ann');
    expect(works.body['data']).toMatchObject([{ title: 'hers' }]);
    expect((await guild.call(admin, 'GET', '/v1/artworks?owner=LabMSP')).body).toEqual({ data: [] });
  });

  test('a cursor of another list is refused', async () => {
    const { body } = await guild.call(admin, 'GET', '/v1/proposals?limit=1');
    const answer = await guild.call(admin, 'GET', `/v1/artworks?after=${String(body['after'])}`);
    expect(answer.body['code']).toBe('invalid_argument');
  });

  test('a record has its last change as a tag, and is not sent again', async () => {
    const first = await get('/v1/proposals/money');
    const tag = first.headers.get('etag')!;
    expect(tag).toBe(`"${((await first.json()) as { updatedTx: string }).updatedTx}"`);
    const second = await get('/v1/proposals/money', { 'if-none-match': `"other", W/${tag}` });
    expect([second.status, await second.text()]).toEqual([304, '']);
    expect((await get('/v1/proposals/money', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  test('an answer waits for the block that the caller names', async () => {
    expect((await get('/v1/consortium?minBlock=7')).status).toBe(200);
    expect((await get('/v1/consortium', { 'x-llmchain-min-block': '7' })).status).toBe(200);
    for (const early of [get('/v1/consortium?minBlock=8'), get('/v1/consortium', { 'x-llmchain-min-block': '8' })]) {
      const answer = await early;
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'not_yet_indexed']);
    }
  });

  test('a session is opened once, topped up, and closed with what is left', async () => {
    const { actor, key } = await guild.key('caller', 'reader');
    const order = { key: actor.key, amount: 500, operationId: 'open-session-1' };
    const opened = await guild.call(admin, 'POST', '/v1/sessions', order);
    expect([opened.status, opened.body]).toMatchObject([
      201,
      { escrow: 500, state: 'open', block: expect.any(Number) },
    ]);
    const again = await guild.call(admin, 'POST', '/v1/sessions', order);
    const session = opened.body['session'] as string;
    expect(again.body['session']).toBe(session);
    const other = await guild.call(admin, 'POST', '/v1/sessions', { ...order, operationId: 'open-session-2' });
    expect(other.body['code']).toBe('wrong_state');
    const topped = await guild.call(admin, 'POST', `/v1/sessions/${session}/top-up`, { amount: 200 });
    expect(topped.body).toMatchObject({ escrow: 700 });
    const balance = await guild.call(key, 'GET', `/v1/sessions/${session}/balance`);
    expect(balance.body).toMatchObject({ escrow: 700, available: 700, closed: false });
    const stranger = await guild.key('caller', 'stranger');
    expect((await guild.call(stranger.key, 'GET', `/v1/sessions/${session}/balance`)).status).toBe(404);
    expect((await guild.call(admin, 'POST', `/v1/sessions/${session}/close`)).body).toMatchObject({ state: 'closed' });
    expect((await guild.call(admin, 'POST', `/v1/sessions/${session}/close`)).body['code']).toBe('wrong_state');
    const closed = await guild.call(key, 'GET', `/v1/sessions/${session}/balance`);
    expect(closed.body).toMatchObject({ available: 0, closed: true });
  });

  test('a session with answers that are not anchored stays, and takes no more orders', async () => {
    const { actor } = await guild.key('caller', 'reader', 1_000);
    const session = actor.session!;
    const reservation = { session, amount: 10, producer: 'LabMSP', expires: Date.now() + 60_000 };
    expect(await guild.ports.sessions.reserve({ ...reservation, receipt: 'a'.repeat(64) })).toBe(true);
    const early = await guild.call(admin, 'POST', `/v1/sessions/${session}/close`);
    expect(early.body).toMatchObject({ code: 'wrong_state', details: { outstanding: 10 } });
    expect(await guild.ports.sessions.reserve({ ...reservation, receipt: 'b'.repeat(64) })).toBe(false);
    const forced = await guild.call(admin, 'POST', `/v1/sessions/${session}/close`, { abandon: true });
    expect(forced.body).toMatchObject({ state: 'closed' });
  }, 15_000);

  test('the account of the consortium shows among the accounts, and a vote pays from it', async () => {
    const grants = [{ account: 'consortium' as const, amount: 900 }];
    await consortium.consortium.decide('dues', { kind: 'issue', grants, reason: 'dues' });
    const all = await guild.call(admin, 'GET', '/v1/accounts?owner=consortium');
    expect(all.body['data']).toMatchObject([{ account: 'consortium', amount: 900 }]);
    const transfer = { from: 'consortium', to: 'member:GuildMSP', amount: 1 };
    const taken = await guild.call(admin, 'POST', '/v1/transfers', transfer);
    expect([taken.status, taken.body['code']]).toEqual([403, 'not_authorised']);
    const payments = [{ account: 'artist:GuildMSP:ann' as const, amount: 900 }];
    await consortium.consortium.decide('prize', { kind: 'pay', payments, reason: 'a prize' });
    expect((await guild.call(admin, 'GET', '/v1/accounts/consortium')).body).toMatchObject({ balance: 0 });
    expect((await guild.call(admin, 'GET', '/v1/accounts/artist:GuildMSP:ann')).body).toMatchObject({ waiting: 900 });
  });

  test('an artist says of many works at once what may be done with them', async () => {
    const { key } = await guild.key('artist', 'bea');
    const works = Array.from({ length: 3 }, (_, index) => ({
      title: `Bea ${index}`,
      creators: [{ person: 'bea', share: 10_000 }],
      medium: 'text',
      preference: { training: 'allowed' },
      content: { text: `bea ${index}` },
    }));
    await guild.call(key, 'POST', '/v1/artworks', { works });
    const changes = works.map(({ content }) => ({
      work: sha256Hex(content.text),
      preference: { training: 'not_allowed' },
    }));
    const body = { operationId: 'prefer-1', changes };
    const { status, body: answer } = await guild.call(key, 'PUT', '/v1/artworks/preferences', body);
    expect([status, answer['works']]).toEqual([200, changes.map(({ work }) => work)]);
    const one = await guild.call(key, 'GET', `/v1/artworks/${changes[2]!.work}`);
    expect(one.body['preference']).toEqual({ training: 'not_allowed' });
    const other = await guild.call(key, 'PUT', '/v1/artworks/preferences', { ...body, changes: changes.slice(1) });
    expect(other.body['code']).toBe('conflict');
  });

  test('the document is ordered by subject', async () => {
    const { body } = await guild.call(undefined, 'GET', '/openapi.json');
    const paths = body['paths'] as Record<string, Record<string, { tags: string[] }>>;
    const tags = (body['tags'] as { name: string }[]).map(({ name }) => name);
    expect(paths['/v1/models/{id}/aliases']?.['get']?.tags).toEqual(['models']);
    expect(paths['/healthz']?.['get']?.tags).toEqual(['service']);
    const used = Object.values(paths).flatMap((methods) => Object.values(methods).flatMap((each) => each.tags));
    expect([...new Set(used)].sort()).toEqual(tags);
    expect(tags).toContain('artworks');
  });
});
