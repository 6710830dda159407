import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { appendFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { digestOf, MinHashIndex, textSignature } from '@llmchain/protocol';
import { pack, type Header } from 'tar-stream';
import { ZipFile } from 'yazl';
import { Ingestion, type IngestedItem, type IngestOptions } from './ingest';
import { IngestParameters } from './parameters';
import { CleaningReport } from './report/cleaning';
import { DiversityReport } from './report/diversity';

const WORK = 'a'.repeat(64);
const SONNET = `Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date:`;
const OTHER = `When forty winters shall besiege thy brow,
And dig deep trenches in thy beauty's field,
Thy youth's proud livery so gazed on now,
Will be a tattered weed of small worth held:
Then being asked, where all thy beauty lies with that.`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ingest-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const at = path.join(folder, name);
  await mkdir(path.dirname(at), { recursive: true });
  await writeFile(at, content);
  return at;
}

async function tarOf(
  entries: readonly (Partial<Header> & { name: string; content?: string | Buffer })[],
): Promise<Buffer> {
  const tar = pack();
  for (const { content = '', ...header } of entries) {
    const bytes = Buffer.from(content);
    tar.entry({ ...header, size: bytes.length }, bytes);
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function zipOf(entries: Readonly<Record<string, string | Buffer>>, mode = 0o100644): Promise<string> {
  const at = path.join(folder, 'a.zip');
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(entries)) zip.addBuffer(Buffer.from(content), name, { mode });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(at));
  return at;
}

interface Outcome {
  items: IngestedItem[];
  report: CleaningReport;
  diversity: DiversityReport;
  reasons: Record<string, number>;
}

async function ingested(at: string, parameters: object, options: Partial<IngestOptions> = {}): Promise<Outcome> {
  const ingestion = new Ingestion(
    at,
    { dataset: 'sonnets', parameters: IngestParameters.parse({ work: WORK, ...parameters }), ...options },
    { signatureOf: textSignature, index: new MinHashIndex() },
  );
  const items: IngestedItem[] = [];
  for await (const item of ingestion.items()) items.push(item);
  const report = CleaningReport.parse(ingestion.report());
  const dropped = report.steps.filter((step) => step.dropped > 0);
  const reasons = Object.assign({}, report.unreadable, ...dropped.map((step) => step.reasons)) as Outcome['reasons'];
  return { items, report, diversity: DiversityReport.parse(ingestion.diversity()), reasons };
}

const textOf = (items: readonly IngestedItem[]): string[] => items.map(({ content }) => content.toString());

