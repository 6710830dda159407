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

  describe('a layer of annotations', () => {
    const [first, second] = VERSES.map((text) => sha256Hex(text)) as [string, string];
    let manifest: string;
    beforeAll(async () => {
      const records = VERSES.map((text) => ({ text, work: sha256Hex(allowed) }));
      manifest = (await ingest('stanzas/ingest?format=jsonl', lines(records))).body['manifest'] as string;
    });
    const annotate = (query: string, body: string | Buffer) =>
      ingest(`stanzas/annotations?${query}`, body, 'application/x-ndjson');
    const of = (more = ''): string => `aspect=mood&manifests=${manifest}${more}`;

    test('is kept apart from the items, with its authors, and the version is sealed with it', async () => {
      const said = lines([
        { item: first, label: 'hopeful', author: 'critic', time: 7 },
        { item: second, label: 'weary', author: 'reader', time: 8 },
        { item: second, label: 'cold', author: 'critic', time: 9 },
      ]);
      const { status, body } = await annotate(of('&authors=critic,reader'), said);
      expect([status, body]).toMatchObject([
        200,
        {
          aspect: 'mood',
          annotations: 3,
          items: 2,
          authors: [{ author: 'critic', annotations: 2 }, { author: 'reader' }],
        },
      ]);
      const address = body['address'] as string;
      const kept = (await archive.ports.store.get(address)).toString().trim().split('\n');
      expect(JSON.parse(kept[0]!)).toEqual({
        item: first,
        aspect: 'mood',
        label: 'hopeful',
        author: 'critic',
        time: 7,
      });
      const annotations = [address.slice('sha256/'.length)];
      const path = '/v1/datasets/stanzas/versions';
      const sealed = await archive.call(steward, 'POST', path, { version: 3, manifests: [manifest], annotations });
      expect(sealed.body).toMatchObject({ items: 2, annotations });
      const later = await annotate('aspect=mood&from=3', lines([{ item: first, label: 'spring' }]));
      expect(later.body).toMatchObject({ authors: [{ author: 'keeper', annotations: 1 }] });
    });

    test('that speaks of other items than the version’s stops the seal', async () => {
      const { body } = await annotate(of(), lines([{ item: second, label: 'weary' }]));
      const annotations = [(body['address'] as string).slice('sha256/'.length)];
      const one = await ingest('stanzas/ingest?format=jsonl', lines([{ text: VERSES[0], work: sha256Hex(allowed) }]));
      const order = { version: 4, manifests: [one.body['manifest']], annotations };
      const refused = await archive.call(steward, 'POST', '/v1/datasets/stanzas/versions', order);
      expect(refused.body).toMatchObject({ code: 'invalid_argument', details: { line: 1 } });
    });

    test.each([
      ['of an item that is not there', () => lines([{ item: '0'.repeat(64), label: 'x' }]), 'invalid_argument'],
      ['by an author who was not named', () => lines([{ item: first, label: 'x', author: 'eve' }]), 'invalid_argument'],
      ['with another field', () => lines([{ item: first, label: 'x', colour: 1 }]), 'invalid_argument'],
      ['that is no JSON', () => 'hopeful', 'invalid_argument'],
      ['of invalid UTF-8', () => Buffer.from([0x7b, 0xff, 0x7d]), 'invalid_argument'],
      ['with half a character', () => `{"item":"${first}","label":"\\ud800"}`, 'invalid_argument'],
      ['with a line that is too long', () => lines([{ item: first, label: 'x'.repeat(70_000) }]), 'invalid_argument'],
      ['with nothing', () => '\n\n', 'invalid_argument'],
    ])('%s is refused', async (_, body, code) => {
      expect((await annotate(of(), body())).body).toMatchObject({ code });
    });

    test.each([
      ['about nothing named', 'aspect=mood', 'invalid_argument'],
      ['about a manifest that is not there', `aspect=mood&manifests=sha256/${'0'.repeat(64)}`, 'not_found'],
      ['about a version that is not there', 'aspect=mood&from=77', 'not_found'],
      ['without an aspect', 'from=1', 'invalid_argument'],
      ['with authors who are none', 'aspect=mood&from=1&authors=,', 'invalid_argument'],
    ])('%s is refused', async (_, query, code) => {
      expect((await annotate(query, lines([{ item: first, label: 'x' }]))).body).toMatchObject({ code });
    });
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
