import {
  canonicalJson,
  compositeKey,
  sha256Hex,
  taintKey,
  type Grant,
  type Sale,
  type Taint,
  type Work,
} from '@llmchain/protocol';
import {
  block,
  BlockList,
  item,
  put,
  putDatasetVersion,
  putJob,
  putLicence,
  putModel,
  putPage,
  putWork,
  rawWrite,
  transaction,
  work,
} from '../../../test/support/blocks';
import { IndexBench } from '../../../test/support/index-bench';
import type { Indexer } from '../index';

const verse = work('verse');
const sold: Work = { ...verse, owner: { member: 'ArchiveMSP' }, formerOwners: [verse.owner] };
const stamps = { createdTx: 't', updatedTx: 't' };
const sale: Sale = {
  schema: 'sale/1',
  sale: 's',
  work: verse.sha256,
  seller: 'artist:GuildMSP:ann',
  share: 0,
  ownership: true,
  price: 5,
  until: null,
  state: 'open',
  owner: verse.owner,
  ...stamps,
};
const onDataset: Grant = {
  schema: 'grant/1',
  grant: 'on-dataset',
  subject: { kind: 'dataset', dataset: 'd', version: 1 },
  purpose: 'training',
  until: 2_000,
  grantee: 'LabMSP',
  state: 'granted',
  owner: { member: 'LabMSP' },
  ...stamps,
};
const onWork: Grant = { ...onDataset, grant: 'on-work', subject: { kind: 'work', work: verse.sha256 }, until: null };
const wanted: Grant = { ...onWork, state: 'requested' };
const denied: Grant = { ...onWork, grant: 'denied', state: 'denied', until: 1_000 };
const asked: Grant = { ...onWork, grant: 'asked', state: 'requested', until: 3_000 };
const tainted: Taint = {
  schema: 'taint/1',
  subject: { kind: 'dataset', dataset: 'd', version: 1 },
  cause: { kind: 'work', work: verse.sha256, reason: 'withdrawn' },
  state: 'tainted',
  owner: { member: 'ArchiveMSP' },
  ...stamps,
};
const ending = (licence: string, until: number): ReturnType<typeof rawWrite> => {
  const { value } = putLicence(licence, [verse.sha256], 'active');
  const record = JSON.parse(Buffer.from(value!).toString()) as object;
  return rawWrite(compositeKey('licence', [licence]), canonicalJson({ ...record, until }));
};
const accepted = ((): ReturnType<typeof rawWrite> => {
  const { value } = putLicence('accepted', [verse.sha256], 'active');
  const record = JSON.parse(Buffer.from(value!).toString()) as object;
  return rawWrite(compositeKey('licence', ['accepted']), canonicalJson({ ...record, acceptedBy: 'LabMSP' }));
})();
const putGrant = (grant: Grant): ReturnType<typeof put> => put('grant', [grant.grant], grant);
const BLOCKS = [
  block(0, [transaction('', [], { id: '', endorsers: [] })]),
  block(1, [transaction('artworks:register', [putWork(verse)])]),
  block(2, [transaction('artworks:offerSale', [put('sale', ['s'], sale)])]),
  block(3, [
    transaction('artworks:acceptLicence', [ending('over', 1_000), ending('running', 9_000)]),
    transaction('artworks:acceptLicence', [putLicence('endless', [verse.sha256], 'active')]),
  ]),
  // A page sent twice, and one of the eleventh version: neither is to stand in for the first version's.
  block(4, [
    transaction('datasets:addPage', [putPage('d', 1, 0, [item('draft')]), putPage('d', 11, 0, [item('other')])]),
  ]),
  block(5, [
    transaction('datasets:addPage', [putPage('d', 1, 0, [item('verse')]), putPage('d', 1, 1, [item('more')])]),
  ]),
  block(6, [transaction('datasets:seal', [putDatasetVersion('d', 1, 2)])]),
  block(7, [
    transaction('artworks:buy', [
      putWork(sold),
      put('sale', ['s'], { ...sale, state: 'sold', soldTo: 'member:ArchiveMSP' }),
    ]),
  ]),
  block(8, [
    transaction('training:open', [putJob('j', 'd', 1)]),
    transaction('models:register', [putModel('m', 1, { job: 'j', dataset: 'd', datasetVersion: 1 }, 'candidate')]),
    transaction('datasets:taint', [put('taint', taintKey(tainted.subject), tainted)]),
    transaction('artworks:offerLicence', [putLicence('unsold', [verse.sha256], 'offered')]),
    transaction('artworks:acceptLicence', [accepted]),
  ]),
  block(9, [transaction('access:request', [wanted, onDataset, denied, asked].map(putGrant))]),
  block(10, [transaction('access:decide', [putGrant(onWork)])]),
];

