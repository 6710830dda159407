import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { LlmchainError, sha256Hex } from '@llmchain/protocol';
import sharp from 'sharp';
import { z } from 'zod';
import type { MemberApi } from '../../cli/src/api/member-api';
import { everywhere } from '../../cli/src/consortium/settled';
import { ContentCredentials } from '../support/content-credentials';
import { Scenario } from './support/consortium';

/** Set by `./llmchain test --all`: it takes a minute and a half. */
const ALL = process.env.LLMCHAIN_TEST_ALL === '1';
const PORTS = 27_600;
const WORKS = 500;
const PAIRS = 5;
/** How long other members' gateways may take to flag what nobody told, ms. */
const FLAGGED_WITHIN = 20_000;
const TERMS = 'No parody.\nNot in Illyria, and the fee is doubled on Sundays.';
const SECRET = 'doubled on Sundays';

const Registered = z.looseObject({
  works: z.array(z.looseObject({ id: z.string(), credentials: z.looseObject({ valid: z.boolean() }).optional() })),
  transaction: z.string(),
  block: z.number(),
});
const Work = z.looseObject({ preference: z.record(z.string(), z.string()), createdTx: z.string() });
const Flags = z.object({
  data: z.array(
    z.looseObject({ first: z.string(), second: z.string(), differing: z.number(), owner: z.looseObject({}) }),
  ),
});
const Trace = z.looseObject({ complete: z.boolean(), nodes: z.array(z.looseObject({ id: z.string() })) });
const XMP = `<r xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-GENAIMLTRAINING"/>`;

/** A picture that no other is like: clouds from a seed. */
async function clouds(seed: number): Promise<Buffer> {
  let x = seed * 7_919 + 1;
  const levels = Buffer.from(
    Array.from({ length: 144 }, () => ((x = (x * 1_103_515_245 + 12_345) % 2_147_483_648) >> 16) & 255),
  );
  const small = sharp(levels, { raw: { width: 12, height: 12, channels: 1 } });
  return small.resize(480, 360, { fit: 'fill', kernel: 'cubic' }).png().toBuffer();
}

/** The code with which a call is refused, and what it says of it. */
async function refusal(call: Promise<unknown>): Promise<{ code: string; details: unknown }> {
  return call.then(
    () => ({ code: 'nothing', details: {} }),
    (error: unknown) => {
      if (!(error instanceof LlmchainError)) throw error;
      return { code: error.code, details: error.details };
    },
  );
}

