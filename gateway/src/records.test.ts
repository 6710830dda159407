import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';

describe('records, sessions and keys over HTTP', () => {
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

  test('keys are listed without secrets, and one that is taken back lets nobody in', async () => {
    const { key, actor } = await guild.key('auditor', 'eve');
    const list = await guild.call(admin, 'GET', '/v1/keys?limit=500');
    expect(list.body['data']).toContainEqual({
      id: actor.key,
      role: 'auditor',
      name: 'eve',
      created: expect.any(Number),
    });
    expect(JSON.stringify(list.body)).not.toContain('lk_');
    expect((await guild.call(admin, 'DELETE', `/v1/keys/${actor.key}`)).status).toBe(200);
    expect((await guild.call(key, 'GET', '/v1/models')).status).toBe(401);
    expect((await guild.call(admin, 'DELETE', `/v1/keys/${actor.key}`)).status).toBe(404);
    expect((await guild.call(admin, 'DELETE', '/v1/keys/admin')).body['code']).toBe('wrong_state');
  });
});
