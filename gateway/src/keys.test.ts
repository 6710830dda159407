import { LlmchainError } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';

describe('API keys over HTTP', () => {
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

  describe('a key made under an operation id', () => {
    const order = (operationId: string, more: object = {}) => ({
      operationId,
      role: 'caller',
      name: 'reader',
      credits: 700,
      ...more,
    });
    const make = (body: object) => guild.call(admin, 'POST', '/v1/keys', body);
    const whoami = (key: unknown) => guild.call(key as string, 'GET', '/v1/whoami');
    const opened = () => consortium.ledger.submitted.filter(({ name }) => name === 'inference:openSession').length;
    const treasury = async () =>
      (await guild.call(admin, 'GET', '/v1/accounts/member:GuildMSP')).body['balance'] as number;

    test('has another secret when the call is repeated, until it is used; its session is paid once', async () => {
      const before = await treasury();
      const first = await make(order('make-key-1'));
      const again = await make(order('make-key-1'));
      expect([first.status, again.status]).toEqual([201, 201]);
      expect(again.body).toEqual({ ...first.body, key: expect.stringMatching(/^lk_[\w-]{43}$/) });
      expect(again.body['key']).not.toBe(first.body['key']);
      expect(await treasury()).toBe(before - 700);
      expect((await whoami(first.body['key'])).status).toBe(401);
      expect((await whoami(again.body['key'])).body).toMatchObject({
        key: first.body['id'],
        session: first.body['session'],
        member: 'GuildMSP',
        role: 'caller',
        person: null,
      });
      const late = await make(order('make-key-1'));
      expect([late.status, late.body['code']]).toEqual([409, 'conflict']);
      expect((await whoami(again.body['key'])).status).toBe(200);
    });

    test('is refused for another order under the same id', async () => {
      await make(order('make-key-2'));
      for (const more of [{ credits: 701 }, { role: 'auditor' }, { name: 'writer' }, { credits: undefined }]) {
        const other = await make(order('make-key-2', more));
        expect([other.status, other.body['code']]).toEqual([409, 'conflict']);
      }
    });

    test('is not made again after it was taken back', async () => {
      const { body } = await make(order('make-key-3'));
      await guild.call(admin, 'DELETE', `/v1/keys/${String(body['id'])}`);
      expect((await make(order('make-key-3'))).body['code']).toBe('conflict');
    });

    test('asked for many times at once is one key with one session', async () => {
      const sessions = opened();
      const before = await treasury();
      const answers = await Promise.all(Array.from({ length: 6 }, () => make(order('make-key-4'))));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
      expect(opened() - sessions).toBeGreaterThan(0);
      expect(await treasury()).toBe(before - 700);
      const letIn = await Promise.all(answers.map(({ body }) => whoami(body['key'])));
      expect(letIn.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    test('may be asked for again when the treasury could not pay, and when nobody knows whether it did', async () => {
      const poor = await make(order('make-key-5', { credits: 10 ** 12 }));
      expect(poor.body['code']).toBe('insufficient_credits');
      const list = await guild.call(admin, 'GET', '/v1/keys?limit=500');
      const before = (list.body['data'] as unknown[]).length;
      expect((await make(order('make-key-5'))).status).toBe(201);

      consortium.ledger.faults.after = () => {
        throw new LlmchainError('unavailable', 'The answer was lost.');
      };
      const lost = await make(order('make-key-6'));
      consortium.ledger.faults.after = undefined;
      expect([lost.status, lost.body['code']]).toEqual([503, 'unavailable']);
      const funds = await treasury();
      const { status, body } = await make(order('make-key-6'));
      expect(status).toBe(201);
      expect(await treasury()).toBe(funds);
      expect((await whoami(body['key'])).body['session']).toBe(body['session']);
      const { data } = (await guild.call(admin, 'GET', '/v1/keys?limit=500')).body;
      expect((data as unknown[]).length).toBe(before + 2);
    });
  });

  test('whoami says what the ledger takes a key’s holder for', async () => {
    const { key, actor } = await guild.key('artist', 'ann');
    expect((await guild.call(key, 'GET', '/v1/whoami')).body).toEqual({
      key: actor.key,
      name: 'ann',
      member: 'GuildMSP',
      role: 'artist',
      person: 'ann',
      endorser: 'GuildMSP',
    });
  });

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
