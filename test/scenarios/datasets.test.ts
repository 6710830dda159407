import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import {
  canonicalJson,
  DataNode,
  DatasetItem,
  InclusionProof,
  partOfLine,
  Shard,
  sha256Hex,
  verifyInclusion,
} from '@llmchain/protocol';
import { z } from 'zod';
import type { MemberApi } from '../../cli/src/api/member-api';
import { decide } from '../../cli/src/consortium/decide';
import { settled } from '../../cli/src/consortium/settled';
import { sonnets } from '../../cli/src/demo/sonnets';
import { Scenario } from './support/consortium';

const run = promisify(execFile);
/** Set by `./llmchain test --all`: it takes minutes. */
const ALL = process.env.LLMCHAIN_TEST_ALL === '1';
/** More than one page of 1,024. */
const PASSAGES = 1_300;
const LINES = 6;
const Ingested = z.looseObject({
  items: z.number(),
  manifest: z.string(),
  digests: z.array(z.string()),
  cleaning: z.looseObject({
    address: z.string(),
    report: z.looseObject({ unreadable: z.record(z.string(), z.number()) }),
  }),
  diversity: z.looseObject({ address: z.string() }),
});
const Held = z.object({
  data: z.array(
    Shard.extend({ holdings: z.array(z.looseObject({ member: z.string(), node: z.string(), state: z.string() })) }),
  ),
});
const Trace = z.looseObject({ nodes: z.array(z.looseObject({ id: z.string(), type: z.string() })) });
const Account = z.looseObject({ balance: z.number(), waiting: z.number() });
const Refused = z.object({ error: z.looseObject({ code: z.string() }) });

/** Passages put together from the lines of sonnets; the same in every run. */
function passagesOf(verses: readonly string[]): string[] {
  let x = 1609;
  const line = (): string => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    return verses[Math.floor(x / 65_536) % verses.length]!;
  };
  return Array.from({ length: PASSAGES }, () => Array.from({ length: LINES }, line).join('\n'));
}

