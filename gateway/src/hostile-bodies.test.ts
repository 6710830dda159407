import { gzipSync } from 'node:zlib';
import type { Tensor } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import type { TestWorker } from '../../test/support/gateway-workers';
import { TestPostgres } from '../../test/support/postgres';

const VERIFICATION = { marginMicro: 0, sampleRate: 10_000, rerun: { cosineMicro: 5, maxAbsMicro: 50 } };
const TOKENS = ['input_ids', 'attention_mask'].map((name) => ({ name, datatype: 'INT64' as const, shape: [-1, -1] }));
const ROW = { datatype: 'FP32' as const, shape: [-1, 2] };

/** Each route that computes something, with a body that it takes; `TEXT` stands for what a caller writes. */
const ROUTES: readonly (readonly [string, string])[] = [
  ['/v1/completions', '{"model":"poet","prompt":"TEXT","max_tokens":3}'],
  ['/v1/chat/completions', '{"model":"poet","messages":[{"role":"user","content":"TEXT"}],"max_tokens":3}'],
  ['/v1/embeddings', '{"model":"vectors","input":"TEXT"}'],
  ['/v1/rerank', '{"model":"vectors","query":"sea","documents":["TEXT","land"]}'],
  ['/v1/moderations', '{"model":"manners","input":"TEXT"}'],
  ['/v2/models/risk/infer', '{"id":"TEXT","inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[1,2,3,4]}]}'],
];

