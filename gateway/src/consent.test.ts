import { sha256Hex } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';
import { streamed } from '../../test/support/streamed';
import { ConsentStanding } from './usecases/consent-standing';
import { WatchConsent } from './usecases/watch-consent';

const HERS = sha256Hex('hers');
const STANDING = '/v1/models/poet/versions/1/standing';

describe('consent is live', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let guild: TestMember;
  let archive: TestMember;
  let lab: TestMember;
  let caller: string;
  let artist: string;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'GuildMSP', 'ArchiveMSP', 'LabMSP');
    [guild, archive, lab] = ['GuildMSP', 'ArchiveMSP', 'LabMSP'].map((member) => consortium.members.get(member)!) as [
      TestMember,
      TestMember,
      TestMember,
    ];
    consortium.workers.get('ComputeMSP')!.loaded = [{ model: 'poet', version: 1 }];
    caller = (await archive.key('caller', 'reader', 1_000_000)).key;
    artist = (await guild.key('artist', 'ann')).key;
  }, 60_000);
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });
  afterEach(() => prefers({ generative_training: 'allowed' }));

  const prefers = (preference: object) =>
    guild.call(artist, 'PUT', `/v1/artworks/${HERS}/preference`, { preference }).then(({ status }) => {
      expect(status).toBe(200);
    });
  const asks = () => archive.call(caller, 'POST', '/v1/completions', { model: 'poet', prompt: 'Shall', max_tokens: 2 });
  const settle = async (members: readonly TestMember[]): Promise<void> => {
    for (const { mspId, ports } of members)
      await new WatchConsent({ own: mspId }, { ...ports, standing: new ConsentStanding({}, ports) }).run();
  };

  test('the next request after an artist said no is refused with the reason, before anything is set aside', async () => {
    expect((await asks()).status).toBe(200);
    const before = (await archive.call(caller, 'GET', STANDING)).body;
    expect(before).toEqual({ stands: true, offences: [] });
    await prefers({});
    const { status, body } = await asks();
    expect([status, body['code']]).toEqual([422, 'tainted']);
    expect(body['details']).toMatchObject({
      model: 'poet',
      version: 1,
      works: 1,
      offences: [{ dataset: 'verses', version: 1, page: 0, work: HERS, reason: 'not_allowed' }],
    });
    expect((await archive.call(caller, 'GET', STANDING)).body).toMatchObject({ stands: false });
    await prefers({ generative_training: 'allowed' });
    expect((await asks()).status).toBe(200);
  });

  describe('an answer under way when an artist says no', () => {
    const worker = () => consortium.workers.get('ComputeMSP')!;
    const stream = (key: string) =>
      streamed(archive, key, { model: 'poet', prompt: 'Shall', max_tokens: 40 }, () => prefers({}));
    beforeEach(() => {
      Object.assign(worker(), { pieces: Array.from({ length: 40 }, () => 'verse '), pace: 50 });
    });
    afterEach(() => {
      Object.assign(worker(), { pieces: ['Shall ', 'I ', 'compare'], pace: 0, deaf: false });
    });

    test('ends with the error and its reason; what was given is charged, and the receipt says so', async () => {
      const { key, actor } = await archive.key('caller', 'reader', 1_000_000);
      const { events, receipt } = await stream(key);
      const last = events.pop()!;
      expect(last).toMatchObject({
        error: { code: 'tainted' },
        code: 'tainted',
        details: { model: 'poet', offences: [{ work: HERS, reason: 'not_allowed' }], receipt, promptTokens: 3 },
      });
      expect(events.length).toBeGreaterThan(0);
      expect(events.length).toBeLessThan(40);
      const { completionTokens, amount } = last['details'] as { completionTokens: number; amount: number };
      expect(completionTokens).toBe(events.length);
      expect(await archive.session(actor.session!)).toMatchObject({ spent: amount, reserved: 0 });
      const told = await archive.call(key, 'GET', `/v1/receipts/${receipt}`);
      expect(told.body).toMatchObject({ receipt: { body: { stop: 'tainted', completionTokens, amount } } });
    });

    test('is left by the gateway when its worker does not end', async () => {
      worker().deaf = true;
      const { key, actor } = await archive.key('caller', 'reader', 1_000_000);
      const began = Date.now();
      const { events } = await stream(key);
      expect(Date.now() - began).toBeLessThan(2_000);
      expect(events.at(-1)).toMatchObject({ code: 'tainted', details: { works: 1 } });
      expect((await archive.session(actor.session!)).reserved).toBeGreaterThan(0);
    });

    test('that is not streamed is refused as a whole, and charged', async () => {
      const { key, actor } = await archive.key('caller', 'reader', 1_000_000);
      const answer = archive.call(key, 'POST', '/v1/completions', { model: 'poet', prompt: 'Shall', max_tokens: 40 });
      setTimeout(() => void prefers({}), 200);
      const { status, body, headers } = await answer;
      expect([status, body['code']]).toEqual([422, 'tainted']);
      expect(headers.get('x-llmchain-receipt')).toBe((body['details'] as { receipt: string }).receipt);
      expect((await archive.session(actor.session!)).spent).toBeGreaterThan(100);
    });
  });

  test('a dispute stops what rests on the work until the members decide', async () => {
    const claimant = (await archive.key('steward', 'steward')).key;
    const dispute = { dispute: 'd1', work: HERS, grounds: 'authorship', evidence: sha256Hex('a letter') };
    expect((await archive.call(claimant, 'POST', '/v1/disputes', dispute)).status).toBe(201);
    expect((await asks()).body).toMatchObject({ code: 'tainted', details: { offences: [{ reason: 'disputed' }] } });
    expect((await archive.call(claimant, 'POST', '/v1/disputes/d1/drop', {})).status).toBe(200);
    expect((await asks()).status).toBe(200);
  });

  test('gateways put the taint on the ledger, each for what is its member’s, and lift it the same way', async () => {
    const key = (await lab.key('auditor', 'auditor')).key;
    const state = async (what: string) => (await lab.call(key, 'GET', `/v1/${what}/taint`)).body['state'];
    const states = () =>
      Promise.all(['datasets/verses/versions/1', 'training/jobs/job-verses', 'models/poet/versions/1'].map(state));
    await settle([guild, archive, lab]);
    expect(await states()).toEqual([undefined, undefined, undefined]);
    await prefers({});
    await settle([guild, lab]);
    expect(await states()).toEqual([undefined, undefined, undefined]);
    await settle([archive, lab]);
    expect(await states()).toEqual(['tainted', 'tainted', 'tainted']);
    const listed = (await lab.call(key, 'GET', '/v1/taints?state=tainted')).body as { data: unknown[] };
    expect(listed.data).toHaveLength(3);
    await prefers({ generative_training: 'allowed' });
    await settle([archive, lab]);
    expect(await states()).toEqual(['lifted', 'lifted', 'lifted']);
    const submitted = consortium.ledger.submitted.length;
    await settle([guild, archive, lab]);
    expect(consortium.ledger.submitted).toHaveLength(submitted);
  });

  test('a look asks the index a few times, however much there is, and the ledger nothing', async () => {
    const service = { ...lab.ports.ledgers.service };
    const never = (): never => {
      throw new Error('the ledger was asked');
    };
    Object.assign(service, { find: never, get: never, list: never, submit: never });
    let asked = 0;
    const records = Object.fromEntries(
      Object.entries(lab.ports.index.records).map(([name, ask]) => [
        name,
        (...args: never[]) => {
          asked += 1;
          return (ask as (...args: never[]) => unknown)(...args);
        },
      ]),
    ) as unknown as typeof lab.ports.index.records;
    const index = { ...lab.ports.index, onWritten: () => undefined, records };
    const ports = { ...lab.ports, index, ledgers: { service, as: lab.ports.ledgers.as.bind(lab.ports.ledgers) } };
    await new WatchConsent({ own: 'LabMSP' }, { ...ports, standing: new ConsentStanding({}, { index }) }).run();
    expect(asked).toBe(6);
  });

  test('a licence that ends by itself is not relied on a moment longer, though nothing is written', async () => {
    const reference = { dataset: 'verses', version: 1 };
    const { records } = archive.ports.index;
    const pages = (await records.datasetPages(reference)).map((page) => ({
      ...page,
      items: page.items.map((item) => ({ ...item, licence: 'lent' })),
    }));
    const lent = {
      state: 'active',
      from: 0,
      until: 1_000,
      works: [HERS],
      uses: ['generative_training'],
      licensee: '*',
    };
    const owner = { member: 'GuildMSP', person: 'ann' };
    let now = 999;
    let asked = 0;
    const index = {
      ...archive.ports.index,
      onWritten: () => undefined,
      records: {
        ...records,
        datasetPages: () => {
          asked += 1;
          return Promise.resolve(pages);
        },
        current: ((type: 'work' | 'licence', keys: readonly string[]) =>
          type === 'work'
            ? records.current(type, keys)
            : Promise.resolve(new Map([['lent', { ...lent, owner, weight: 1 }]]))) as unknown as typeof records.current,
      },
    };
    const standing = new ConsentStanding({ now: () => now }, { index });
    for (let times = 0; times < 2; times++) expect(await standing.ofDataset(reference, 'ArchiveMSP')).toEqual([]);
    expect(asked).toBe(1);
    now = 1_000;
    expect(await standing.ofDataset(reference, 'ArchiveMSP')).toMatchObject([{ reason: 'licence_not_in_force' }]);
  });
});