/** A file's way into a dataset, its shards' to those who hold them, and the money's to who wrote it: all of it by a user's means. */
(ALL ? describe : describe.skip)('datasets, on a real network', () => {
  let scenario: Scenario;
  let folder: string;
  let steward: MemberApi;
  let works: { ann: string; will: string; silent: string };
  let sealed: { root: string; items: number; pages: number; tokens: number };
  let layer: string;

  beforeAll(async () => {
    scenario = await Scenario.up(28_000);
    folder = await mkdtemp(join(scenario.home, 'files-'));
    steward = await scenario.someone('archive', 'steward', 'archivist');
    const [ann, will] = [
      await scenario.someone('guild', 'artist', 'ann'),
      await scenario.someone('guild', 'artist', 'will'),
    ];
    const book = (title: string, person: string, preference: object) => ({
      ...{
        title,
        medium: 'text',
        creators: [{ person, share: 10_000 }],
        preference,
        content: { text: `${title}, a book` },
      },
    });
    const allowed = { generative_training: 'allowed' };
    await settled(scenario.members, ann, '/v1/artworks', { works: [book('Days', 'ann', allowed)] });
    await settled(scenario.members, will, '/v1/artworks', {
      works: [book('Nights', 'will', allowed), book('Silence', 'will', {})],
    });
    const [days, nights, silence] = ['Days', 'Nights', 'Silence'].map((title) => sha256Hex(`${title}, a book`));
    works = { ann: days!, will: nights!, silent: silence! };
    const order = { dataset: 'lines', title: 'Lines', purpose: 'A poet' };
    await settled(scenario.members, steward, '/v1/datasets', order);
  });
  afterAll(() => scenario.reset());

  const as = ['--member', 'archive', '--as', 'archivist'];
  const done = async (...words: string[]): Promise<unknown> => {
    const { code, answer, stderr } = await scenario.command(...words);
    if (code !== 0) throw new Error(`${JSON.stringify(answer)} ${stderr}`);
    return answer;
  };
  const refusal = async (...words: string[]): Promise<string> =>
    Refused.parse((await scenario.command(...words)).answer).error.code;
  const put = async (name: string, content: string | Buffer): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, content);
    return file;
  };
  const ingest = (file: string, ...more: string[]) => [
    'dataset',
    'ingest',
    file,
    '--dataset',
    'lines',
    '--member',
    'archive',
    ...more,
  ];

  test('a file is read and cleaned, annotated, and sealed page by page with what was said of it', async () => {
    const verses = (await sonnets()).flatMap(({ text }) => text.split('\n')).filter((line) => line.length > 20);
    const passages = passagesOf(verses);
    const line = (text: string, at: number) =>
      JSON.stringify({ text, work: at % 4 === 0 ? works.ann : works.will, source: 'the sonnets' });
    const whole = passages.map(line);
    const spoiled = Buffer.from([...Buffer.from('{"text":"'), 0xff, 0xfe, ...Buffer.from('"}\n')]);
    const lost = JSON.stringify({ text: `${passages[0]!} Whose is this?` });
    const text = Buffer.concat([Buffer.from(`${[...whole, whole[0]!, lost].join('\n')}\n`), spoiled]);
    const ingested = Ingested.parse(await done(...ingest(await put('lines.jsonl', text))));
    expect(ingested.items).toBeGreaterThan(1_024);
    expect(ingested.items).toBeLessThanOrEqual(PASSAGES);
    const [first] = ingested.digests;
    const said = JSON.stringify({ item: first, label: 'hopeful', author: 'critic' });
    const annotated = z
      .looseObject({ address: z.string() })
      .parse(
        await done(
          ...['dataset', 'annotate', await put('moods.jsonl', `${said}\n`), '--dataset', 'lines', '--aspect', 'mood'],
          ...['--author', 'critic', '--manifest', ingested.manifest, ...as],
        ),
      );
    layer = annotated.address.slice('sha256/'.length);
    sealed = z
      .looseObject({ root: z.string(), items: z.number(), pages: z.number(), tokens: z.number() })
      .parse(
        await done(
          ...['dataset', 'seal', 'lines@1', ...as, '--manifest', ingested.manifest],
          ...['--cleaning', ingested.cleaning.address, '--diversity', ingested.diversity.address],
          ...['--annotations', annotated.address],
        ),
      );
    expect(sealed).toMatchObject({ items: ingested.items, pages: 2, annotations: [layer] });
    const trace = await scenario.member('compute').admin.get('/v1/trace/lines@1?direction=up', Trace);
    expect(trace.nodes.map(({ id }) => id)).toEqual(expect.arrayContaining([works.ann, works.will]));
  });

  test('an item is proven against the sealed root by whoever has the page', async () => {
    const Items = z.object({ items: z.array(DatasetItem) });
    const { items } = await scenario.member('guild').admin.get('/v1/datasets/lines/versions/1/items?page=1', Items);
    const item = items.at(-1)!;
    const { url, credentials } = scenario.member('guild').admin;
    const address = `${url}/v1/datasets/lines/versions/1/evidence?item=${item.digest}`;
    const text = await (await fetch(address, { headers: { authorization: `Bearer ${credentials.apiKey}` } })).text();
    const found = /"inclusion":(\{.*?\})/.exec(text);
    const proof = InclusionProof.parse(JSON.parse(found![1]!));
    expect(verifyInclusion(canonicalJson(item), proof, sealed.root)).toBe(true);
    const file = await put('item.json', text);
    const verified = await scenario.command('verify', file, '--roots', join(scenario.home, 'roots'));
    expect(verified.code).toBe(0);
  });

  test('what is no honest file is refused, and nothing of it is kept', async () => {
    const bomb = await put('bomb.tar.gz', gzipSync(tarOf('bomb.txt', Buffer.alloc(20_000_000, 97))));
    expect(await refusal(...ingest(bomb, '--work', works.ann, '--format', 'tar'))).toBe('too_large');
    const zeros = join(folder, 'zeros.txt');
    await writeFile(zeros, Buffer.alloc(20_000_000, 97));
    await run('python3', ['-m', 'zipfile', '-c', join(folder, 'bomb.zip'), zeros]);
    expect(await refusal(...ingest(join(folder, 'bomb.zip'), '--work', works.ann))).toBe('too_large');
    const leaving = await put('leaving.tar', tarOf('../../evil.txt', Buffer.from('evil')));
    expect(await refusal(...ingest(leaving, '--work', works.ann))).toBe('invalid_argument');
    const images = join(folder, 'images');
    await mkdir(images);
    const png = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(20)]);
    await writeFile(join(images, 'cut.png'), png);
    await writeFile(join(images, 'text.jpg'), 'not a picture at all');
    const { cleaning, items } = Ingested.omit({ manifest: true }).parse(
      await done(...ingest(images, '--work', works.ann)),
    );
    expect(items).toBe(0);
    expect(JSON.stringify(cleaning.report)).toMatch(/truncated.*mislabelled|mislabelled.*truncated/);
    const latin = await put('latin.txt', Buffer.from([0xc3, 0x28, 0xa0, 0xa1, 0x00, 0x01, 0x02]));
    expect(Ingested.omit({ manifest: true }).parse(await done(...ingest(latin, '--work', works.ann))).items).toBe(0);
  });

  test('one item without consent stops the seal, and a layer about others does, too', async () => {
    const { manifest } = Ingested.parse(
      await done(...ingest(await put('silence.jsonl', `${JSON.stringify({ text: QUIET, work: works.silent })}\n`))),
    );
    expect(await refusal('dataset', 'seal', 'lines@2', ...as, '--manifest', manifest)).toBe('consent_missing');
    const mine = Ingested.parse(
      await done(...ingest(await put('mine.jsonl', `${JSON.stringify({ text: QUIET, work: works.ann })}\n`))),
    );
    const stranger = ['--annotations', `sha256/${layer}`];
    expect(await refusal('dataset', 'seal', 'lines@2', ...as, '--manifest', mine.manifest, ...stranger)).toBe(
      'invalid_argument',
    );
  });

  const shards = async () =>
    (await scenario.member('guild').admin.get('/v1/datasets/lines/versions/1/shards', Held)).data;
  async function untilHeld(copies: number): Promise<void> {
    for (let left = 120; left > 0; left--) {
      const held = (await shards()).flatMap(({ holdings }) => holdings.filter(({ state }) => state === 'held'));
      if (held.length === copies) return;
      await delay(250);
    }
    throw new Error(`not held: ${JSON.stringify(await shards())}`);
  }

  test('shards go to whoever the owner lets read them, who says that they hold them; nobody else gets one', async () => {
    await done('dataset', 'shard', 'lines@1', ...as);
    await untilHeld(2);
    const [first] = await shards();
    expect(first).toMatchObject({ items: 1_024, firstPage: 0, holders: [{ member: 'ArchiveMSP', node: 'storage' }] });
    const trainer = await scenario.someone('lab', 'trainer', 'trainer');
    await expect(trainer.get(`/v1/content/${first!.digest}`, z.unknown())).rejects.toThrowWithCode('not_authorised');
    const subject = { kind: 'dataset', dataset: 'lines', version: 1 };
    const ask = { grant: 'lab-trains', subject, purpose: 'training', until: null };
    await settled(scenario.members, trainer, '/v1/grants', ask);
    await settled(scenario.members, steward, '/v1/grants/lab-trains/decide', { approve: true });
    const placed = await done('dataset', 'shard', 'lines@1', '--replicas', '2', ...as);
    expect(placed).toMatchObject({
      placement: [{ member: 'ArchiveMSP' }, { member: 'LabMSP', node: 'storage', shards: [0, 1] }],
    });
    await untilHeld(4);
    expect(await done('dataset', 'shards', 'lines@1', '--member', 'compute')).toMatchObject({
      data: [{ index: 0 }, { index: 1 }],
    });
    const trace = await scenario.member('compute').admin.get('/v1/trace/lines@1?direction=down', Trace);
    expect(trace.nodes.map(({ id }) => id)).toContain('holding:lines@1/1/LabMSP');
    const nodes = z.looseObject({ data: z.array(DataNode) }).parse(await done('dataset', 'nodes', '--member', 'guild'));
    const bytes = (await shards()).reduce((sum, shard) => sum + shard.bytes, 0);
    const taken = Object.fromEntries(nodes.data.map(({ member, placed }) => [member, placed]));
    expect(taken).toEqual({ GuildMSP: 0, ArchiveMSP: bytes, LabMSP: bytes, ComputeMSP: 0 });
    // A node that drains gets nothing new: there is no other that may have a second copy.
    const drain = ['dataset', 'node', 'storage', '--member', 'lab', '--capacity', String(2 ** 30), '--state'];
    await done(...drain, 'draining');
    expect(await refusal('dataset', 'shard', 'lines@1', '--replicas', '2', ...as)).toBe('invalid_argument');
    await done(...drain, 'active');
  });

  test('those whose works it holds are paid by the tokens they gave, once; the rest goes back', async () => {
    const amount = 1_000_001;
    const grants = [{ account: 'member:ArchiveMSP' as const, amount: 2_000_000 }];
    await decide(scenario.members, 'money', { kind: 'issue', grants, reason: 'a start' });
    const until = Date.now() + 30_000;
    const fund = [
      'reward',
      'fund',
      'thanks',
      '--dataset',
      'lines@1',
      '--amount',
      String(amount),
      '--member',
      'archive',
    ];
    const reward = z
      .looseObject({ table: z.looseObject({ total: z.number() }) })
      .parse(await done(...fund, '--until', new Date(until).toISOString()));
    expect(reward).toMatchObject({ table: { total: sealed.tokens * 10_000, entries: 2 } });
    const claim = ['reward', 'claim', 'thanks', '--member', 'guild', '--as'];
    const had = z.looseObject({ amount: z.number() }).parse(await done(...claim, 'ann'));
    expect(had.amount).toBe(partOfLine(amount, 0, (await tokensOf(works.ann)) * 10_000, sealed.tokens * 10_000));
    const ann = await scenario.member('guild').admin.get('/v1/accounts/artist:GuildMSP:ann', Account);
    expect(ann.balance + ann.waiting).toBe(had.amount);
    const again = { payee: 'artist:GuildMSP:ann', operationId: 'another-time' };
    const person = await scenario.someone('guild', 'artist', 'ann');
    await expect(
      person.call('POST /v1/rewards/{id}/claim', { params: { id: 'thanks' }, body: again }),
    ).rejects.toThrowWithCode('wrong_state');
    expect(await refusal('reward', 'recover', 'thanks', '--member', 'archive')).toBe('wrong_state');
    await delay(Math.max(0, until - Date.now()) + 500);
    expect(await done('reward', 'recover', 'thanks', '--member', 'archive')).toMatchObject({
      state: 'closed',
      returned: amount - had.amount,
    });
    expect(await refusal(...claim, 'will')).toBe('wrong_state');
  });

  test('an artist has a work erased: every shard that holds something of it goes, and its holders say so', async () => {
    const ann = await scenario.someone('guild', 'artist', 'ann');
    const [first] = await shards();
    await settled(scenario.members, ann, `/v1/artworks/${works.ann}/erase`, {});
    await untilHeld(0);
    for (const { holdings } of await shards())
      for (const holding of holdings) expect(holding).toMatchObject({ state: 'released', reason: 'erased' });
    await expect(steward.get(`/v1/content/${first!.digest}`, z.unknown())).rejects.toThrowWithCode('consent_missing');
  });

  async function tokensOf(work: string): Promise<number> {
    const Items = z.object({ items: z.array(DatasetItem) });
    let tokens = 0;
    for (let page = 0; page < sealed.pages; page++) {
      const { items } = await steward.get(`/v1/datasets/lines/versions/1/items?page=${page}`, Items);
      for (const item of items) if (item.work === work) tokens += item.tokens;
    }
    return tokens;
  }
});

const QUIET =
  'When the lamps along the quay are out and every boat has gone to sea the harbour keeps its counsel until morning comes again.';

/** A tar archive of one file, whatever its name. */
function tarOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512), Buffer.alloc(1_024)]);
}