describe('bodies that nobody sends by mistake', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let archive: TestMember;
  let worker: TestWorker;
  let key: string;
  let session: string;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'ArchiveMSP');
    const shared = { verification: VERIFICATION };
    consortium.puts({
      ...{ ...shared, model: 'vectors', task: 'embedding' },
      signature: { inputs: TOKENS, outputs: [{ name: 'sentence_embedding', ...ROW }] },
    });
    consortium.puts({
      ...{ ...shared, model: 'manners', task: 'text_classification' },
      signature: { inputs: TOKENS, outputs: [{ name: 'scores', ...ROW }], labels: ['rude', 'long'] },
    });
    consortium.puts({
      ...{ ...shared, model: 'risk', task: 'tensor' },
      signature: { inputs: [{ name: 'x', ...ROW }], outputs: [{ name: 'probability', ...ROW }] },
    });
    archive = consortium.members.get('ArchiveMSP')!;
    worker = consortium.workers.get('ComputeMSP')!;
    worker.loaded = ['poet', 'vectors', 'manners', 'risk'].map((model) => ({ model, version: 1 }));
    worker.vectors = ({ length }) => rows('scores', length);
    worker.computes = () => rows('probability', 2);
    const caller = await archive.key('caller', 'reader', 1_000_000);
    key = caller.key;
    session = caller.actor.session!;
  }, 30_000);
  beforeEach(() => {
    worker.asked.length = 0;
  });
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  function rows(name: string, count: number): Tensor[] {
    const data = Buffer.from(new Float32Array(count * 2).fill(0.25).buffer).toString('base64');
    return [{ name, datatype: 'FP32', shape: [count, 2], data }];
  }

  async function sends(path: string, body: Uint8Array | string, headers: Record<string, string> = {}) {
    const answer = await fetch(archive.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body,
    });
    const problem = (await answer.json()) as { code?: string; detail?: string; details?: object };
    return { status: answer.status, ...problem };
  }

  /** Sends what is to be refused, and sees that nothing was ordered or set aside for it. */
  async function refusal(path: string, body: Uint8Array | string, headers?: Record<string, string>) {
    const before = await archive.session(session);
    const { status, code, detail } = await sends(path, body, headers);
    expect(worker.asked).toEqual([]);
    expect(await archive.session(session)).toEqual(before);
    return { status, code, detail };
  }

  const invalid = (detail: RegExp) => ({
    status: 400,
    code: 'invalid_argument',
    detail: expect.stringMatching(detail) as string,
  });

  /** The body with bytes, or escapes, in place of the text. */
  const filled = (body: string, text: string | readonly number[]): Buffer => {
    const [before = '', after = ''] = body.split('TEXT');
    return Buffer.concat([Buffer.from(before), Buffer.from(text as string), Buffer.from(after)]);
  };

  describe.each(ROUTES)('%s', (path, body) => {
    test('what is honest is answered, whatever characters it has', async () => {
      const answer = await sends(path, filled(body, 'Grüße, 世界 \\ud83d\\ude00 \\u0007\\u001b[2J'));
      expect(answer).toMatchObject({ status: 200 });
      expect(worker.asked).toHaveLength(1);
    });

    test.each<[string, readonly number[]]>([
      ['a byte that begins no character', [0x61, 0xff]],
      ['half a character', [0xe4, 0xb8]],
      ['a character in more bytes than it needs', [0xc0, 0xaf]],
      ['half of a surrogate pair in three bytes', [0xed, 0xa0, 0x80]],
      ['a character beyond the last one', [0xf5, 0x80, 0x80, 0x80]],
      ['Latin-1', [...Buffer.from('Grüße', 'latin1')]],
    ])('%s is no UTF-8', async (_what, bytes) => {
      expect(await refusal(path, filled(body, bytes))).toEqual(invalid(/UTF-8/));
    });

    test.each(['\\ud800', 'a\\udc00b', '\\ude00\\ud83d'])('half of a surrogate pair, as %s', async (text) => {
      expect(await refusal(path, filled(body, text))).toEqual(invalid(/surrogate/));
    });

    test('another character set than UTF-8, though JSON has it', async () => {
      const utf16 = Buffer.from(body, 'utf16le');
      expect(await refusal(path, utf16, { 'content-type': 'application/json; charset=utf-16le' })).toEqual(
        invalid(/UTF-8/),
      );
    });

    test.each([
      ['a control character that is not escaped', (body: string) => body.replace('TEXT', 'a\u0000b')],
      ['no body', () => ''],
      ['half a body', (body: string) => body.slice(0, -1)],
      ['two bodies', (body: string) => body + body],
      ['a list', (body: string) => `[${body}]`],
      ['a text', () => '"poet"'],
      ['nothing', () => 'null'],
      ['NaN, which JSON has not', (body: string) => body.replace('"TEXT"', 'NaN')],
      ['a number beyond every range in place of a text', (body: string) => body.replace('"TEXT"', '1e999')],
      [
        'objects in objects a hundred thousand deep',
        (body: string) => body.replace('"TEXT"', `${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`),
      ],
      ['a field __proto__', (body: string) => body.replace('{', '{"__proto__":{"model":"poet"},')],
      ['a field constructor', (body: string) => body.replace('{', '{"constructor":{"prototype":{}},')],
      ['an unknown field', (body: string) => body.replace('{', '{"colour":"red",')],
    ])('%s', async (_what, change) => {
      expect(await refusal(path, change(body))).toEqual(invalid(/\.$/));
    });

    test('lists in lists a hundred thousand deep', async () => {
      const { status, code } = await refusal(path, body.replace('"TEXT"', `${'['.repeat(1e5)}1${']'.repeat(1e5)}`));
      // Lists of prompts have a refusal of their own.
      expect([`${status} ${code}`]).toEqual([expect.stringMatching(/^400 invalid_argument$|^422 not_supported$/)]);
    });

    test('more bytes than the limit are refused before they are all read', async () => {
      const huge = body.replace('TEXT', 'x'.repeat(25 * 1024 * 1024));
      const answer = await refusal(path, huge).catch((error: unknown) => error);
      // The connection ends with the answer: who still writes sees either.
      if (answer instanceof Error) expect(answer.message).toMatch(/fetch failed/);
      else expect(answer).toMatchObject({ status: 413, code: 'too_large' });
      expect(worker.asked).toEqual([]);
    });
  });

  test('of a field that stands twice the last counts, for the gateway as for the worker', async () => {
    const body = '{"model":"nobody","model":"poet","prompt":"a","max_tokens":100,"max_tokens":2}';
    expect(await sends('/v1/completions', body)).toMatchObject({ status: 200, model: 'poet@1' });
    expect(worker.asked.map(({ body: { maxTokens } }) => maxTokens)).toEqual([2]);
  });

  test('a packed body is unpacked within the limit, and what is not packed as it says is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
    expect(await refusal('/v1/completions', bomb, { 'content-encoding': 'gzip' })).toMatchObject({
      status: 413,
      code: 'too_large',
    });
    expect(await refusal('/v1/completions', 'no gzip', { 'content-encoding': 'gzip' })).toEqual(invalid(/\.$/));
    expect(await refusal('/v1/completions', 'a', { 'content-encoding': 'none' })).toEqual(invalid(/\.$/));
  });
});
