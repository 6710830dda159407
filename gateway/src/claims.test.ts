import { canonicalJson, compositeKey, ordinal, sha256Hex } from '@llmchain/protocol';
import type { TestMember } from '../../test/support/gateway-member';
import { Producing } from '../../test/support/gateway-producing';
import { TestPostgres } from '../../test/support/postgres';

const PAID = { 1: 46, 2: 93 };

describe('claims', () => {
  let postgres: TestPostgres;
  let producing: Producing;
  let guild: TestMember;
  let artist: string;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
  }, 30_000);
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    producing = await Producing.start(postgres);
    const { consortium } = producing;
    const table = canonicalJson([{ payee: 'artist:GuildMSP:ann', start: 0, share: 4 * 100 * 10_000 }]);
    const address = `sha256/${sha256Hex(table)}`;
    const lab = await consortium.gateway('LabMSP');
    lab.bucket.objects.set(address, Buffer.from(table));
    const model = consortium.model();
    const record = canonicalJson({ ...model, royalty: { ...model.royalty, address } });
    consortium.consortium.world.state.set(compositeKey('model', ['poet', ordinal(1)]), Buffer.from(record));
    guild = await consortium.gateway('GuildMSP');
    artist = (await guild.key('artist', 'ann')).key;
  });
  afterEach(() => producing.stop());

  const claim = async (more: object = {}, key = artist) =>
    (await guild.call(key, 'POST', '/v1/claims', { model: 'poet', version: 1, ...more })).body;
  const earns = async (answers: number) => {
    await producing.produces(answers);
    await producing.decides();
  };
  const waiting = async () => {
    const { body } = await guild.call(artist, 'GET', '/v1/accounts/artist:GuildMSP:ann');
    return body['waiting'];
  };

  test('an artist claims what a model earned, from every producer, once', async () => {
    await producing.produces(2);
    expect(await claim()).toMatchObject({ claims: [], amount: 0 });
    await producing.decides();
    expect(await claim()).toMatchObject({
      payee: 'artist:GuildMSP:ann',
      claims: [{ producer: 'ComputeMSP', upTo: 1, amount: PAID[2] }],
      amount: PAID[2],
    });
    expect(await claim()).toMatchObject({ claims: [], amount: 0 });
    await earns(1);
    expect(await claim()).toMatchObject({ claims: [{ upTo: 2 }], amount: PAID[1] });
    const { key: stranger } = await guild.key('artist', 'will');
    expect(await claim({}, stranger)).toMatchObject({ code: 'not_found' });
  });

  test('under an operation id the first answer is given again, whatever is earned since', async () => {
    await earns(2);
    const operationId = 'claim-once-1';
    const first = await claim({ operationId });
    expect(first).toMatchObject({ claims: [{ upTo: 1 }], amount: PAID[2] });
    await earns(1);
    const again = await claim({ operationId });
    expect(again).toMatchObject({ payee: first['payee'], claims: [{ upTo: 1, amount: PAID[2] }], amount: PAID[2] });
    expect(await waiting()).toBe(PAID[2]);
    expect(await claim({ operationId: 'claim-once-2' })).toMatchObject({ claims: [{ upTo: 2 }], amount: PAID[1] });
    expect(await claim({ operationId })).toMatchObject({ amount: PAID[2] });
    expect(await waiting()).toBe(PAID[1] + PAID[2]);
  });

  test('an operation id stands for one claim: not for another model, producer or payee', async () => {
    await earns(1);
    const operationId = 'claim-once-3';
    await claim({ operationId });
    const { key: admin } = await guild.key('admin', 'chair');
    expect(await claim({ operationId, producer: 'ComputeMSP' })).toMatchObject({ code: 'conflict' });
    expect(await claim({ operationId }, admin)).toMatchObject({ code: 'conflict' });
    expect(await waiting()).toBe(PAID[1]);
  });

  test('a claim that was lost on the way back is told when it is repeated, and is not paid again', async () => {
    await earns(2);
    const { faults } = producing.consortium.ledger;
    faults.after = (name) => {
      if (name === 'credits:claim') throw new Error('the answer was lost');
    };
    expect(await claim({ operationId: 'claim-lost-1' })).toMatchObject({ code: 'internal' });
    faults.after = undefined;
    expect(await waiting()).toBe(PAID[2]);
    expect(await claim({ operationId: 'claim-lost-1' })).toMatchObject({ claims: [{ upTo: 1 }], amount: PAID[2] });
    expect(await waiting()).toBe(PAID[2]);
  });

  test('many repetitions at once pay once', async () => {
    await earns(2);
    const answers = await Promise.all(Array.from({ length: 5 }, () => claim({ operationId: 'claim-many-1' })));
    for (const answer of answers) expect(answer).toMatchObject({ claims: [{ upTo: 1 }], amount: PAID[2] });
    expect(await claim()).toMatchObject({ claims: [], amount: 0 });
  });
});
