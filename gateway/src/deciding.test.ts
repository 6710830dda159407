import { canonicalJson, compositeKey, LlmchainError } from '@llmchain/protocol';
import { MEMBERS } from '../../test/support/consortium';
import type { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { Producing } from '../../test/support/gateway-producing';
import { TestPostgres } from '../../test/support/postgres';
import { SilentRivals } from './usecases/silent-rivals';

/** Price of the test worker's answer, micro-credits. */
const COST = 133;
/** How long a member that is called upon has, milliseconds: a tenth of the ten minutes that a batch waits. */
const TURN = 60_000;
const FOUND = { reason: 'output_mismatch' };

describe('how a batch is decided', () => {
  let postgres: TestPostgres;
  let producing: Producing;
  let consortium: GatewayConsortium;
  let archive: TestMember;
  let compute: TestMember;
  let ids: string[];
  let session: string;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
  }, 30_000);
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    producing = await Producing.start(postgres);
    ({ consortium, archive, compute } = producing);
    ({ ids, session } = await producing.produces(1));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await producing.stop();
  });

  const later = (by: number) => {
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now + by);
  };
  const thinks = (opinion: 'reject' | 'pending', ...members: string[]) => {
    for (const member of members) consortium.ledger.opinions.set(member, opinion);
  };
  const asked = (): (readonly string[] | undefined)[] =>
    consortium.ledger.submitted
      .filter(({ name }) => name === 'inference:acceptBatch')
      .map(({ endorsers }) => endorsers);
  const own = () => compute.ports.production.batch(1);

  test('two rivals accept it, those in turn', async () => {
    await producing.decides();
    expect(asked()).toEqual([['GuildMSP', 'LabMSP']]);
    expect(await own()).toMatchObject({ state: 'accepted', refusals: [] });
    await producing.produces(1);
    await producing.decides();
    expect(asked()[1]).toEqual(['ArchiveMSP', 'LabMSP']);
  });

  test('who refuses says so on the ledger by its own gateway, and another is called upon', async () => {
    const lab = await consortium.gateway('LabMSP');
    thinks('reject', 'LabMSP');
    const driver = producing.acceptor();
    await driver.run();
    expect(await own()).toMatchObject({
      state: 'anchored',
      refusals: [{ member: 'LabMSP', code: 'not_verified', ...FOUND }],
    });
    await producing.watches(lab);
    expect(producing.submitted('inference:refuseBatch')).toEqual([{ producer: 'ComputeMSP', sequence: 1, ...FOUND }]);
    await driver.run(Date.now() + 1_000);
    expect(asked().at(-1)).toEqual(['ArchiveMSP', 'GuildMSP']);
    expect(await own()).toMatchObject({ state: 'accepted' });
    expect((await producing.statusOf(archive, ids[0]!))['refusals']).toMatchObject([{ member: 'LabMSP', ...FOUND }]);
    await producing.watches(lab);
    expect(producing.submitted('inference:refuseBatch')).toHaveLength(1);
  });

  test('a batch that enough refuse is rejected, and its session has its credits back', async () => {
    thinks('reject', 'GuildMSP', 'LabMSP');
    await producing.decides();
    const findings = ['GuildMSP', 'LabMSP'].map((member) => ({ member, ...FOUND }));
    const refusals = findings.map((each) => ({ ...each, code: 'not_verified' }));
    expect(producing.submitted('inference:rejectBatch')).toEqual([{ producer: 'ComputeMSP', sequence: 1, findings }]);
    for (const member of [archive, compute]) {
      expect(await producing.statusOf(member, ids[0]!)).toMatchObject({
        ...{ state: 'rejected', endorsers: [], refusals, findings },
      });
    }
    expect(await archive.session(session)).toMatchObject({ spent: COST });
    await producing.watches(archive);
    await producing.watches(archive);
    expect(await archive.session(session)).toMatchObject({ spent: 0, reserved: 0 });
    expect(await producing.statusOf(archive, ids[0]!)).toMatchObject({ state: 'refunded', findings });
    expect(producing.submitted('inference:reclaim')).toHaveLength(1);
  });

  test('a liar that does not propose its own rejection is rejected by a rival’s gateway, in its turn', async () => {
    thinks('reject', 'GuildMSP', 'LabMSP');
    const watch = producing.watcher(archive);
    await watch.run();
    expect(producing.submitted('inference:rejectBatch')).toEqual([]);
    await watch.run(Date.now() + 20_000);
    expect(producing.submitted('inference:rejectBatch')).toHaveLength(1);
    await watch.run();
    expect(await producing.statusOf(archive, ids[0]!)).toMatchObject({ state: 'refunded' });
    // The producer learns of it.
    await producing.decides();
    expect(await own()).toMatchObject({ state: 'rejected' });
  });

  test('a refund is never more than was charged, whatever the producer wrote into its batch', async () => {
    const { sessions } = archive.ports;
    await sessions.refund({ producer: 'ComputeMSP', sequence: 1, session, amount: 10 * COST });
    await sessions.refund({ producer: 'ComputeMSP', sequence: 2, session, amount: COST });
    expect(await archive.session(session)).toMatchObject({ spent: 0 });
  });

  test('a batch that nobody verifies expires when its time is over, and gives the credits back', async () => {
    thinks('pending', ...MEMBERS);
    const driver = producing.acceptor();
    await driver.run();
    expect(await own()).toMatchObject({ state: 'anchored' });
    const { state } = consortium.consortium.world;
    const key = compositeKey('batch', ['ComputeMSP', '0000000001']);
    const batch = JSON.parse(Buffer.from(state.get(key)!).toString()) as object;
    state.set(key, Buffer.from(canonicalJson({ ...batch, deadline: Date.now() - 1 })));
    await driver.run(Date.now() + 1_000);
    expect(await own()).toMatchObject({ state: 'expired' });
    expect(producing.submitted('inference:expireBatch')).toHaveLength(1);
    await producing.watches(archive);
    expect(await producing.statusOf(archive, ids[0]!)).toMatchObject({ state: 'refunded', findings: [] });
  });

  test('who has no verdict is asked again, passed over when its time is over, and called upon last from then on', async () => {
    thinks('pending', 'GuildMSP');
    const silent = new SilentRivals();
    const driver = producing.acceptor(silent);
    await driver.run();
    await driver.run();
    expect(asked()).toEqual([['GuildMSP', 'LabMSP']]);
    expect(await own()).toMatchObject({
      state: 'anchored',
      refusals: [{ member: 'GuildMSP', code: 'verdict_pending' }],
    });
    await driver.run(Date.now() + TURN / 2);
    expect(producing.submitted('inference:passOver')).toEqual([]);
    // The producer's clock is ahead: the ledger's counts.
    await driver.run(Date.now() + TURN);
    expect(producing.submitted('inference:passOver')).toHaveLength(1);
    expect(await own()).toMatchObject({ state: 'anchored' });
    later(TURN + 1_000);
    await driver.run();
    expect(asked().at(-1)).toEqual(['ArchiveMSP', 'LabMSP']);
    expect(await own()).toMatchObject({ state: 'accepted' });
    expect(silent.lately()).toEqual([{ member: 'GuildMSP', sequence: 1 }]);
    expect(silent.lately(Date.now() + 20 * TURN)).toBeUndefined();
  });

  test('one that answers in its time is not passed over', async () => {
    thinks('pending', 'GuildMSP');
    const driver = producing.acceptor();
    await driver.run();
    consortium.ledger.opinions.clear();
    later(TURN + 1_000);
    await driver.run();
    expect(producing.submitted('inference:passOver')).toEqual([]);
    expect(await own()).toMatchObject({ state: 'accepted', refusals: [] });
  });

  test('a canary is answered by an own worker, and whoever accepted it is told of on the ledger', async () => {
    const { key } = await compute.key('operator', 'eve', 1_000_000);
    const order = { model: 'poet', prompt: 'a', maxTokens: 3 };
    const send = (as: string) => compute.call(as, 'POST', '/v1/canaries', order);
    const { status, body } = await send(key);
    expect([status, Object.keys(body)]).toEqual([201, ['receipt']]);
    expect([...consortium.workers].map(([member, { canaries }]) => [member, canaries])).toEqual([
      ['LabMSP', 0],
      ['ComputeMSP', 1],
    ]);
    expect((await send((await compute.key('caller', 'reader', 1_000_000)).key)).status).toBe(403);
    expect((await send((await compute.key('operator', 'poor')).key)).status).toBe(402);
    await compute.gateway.produce();
    await producing.decides();
    const path = `/v1/batches/ComputeMSP/2/receipts/${String(body['receipt'])}/fault`;
    expect((await compute.call(key, 'POST', path)).body).toMatchObject({ code: 'not_verified' });
    thinks('reject', 'ArchiveMSP', 'GuildMSP', 'LabMSP');
    expect((await compute.call(key, 'POST', path)).body).toMatchObject({ batch: 'ComputeMSP/2', ...FOUND });
    const { body: reputation } = await compute.call(key, 'GET', '/v1/reputations/ComputeMSP');
    expect(reputation).toMatchObject({
      faults: 1,
      verifiers: [
        { member: 'ArchiveMSP', missed: 1 },
        { member: 'LabMSP', missed: 1 },
      ],
    });
    const elsewhere = `/v1/batches/ComputeMSP/1/receipts/${String(body['receipt'])}/fault`;
    expect((await compute.call(key, 'POST', elsewhere)).status).toBe(404);
  });

  test('waits grow while nobody has a verdict, to a minute at most', async () => {
    thinks('pending', 'ArchiveMSP', 'GuildMSP', 'LabMSP');
    const driver = producing.acceptor();
    const started = Date.now();
    for (let second = 0; second < 480; second++) await driver.run(started + second * 1_000);
    // A quarter of a second at first, half as long again each time, and from the fifteenth wait on a minute.
    expect(asked().length).toBeGreaterThan(15);
    expect(asked().length).toBeLessThan(25);
    consortium.ledger.opinions.clear();
    await driver.run(started + 590_000);
    expect(await own()).toMatchObject({ state: 'accepted' });
  });

  test('an acceptance that was lost on the way back is noticed', async () => {
    consortium.ledger.faults.after = (name) => {
      if (name === 'inference:acceptBatch') throw new LlmchainError('commit_unknown', 'lost');
    };
    const driver = producing.acceptor();
    await driver.run();
    consortium.ledger.faults.after = undefined;
    await driver.run(Date.now() + 1_000);
    expect(await own()).toMatchObject({ state: 'accepted' });
    expect(asked()).toHaveLength(1);
  });
});