describe('records of the index, on a real Postgres', () => {
  let bench: IndexBench;
  let indexer: Indexer;
  const written: (readonly string[])[] = [];
  beforeAll(async () => {
    bench = await IndexBench.start();
    indexer = await bench.follow(new BlockList(BLOCKS), bench.newSchema(), (each) => {
      each.onWritten((origins) => written.push(origins));
    });
    await indexer.waitFor(BLOCKS.length - 1, 5_000);
  });
  afterAll(() => bench.stop());

  test('a record as it stands, and none that is not there', async () => {
    const works = await indexer.records.current('work', [verse.sha256, 'f'.repeat(64)]);
    expect([...works]).toEqual([[verse.sha256, sold]]);
  });

  test('the pages of one dataset version, as they were sent last', async () => {
    const pages = await indexer.records.datasetPages({ dataset: 'd', version: 1 });
    expect(pages.map(({ index, items }) => [index, items])).toEqual([
      [0, [item('verse')]],
      [1, [item('more')]],
    ]);
    expect(await indexer.records.datasetPages({ dataset: 'd', version: 2 })).toEqual([]);
  });

  test('everything that a record ever said, with who said it', async () => {
    const versions = await indexer.records.history('work', [verse.sha256]);
    expect(versions.map(({ block: number, function: name, record }) => [number, name, record])).toEqual([
      [1, 'artworks:register', verse],
      [7, 'artworks:buy', sold],
    ]);
    expect(versions[0]).toMatchObject({ creator: 'LabMSP', time: expect.any(Number) as number });
  });

  test('the sales of a work, as they stand', async () => {
    expect(await indexer.records.salesOf(verse.sha256)).toMatchObject([{ sale: 's', state: 'sold' }]);
    expect(await indexer.records.salesOf('f'.repeat(64))).toEqual([]);
  });

  test('licences whose time is over, of one member', async () => {
    expect(await indexer.records.licencesOver('GuildMSP', 999)).toEqual([]);
    expect(await indexer.records.licencesOver('GuildMSP', 1_000)).toEqual(['over']);
    expect(await indexer.records.licencesOver('GuildMSP', 10_000)).toEqual(['over', 'running']);
    expect(await indexer.records.licencesOver('LabMSP', 10_000)).toEqual([]);
  });

  test('licences of a work that somebody accepted', async () => {
    const licences = await indexer.records.licencesOf(verse.sha256);
    expect(licences.map(({ licence, acceptedBy }) => [licence, acceptedBy])).toEqual([['accepted', 'LabMSP']]);
    expect(await indexer.records.licencesOf(sha256Hex('another'))).toEqual([]);
  });

  test('grants on a work, whatever became of them, and those that a member has', async () => {
    const { records } = indexer;
    expect(await records.grantsOn(verse.sha256)).toEqual([asked, denied, onWork]);
    expect(await records.grantsOn(sha256Hex('another'))).toEqual([]);
    expect(await records.grantsTo('LabMSP', verse.sha256)).toEqual([onWork]);
    expect(await records.grantsTo('LabMSP', null)).toEqual([onDataset]);
    expect(await records.grantsTo('GuildMSP', null)).toEqual([]);
  });

  test('grants whose time is over, on what is one member’s', async () => {
    const { records } = indexer;
    // The work was sold: its grants are a matter of its new owner.
    expect(await records.grantsOver('ArchiveMSP', 1_999)).toEqual([]);
    expect(await records.grantsOver('ArchiveMSP', 2_000)).toEqual(['on-dataset']);
    expect(await records.grantsOver('ArchiveMSP', 3_000)).toEqual(['asked', 'on-dataset']);
    expect(await records.grantsOver('GuildMSP', 9_000)).toEqual([]);
    expect(await records.grantsOver('LabMSP', 9_000)).toEqual([]);
  });

  test('dataset versions, jobs and model versions of one member, and what is tainted', async () => {
    const { records } = indexer;
    expect(await records.ownedBy('dataset-version', 'ArchiveMSP')).toMatchObject([{ dataset: 'd', version: 1 }]);
    expect(await records.ownedBy('job', 'LabMSP')).toMatchObject([{ job: 'j' }]);
    expect(await records.ownedBy('model', 'LabMSP')).toMatchObject([{ model: 'm', version: 1 }]);
    expect(await records.ownedBy('model', 'ArchiveMSP')).toEqual([]);
    const name = taintKey(tainted.subject).join('/');
    expect([...(await records.current('taint', [name, 'job/j']))]).toEqual([[name, tainted]]);
  });

  test('whoever listens hears of every block and what it wrote', () => {
    expect(written).toHaveLength(BLOCKS.length);
    expect(written[7]).toEqual([`work/${verse.sha256}`, 'sale/s']);
  });
});
