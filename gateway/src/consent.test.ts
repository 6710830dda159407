import { sha256Hex } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';
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