describe('readers', () => {
  test('a text is one item, named by the digest of its cleaned content', async () => {
    const { items } = await ingested(await file('a.txt', `\ufeff${SONNET}\r\n`), { format: 'text' });
    expect(items).toMatchObject([
      { digest: createHash('sha256').update(SONNET).digest('hex'), work: WORK, language: 'eng', tokens: SONNET.length },
    ]);
  });

  test('a long text becomes passages that end with a paragraph, and nothing is lost', async () => {
    const paragraphs = Array.from({ length: 300 }, (_, index) => `${index} ${SONNET.replace('day', `day ${index}`)}`);
    const { items } = await ingested(
      await file('a.txt', paragraphs.join('\n\n')),
      { format: 'text', similarity: 1_001, quality: false },
      { limits: { passageBytes: 4_096 } },
    );
    expect(items.length).toBeGreaterThan(10);
    expect(textOf(items).join('\n\n')).toBe(paragraphs.join('\n\n'));
  });

  test('JSON lines: the field chosen, works by line, bad lines counted', async () => {
    const lines = [
      JSON.stringify({ poem: SONNET, work: 'b'.repeat(64), period: 1609, contributor: 'ann' }),
      '{"poem": 7}',
      'no json',
      '[1]',
      '',
      JSON.stringify({ poem: OTHER, work: 'no digest' }),
      JSON.stringify({ poem: `${OTHER}${'x'.repeat(2_000)}` }),
    ];
    const { items, reasons, report, diversity } = await ingested(
      await file('a.jsonl', lines.join('\n')),
      { format: 'jsonl', field: 'poem' },
      { limits: { lineBytes: 1_000 } },
    );
    expect(items).toMatchObject([{ work: 'b'.repeat(64) }]);
    expect(reasons).toEqual({ no_text: 1, not_json: 2, bad_work: 1, line_too_long: 1 });
    expect(report.documents).toBe(6);
    expect(diversity.dimensions.period.values).toEqual({ 1609: { items: 1, tokens: SONNET.length } });
    expect(diversity.dimensions.contributor.values).toEqual({ ann: { items: 1, tokens: SONNET.length } });
  });

  test('CSV with quotes, line feeds in fields and a byte order mark (RFC 4180)', async () => {
    const csv = `\ufeffwork,text\r\n${WORK},"${SONNET.replace("summer's", '""summer""')}"\r\n${WORK},\r\nonly one\r\n`;
    const { items, reasons } = await ingested(await file('a.csv', csv), { format: 'csv' });
    expect(textOf(items)).toEqual([SONNET.replace("summer's", '"summer"')]);
    expect(reasons).toEqual({ no_text: 1, columns: 1 });
    const bare = await file('b.csv', 'a,b\n1,2\n');
    await expect(ingested(bare, { format: 'csv' })).rejects.toThrowWithCode('invalid_argument', {
      columns: ['a', 'b'],
    });
  });

  test.each([false, true])('tar, packed with gzip: %s', async (gzip) => {
    const tar = await tarOf([
      { name: 'poems/', type: 'directory' },
      { name: 'poems/18.txt', content: SONNET },
      { name: './poems/2.jsonl', content: JSON.stringify({ text: OTHER, work: 'b'.repeat(64) }) },
      { name: 'poems/prog.exe', content: '\x7fELF' },
    ]);
    const { items, reasons } = await ingested(await file('a.tar', gzip ? gzipSync(tar) : tar), { format: 'tar' });
    expect(items.map(({ work }) => work)).toEqual([WORK, 'b'.repeat(64)]);
    expect(reasons).toEqual({ unsupported_type: 1 });
  });

  test('images with captions beside them, or in metadata.jsonl; documents without a work are left out', async () => {
    const png = (byte: number): Buffer =>
      Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(20, byte), Buffer.from('IENDxxxx')]);
    const lines = [
      { file_name: 'a.png', work: WORK, text: 'a moon' },
      { file_name: 'b.png', work: WORK },
    ];
    await file('images/metadata.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
    await file('images/a.png', png(1));
    await file('images/b.png', png(2));
    await file('images/b.txt', 'a sun\n');
    await file('images/c.png', png(3));
    await file('images/cut.png', png(4).subarray(0, 20));
    await file('images/text.png', SONNET);
    await symlink('/etc/passwd', path.join(folder, 'images/link.txt'));
    const { items, reasons } = await ingested(path.join(folder, 'images'), { format: 'folder', work: undefined });
    expect(items).toMatchObject([
      { medium: 'image', caption: 'a moon' },
      { medium: 'image', caption: 'a sun' },
    ]);
    expect(reasons).toEqual({ no_work: 1, truncated: 1, mislabelled: 1, not_a_file: 1 });
  });
});

