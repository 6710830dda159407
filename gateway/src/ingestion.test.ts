import { sha256Hex } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';

const VERSES = [
  'From fairest creatures we desire increase,\nThat thereby beauty’s rose might never die,\nBut as the riper should by time decease,\nHis tender heir might bear his memory',
  'When forty winters shall besiege thy brow,\nAnd dig deep trenches in thy beauty’s field,\nThy youth’s proud livery so gazed on now,\nWill be a tattered weed of small worth held',
];

describe('ingestion over HTTP', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let archive: TestMember;
  let steward: string;
  const allowed = 'The sonnets, a book';
  const silent = 'A book whose author said nothing';

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'GuildMSP', 'ArchiveMSP');
    const guild = consortium.members.get('GuildMSP')!;
    archive = consortium.members.get('ArchiveMSP')!;
    const { key: artist } = await guild.key('artist', 'ann');
    steward = (await archive.key('steward', 'keeper')).key;
    const creators = [{ person: 'ann', share: 10_000 }];
    const works = [
      {
        title: 'A',
        creators,
        medium: 'text',
        preference: { generative_training: 'allowed' },
        content: { text: allowed },
      },
      { title: 'B', creators, medium: 'text', preference: {}, content: { text: silent } },
    ];
    const registered = await guild.call(artist, 'POST', '/v1/artworks', { works });
    expect(registered.status).toBe(201);
    await archive.call(steward, 'POST', '/v1/datasets', { dataset: 'stanzas', title: 'Stanzas', purpose: 'Reading' });
  }, 30_000);
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  async function ingest(
    query: string,
    body: string | Buffer,
    type = 'application/octet-stream',
    key = steward,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': type };
    const response = await fetch(`${archive.url}/v1/datasets/${query}`, { method: 'POST', headers, body });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
  const lines = (records: readonly object[]): string => records.map((record) => JSON.stringify(record)).join('\n');

  test('items go to the bucket, and a version is sealed of their manifest with its reports', async () => {
    const records = [
      ...VERSES.map((text) => ({ text, work: sha256Hex(allowed) })),
      { text: VERSES[0], work: sha256Hex(allowed) },
      { text: 'nobody knows whose this is' },
    ];
    const { status, body } = await ingest('stanzas/ingest', lines(records), 'application/x-ndjson');
    expect(status).toBe(200);
    expect(body).toMatchObject({ items: 2, digests: VERSES.map((text) => sha256Hex(text)), annotations: [] });
    const { store } = archive.ports;
    expect((await store.get(`sha256/${sha256Hex(VERSES[0]!)}`)).toString()).toBe(VERSES[0]);
    const { cleaning, diversity, manifest } = body as {
      cleaning: { address: string; report: { documents: number } };
      diversity: { address: string };
      manifest: string;
    };
    expect(cleaning.report.documents).toBe(4);
    expect(JSON.parse((await store.get(cleaning.address)).toString())).toEqual(cleaning.report);
    const digestOf = (address: string): string => address.slice('sha256/'.length);
    const reports = { cleaning: digestOf(cleaning.address), diversity: digestOf(diversity.address) };
    const path = '/v1/datasets/stanzas/versions';
    const sealed = await archive.call(steward, 'POST', path, { version: 1, manifests: [manifest], ...reports });
    expect(sealed.body).toMatchObject({ items: 2, ...reports });
    const page = await archive.call(steward, 'GET', `${path}/1/items`);
    const items = page.body['items'] as { digest: string; work: string }[];
    expect(items.map(({ digest }) => digest)).toEqual(VERSES.map((text) => sha256Hex(text)).sort());
    expect(new Set(items.map(({ work }) => work))).toEqual(new Set([sha256Hex(allowed)]));
  });

  test('an item of a work that may not be used stops the seal, and a report that nobody kept does, too', async () => {
    const { body } = await ingest(`stanzas/ingest?format=text&work=${sha256Hex(silent)}`, VERSES[0]!);
    const manifests = [body['manifest']];
    const path = '/v1/datasets/stanzas/versions';
    const refused = await archive.call(steward, 'POST', path, { version: 2, manifests });
    expect(refused.body).toMatchObject({ code: 'consent_missing' });
    const missing = await archive.call(steward, 'POST', path, { version: 2, manifests, cleaning: '0'.repeat(64) });
    expect(missing.body).toMatchObject({ code: 'not_found' });
    const both = await archive.call(steward, 'POST', path, { version: 2 });
    expect(both.body).toMatchObject({ code: 'invalid_argument' });
  });

  test.each([
    ['no format', 'stanzas/ingest', VERSES[0]!, 'invalid_argument'],
    ['an unknown dataset', 'none/ingest?format=text', VERSES[0]!, 'not_found'],
    ['what is no zip', 'stanzas/ingest?format=zip', VERSES[0]!, 'invalid_argument'],
    ['what is no tar', 'stanzas/ingest?format=tar', VERSES[0]!, 'invalid_argument'],
    ['a folder', 'stanzas/ingest?format=folder', VERSES[0]!, 'invalid_argument'],
    ['languages that are none', 'stanzas/ingest?format=text&languages=English', VERSES[0]!, 'invalid_argument'],
    ['nothing', 'stanzas/ingest?format=jsonl', '', 'invalid_argument'],
  ])('%s is refused', async (_, query, content, code) => {
    expect((await ingest(query, content)).body).toMatchObject({ code });
  });

  test('a caller may not', async () => {
    const { key } = await archive.key('caller', 'eve');
    expect((await ingest('stanzas/ingest?format=text', VERSES[0]!, undefined, key)).status).toBe(403);
  });
});