/** What artists own and on which terms it is had: from REST to the ledger to the index and back. */
(ALL ? describe : describe.skip)('works, fingerprints, signals and private terms, on a real network', () => {
  let scenario: Scenario;
  let ann: MemberApi;
  let eve: MemberApi;
  let steward: MemberApi;
  let lab: MemberApi;

  beforeAll(async () => {
    scenario = await Scenario.up(PORTS);
    ann = await scenario.someone('guild', 'artist', 'ann');
    eve = await scenario.someone('archive', 'artist', 'eve');
    steward = await scenario.someone('archive', 'steward', 'archivist');
    lab = await scenario.someone('lab', 'trainer', 'teacher');
  });
  afterAll(() => scenario.reset());

  const image = (content: Buffer, person: string, more: object = {}) => ({
    title: `of ${person}`,
    creators: [{ person, share: 10_000 }],
    medium: 'image',
    preference: { training: 'allowed', generative_training: 'allowed', mining: 'allowed' },
    content: { base64: content.toString('base64') },
    ...more,
  });
  const registers = async (who: MemberApi, works: object[], more: object = {}) => {
    const registered = await who.post('/v1/artworks', { works, ...more }, Registered);
    await everywhere(scenario.members, registered.block);
    return registered;
  };

  test('five hundred works are registered in one transaction, and every member finds each of them', async () => {
    const works = Array.from({ length: WORKS }, (_, index) => ({
      title: `Verse ${index}`,
      medium: 'text',
      creators: [
        { person: 'ann', share: 6_000 },
        { person: 'ben', share: 4_000 },
      ],
      preference: { generative_training: 'allowed' },
      content: {
        text: Array.from({ length: 12 }, (__, word) => `w${(index * 31 + word * 7) % 9_973}x${index}`).join(' '),
      },
    }));
    const operationId = 'five-hundred';
    const registered = await registers(ann, works, { operationId });
    expect(registered.works).toHaveLength(WORKS);
    for (const at of [0, 250, WORKS - 1]) {
      const { id } = registered.works[at]!;
      expect(id).toBe(sha256Hex(works[at]!.content.text));
      expect(await lab.get(`/v1/artworks/${id}`, Work)).toMatchObject({
        createdTx: registered.transaction,
        shares: [
          { holder: 'artist:GuildMSP:ann', share: 6_000 },
          { holder: 'artist:GuildMSP:ben', share: 4_000 },
        ],
      });
      const trace = await lab.get(`/v1/trace/${id}?direction=up`, Trace);
      expect([trace.complete, trace.nodes.map((node) => node.id)]).toEqual([true, expect.arrayContaining([id])]);
    }
    const again = await ann.post('/v1/artworks', { works, operationId }, Registered);
    expect(again.works).toEqual(registered.works);
    const wrong = {
      ...works[0]!,
      creators: [{ person: 'ann', share: 9_999 }],
      content: { text: 'a verse of its own' },
    };
    expect((await refusal(registers(ann, [wrong]))).code).toBe('invalid_argument');
  });

  test('what an image says in XMP and in its Content Credentials holds for every member; what was tampered with is told', async () => {
    const credentials = await ContentCredentials.create();
    const plain = await sharp(await clouds(1))
      .withXmp(XMP)
      .png()
      .toBuffer();
    const { image: signed, store } = credentials.sign(plain, 'image/png', {
      'cawg.data_mining': { use: 'notAllowed' },
    });
    const { works } = await registers(ann, [image(signed, 'ann')]);
    expect(works).toMatchObject([{ credentials: { valid: true, manifest: sha256Hex(store) } }]);
    expect(await lab.get(`/v1/artworks/${sha256Hex(signed)}`, Work)).toMatchObject({
      c2pa: sha256Hex(store),
      preference: { training: 'allowed', generative_training: 'not_allowed', mining: 'not_allowed' },
      signals: [{ source: 'iptc' }, { source: 'c2pa', digest: sha256Hex(store) }],
    });
    const other = credentials.sign(await clouds(2), 'image/png', { 'cawg.data_mining': { use: 'notAllowed' } }).image;
    other[other.indexOf('notAllowed')]! ^= 1;
    const told = await registers(ann, [image(other, 'ann')]);
    expect(told.works).toMatchObject([{ credentials: { valid: false, problems: ['assertion.hashedURI.mismatch'] } }]);
    expect((await lab.get(`/v1/artworks/${told.works[0]!.id}`, Work)).preference['mining']).toBe('allowed');
    const cut = image(plain.subarray(0, 500), 'ann');
    expect((await refusal(registers(ann, [cut]))).code).toBe('invalid_argument');
  });

  test('another member’s copy, smaller, cut and compressed, is refused until it names what it was made from', async () => {
    const original = await clouds(3);
    const of = sha256Hex(original);
    await registers(ann, [image(original, 'ann')]);
    const part = { left: 24, top: 18, width: 456, height: 342 };
    const copy = await sharp(original).extract(part).resize(240, 180).jpeg({ quality: 50 }).toBuffer();
    expect(await refusal(registers(eve, [image(copy, 'eve')]))).toMatchObject({
      code: 'resembles',
      details: {
        works: [{ resembles: [{ work: of, method: 'phash-64', owner: { member: 'GuildMSP', person: 'ann' } }] }],
      },
    });
    await registers(eve, [image(copy, 'eve', { derivedFrom: of })]);
    const trace = await ann.get(`/v1/trace/${of}?direction=down`, Trace);
    expect(trace.nodes.map(({ id }) => id)).toContain(sha256Hex(copy));
  });

  test('of two members that register the same content at once exactly one wins, and the other is told who', async () => {
    const content = await clouds(4);
    const both = await Promise.allSettled([
      ann.post('/v1/artworks', { works: [image(content, 'ann')] }, Registered),
      eve.post('/v1/artworks', { works: [image(content, 'eve')] }, Registered),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = both[0].status === 'fulfilled' ? 'GuildMSP' : 'ArchiveMSP';
    const lost = both.find((each) => each.status === 'rejected')?.reason as LlmchainError;
    expect(lost).toMatchObject({ code: 'already_registered', details: { owner: { member: winner } } });
  });

  test('works that are alike and were registered at two members at once are flagged by whoever looks', async () => {
    const pairs = await Promise.all(
      Array.from({ length: PAIRS }, async (_, index) => {
        const original = await clouds(10 + index);
        return [original, await sharp(original).jpeg({ quality: 60 }).toBuffer()] as const;
      }),
    );
    let missed = 0;
    for (const [original, copy] of pairs) {
      const both = await Promise.allSettled([
        ann.post('/v1/artworks', { works: [image(original, 'ann')] }, Registered),
        eve.post('/v1/artworks', { works: [image(copy, 'eve')] }, Registered),
      ]);
      if (both.some(({ status }) => status === 'rejected')) continue;
      missed += 1;
      const flag = await untilFlagged(sha256Hex(original));
      expect([flag.first, flag.second]).toEqual([sha256Hex(original), sha256Hex(copy)].sort());
      expect(flag.differing).toBeLessThanOrEqual(8);
      expect(flag.owner).toHaveProperty('member');
    }
    // Blocks take a while: gateways that see one another's work in time are the exception.
    expect(missed).toBeGreaterThan(0);
  });

  async function untilFlagged(work: string): Promise<z.output<typeof Flags>['data'][number]> {
    const started = performance.now();
    while (performance.now() - started < FLAGGED_WITHIN) {
      const [flag] = (await lab.get(`/v1/artworks/${work}/resemblances`, Flags)).data;
      if (flag) return flag;
      await delay(200);
    }
    throw new Error(`${work} was not flagged.`);
  }

  test('private terms are read by whom they are for, named, paid, and lie nowhere in clear', async () => {
    const verse = 'A verse that is had on terms alone, by those who asked for it.';
    const work = sha256Hex(verse);
    const entry = { ...image(Buffer.from('x'), 'ann'), medium: 'text', content: { text: verse } };
    await registers(ann, [{ ...entry, preference: { generative_training: 'constrained' } }]);
    const offer = { licence: 'on-terms', works: [work], licensee: 'ArchiveMSP', uses: ['generative_training'] };
    const money = { from: 0, until: null, price: 0, weight: 100 };
    const Offer = z.looseObject({ terms: z.string(), block: z.number() });
    const { terms, block } = await ann.post('/v1/licences', { ...offer, ...money, terms: { text: TERMS } }, Offer);
    await everywhere(scenario.members, block);
    const stranger = { ...offer, licence: 'not-mine', works: [work], ...money };
    expect((await refusal(eve.post('/v1/licences', stranger, Offer))).code).toBe('not_authorised');

    const Read = z.looseObject({ text: z.string(), terms: z.string() });
    expect((await refusal(lab.get('/v1/licences/on-terms/terms', Read))).code).toBe('not_authorised');
    expect(await steward.get('/v1/licences/on-terms/terms', Read)).toMatchObject({ text: TERMS, terms });
    const accept = (body: object) => steward.post('/v1/licences/on-terms/accept', body, z.looseObject({}));
    expect((await refusal(accept({}))).code).toBe('digest_mismatch');
    expect((await refusal(accept({ terms: sha256Hex('others') }))).code).toBe('digest_mismatch');
    expect(await accept({ terms })).toMatchObject({ state: 'active', acceptedBy: 'ArchiveMSP', terms });
    expect(await steward.get('/v1/licences/on-terms/terms', Read)).toMatchObject({ text: TERMS });
    // Ledgers, buckets and logs of all members lie in the home.
    expect(await holders(work)).not.toEqual([]);
    expect(await holders(SECRET)).toEqual([]);
  });

  test('at a command line terms are given as a file, read, and named at acceptance', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'terms-'));
    const [verse, terms] = [join(folder, 'verse.txt'), join(folder, 'terms.txt')];
    await writeFile(verse, 'A verse for those who work at a command line, and for nobody else.');
    await writeFile(terms, 'One reading a year.\r\nNo encores.\r\n');
    const done = async (...words: string[]): Promise<unknown> => {
      const { code, answer, stderr } = await scenario.command(...words);
      expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
      return answer;
    };
    const bea = ['--member', 'guild', '--as', 'bea'];
    const clerk = ['--member', 'archive', '--as', 'clerk'];
    const { works } = Registered.pick({ works: true }).parse(
      await done('artwork', 'register', verse, ...bea, '--allow', 'generative_training=constrained'),
    );
    const of = ['--work', works[0]!.id, '--use', 'generative_training', '--licensee', 'ArchiveMSP'];
    await done('licence', 'offer', 'by-file', ...bea, ...of, '--terms-file', terms);
    const read = await done('licence', 'terms', 'by-file', ...clerk);
    expect(read).toMatchObject({ text: 'One reading a year.\nNo encores.\n' });
    const unread = await scenario.command('licence', 'accept', 'by-file', ...clerk);
    expect([unread.code, unread.answer]).toMatchObject([1, { error: { code: 'digest_mismatch' } }]);
    const named = z.looseObject({ terms: z.string() }).parse(read).terms;
    expect(await done('licence', 'accept', 'by-file', ...clerk, '--terms', named)).toMatchObject({ state: 'active' });
    const nowhere = await scenario.command('licence', 'offer', 'none', ...bea, ...of, '--terms-file', `${terms}.not`);
    expect([nowhere.code, nowhere.answer]).toMatchObject([1, { error: { code: 'not_found' } }]);
  });

  /** Files of the home that hold a text. */
  async function holders(text: string): Promise<string[]> {
    const found = await promisify(execFile)('grep', ['-rlaF', '--', text, scenario.home], { maxBuffer: 1 << 24 }).catch(
      (error: unknown) => error as { stdout: string },
    );
    return found.stdout.split('\n').filter((line) => line !== '');
  }
});