describe('cleaning', () => {
  test('repairs character sets, and tells of each', async () => {
    const latin = Buffer.from(`${SONNET}\nthe caf\u00e9 of \u0093quotes`, 'latin1');
    const utf16 = Buffer.from(`\ufeff${OTHER} \u201cand\u201d that`, 'utf16le');
    const garbled = Buffer.from(Buffer.from(`${OTHER}\nna\u00efve \u2019tis the caf\u00e9`).toString('latin1'));
    await file('t/1.txt', latin);
    await file('t/2.txt', utf16);
    await file('t/3.txt', garbled);
    const { items, report } = await ingested(path.join(folder, 't'), { format: 'folder', similarity: 1_001 });
    const texts = textOf(items);
    expect(texts[0]).toMatch(/the café of “quotes$/);
    expect(texts[1]).toMatch(/“and” that$/);
    expect(report.steps.find(({ step }) => step === 'charset')!.reasons).toMatchObject({ 'windows-1252': 1 });
    expect(report.steps.find(({ step }) => step === 'mojibake')).toMatchObject({ changed: 1 });
  });

  test('leaves out what came before, what is nearly that, and what is no text', async () => {
    const long = `${OTHER}\n${SONNET}`;
    const lines = [long, `  ${long}\r\n`, `${long} Indeed.`, SONNET, 'too short', 'a b c d e f g '.repeat(20)];
    const { items, reasons, report } = await ingested(
      await file('a.jsonl', lines.map((text) => JSON.stringify({ text })).join('\n')),
      { format: 'jsonl' },
    );
    expect(items).toHaveLength(2);
    expect(reasons).toMatchObject({ same_text: 1, similar_text: 1, too_few_words: 1, word_length: 1 });
    expect(report.kept.items + report.steps.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(lines.length);
    expect(JSON.stringify(report)).not.toContain('summer');
  });

  test.each(['flag', 'mask', 'drop'] as const)('personal data: %s', async (pii) => {
    const text = `${SONNET} Write to ann@example.org or 192.168.0.1, IBAN DE89 3704 0044 0532 0130 00, 4111 1111 1111 1111.`;
    const { items, report } = await ingested(await file('a.txt', text), { format: 'text', pii, quality: false });
    if (pii === 'drop') expect(items).toEqual([]);
    else expect(textOf(items)[0]!.endsWith(pii === 'flag' ? text.slice(-40) : 'IBAN [iban], [card].')).toBe(true);
    if (pii === 'mask')
      expect(report.steps.find(({ step }) => step === 'pii')!.reasons).toEqual({ card: 1, email: 1, iban: 1, ip: 1 });
  });

  test('the report is the same for the same file, and has a canonical form', async () => {
    const at = await file('a.txt', SONNET);
    const reports = await Promise.all([ingested(at, { format: 'text' }), ingested(at, { format: 'text' })]);
    expect(digestOf(reports[0].report)).toBe(digestOf(reports[1].report));
  });
});

describe('bad input', () => {
  const refused = async (at: string, parameters: object, code: string, details: object, options = {}): Promise<void> =>
    expect(ingested(at, parameters, options)).rejects.toThrowWithCode(code, details);

  test.each(['../../etc/passwd', '/etc/passwd', 'a/../../b.txt', 'C:/b.txt', 'a\\..\\b.txt'])(
    'a tar that would write to %s',
    async (name) => {
      const tar = await tarOf([{ name, content: SONNET }]);
      await refused(await file('a.tar', tar), { format: 'tar' }, 'invalid_argument', { reason: 'unsafe_path' });
    },
  );

  test.each(['symlink', 'link', 'character-device', 'block-device', 'fifo'] as const)(
    'a tar with a %s',
    async (type) => {
      const tar = await tarOf([{ name: 'a.txt', type, linkname: '/etc/passwd' }]);
      await refused(await file('a.tar', tar), { format: 'tar' }, 'invalid_argument', { reason: 'not_a_file' });
    },
  );

  test('a zip with a link, and one with a path that leaves it', async () => {
    await refused(await zipOf({ 'a.txt': '/etc/passwd' }, 0o120777), { format: 'zip' }, 'invalid_argument', {
      reason: 'not_a_file',
    });
    const bytes = await import('node:fs/promises').then((fs) => fs.readFile(path.join(folder, 'a.zip')));
    const at = await file('b.zip', Buffer.from(bytes.toString('latin1').replaceAll('a.txt', '../.t'), 'latin1'));
    await expect(ingested(at, { format: 'zip' })).rejects.toThrowWithCode('invalid_argument');
  });

  test('zip bombs: by ratio, by size, by entries, and archives within archives', async () => {
    const bomb = await zipOf({ 'a.txt': Buffer.alloc(20_000_000, 97) });
    await refused(bomb, { format: 'zip' }, 'too_large', { reason: 'ratio' });
    await refused(
      bomb,
      { format: 'zip' },
      'too_large',
      { reason: 'expanded' },
      { limits: { ratio: 1e6, expandedBytes: 1e6 } },
    );
    const many = await zipOf(Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`${index}.txt`, SONNET])));
    await refused(many, { format: 'zip' }, 'too_large', { entries: 10 }, { limits: { entries: 10 } });
    const inner = await import('node:fs/promises').then((fs) => fs.readFile(many));
    const { reasons } = await ingested(await zipOf({ 'a.zip': inner, 'b.txt': inner }), { format: 'zip' });
    expect(reasons).toEqual({ nested_archive: 2 });
  });

  test('a zip that lies about its sizes', async () => {
    const at = await zipOf({ 'a.txt': Buffer.alloc(2_000_000, 97) });
    const bytes = await import('node:fs/promises').then((fs) => fs.readFile(at));
    const size = Buffer.alloc(4);
    size.writeUInt32LE(2_000_000);
    const small = Buffer.alloc(4);
    small.writeUInt32LE(20);
    for (let found = bytes.indexOf(size); found >= 0; found = bytes.indexOf(size)) small.copy(bytes, found);
    await refused(await file('b.zip', bytes), { format: 'zip' }, 'invalid_argument', {});
  });

  test('a gzip bomb in a tar', async () => {
    const tar = await tarOf([{ name: 'a.txt', content: Buffer.alloc(20_000_000, 97) }]);
    await refused(await file('a.tgz', gzipSync(tar)), { format: 'tar' }, 'too_large', { reason: 'ratio' });
  });

  test('archives that are cut off or are something else', async () => {
    const tar = await tarOf([{ name: 'a.txt', content: SONNET.repeat(100) }]);
    await refused(await file('a.tar', tar.subarray(0, 2_000)), { format: 'tar' }, 'invalid_argument', {});
    const zipped = gzipSync(tar);
    await refused(
      await file('b.tar', zipped.subarray(0, zipped.length / 2)),
      { format: 'tar' },
      'invalid_argument',
      {},
    );
    const zip = await import('node:fs/promises').then(async (fs) => fs.readFile(await zipOf({ 'a.txt': SONNET })));
    await refused(await file('b.zip', zip.subarray(0, zip.length - 30)), { format: 'zip' }, 'invalid_argument', {});
    await refused(await file('c.zip', tar), { format: 'zip' }, 'invalid_argument', { found: 'tar' });
    await refused(await file('c.tar', zip), { format: 'tar' }, 'invalid_argument', { found: 'zip' });
    await refused(await file('d.tar', SONNET.repeat(10)), { format: 'tar' }, 'invalid_argument', {});
    await refused(await file('c.txt', zip), { format: 'text' }, 'invalid_argument', { reason: 'mislabelled' });
  });

  test('bytes that are no text are left out; an empty file is refused', async () => {
    const noise = Buffer.from(Array.from({ length: 4_000 }, (_, index) => (index * 7919) % 251));
    expect((await ingested(await file('a.txt', noise), { format: 'text' })).reasons).toEqual({ not_text: 1 });
    expect((await ingested(await file('b.txt', ''), { format: 'text' })).reasons).toEqual({ empty: 1 });
    await refused(await file('b.jsonl', '\n\n'), { format: 'jsonl' }, 'invalid_argument', {});
  });

  test('a gigabyte passes through flat memory', async () => {
    // A sparse file: lines of zero bytes cost no disk, and are no JSON; each is too long to be held.
    const at = await file('a.jsonl', `${JSON.stringify({ text: SONNET })}\n`);
    await truncate(at, 2 ** 30);
    await appendFile(at, `\n${JSON.stringify({ text: OTHER })}\n`);
    const before = process.memoryUsage.rss();
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
    const { items, reasons } = await ingested(at, { format: 'jsonl' });
    clearInterval(watch);
    expect(items).toHaveLength(2);
    expect(reasons).toEqual({ line_too_long: 1 });
    expect(peak - before).toBeLessThan(150 * 2 ** 20);
  }, 180_000);

  test('a CSV whose field never ends is refused before it is held', async () => {
    const at = path.join(folder, 'a.csv');
    await pipeline(
      (function* () {
        yield 'text\n"';
        for (let index = 0; index < 100; index++) yield Buffer.alloc(1_000_000, 97);
      })(),
      createWriteStream(at),
    );
    const before = process.memoryUsage.rss();
    await refused(at, { format: 'csv' }, 'too_large', { limit: 1_000_000 }, { limits: { documentBytes: 1_000_000 } });
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
  });
});
