import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import type { TestWorker } from '../../test/support/gateway-workers';
import { TestPostgres } from '../../test/support/postgres';

/** Each has its own way to be absurd; JSON has no NaN, so it comes as a text or as a number beyond every range. */
const NUMBERS = ['-1', '1.5', '1e9', '1e999', '-1e999', '"3"', '"NaN"', 'true', '[]', '[1]', '{}'];
const TOKENS = ['0', '2147483648', '9007199254740993', ...NUMBERS];
const REFUSED = [
  ...['max_tokens', 'max_completion_tokens'].flatMap((name) => TOKENS.map((value) => `"${name}":${value}`)),
  ...['2.001', '0.0001', '-0.001', ...NUMBERS.filter((value) => value !== '1.5')].map(
    (value) => `"temperature":${value}`,
  ),
  ...['"true"', '"false"', '1', '0', '[]', '{}'].map((value) => `"stream":${value}`),
  ...['{}', '{"include_usage":"yes"}', '{"include_usage":true}', '{"other":1}', '[]', '1'].map(
    (value) => `"stream_options":${value}`,
  ),
  '"stream":true,"stream_options":{"include_usage":1}',
  '"max_tokens":2,"max_completion_tokens":3',
  '"prompt":"both"',
  '"unknown":null',
  '"Temperature":1',
];

const MESSAGES = [
  '[]',
  'null',
  '{}',
  '"hello"',
  '[null]',
  '["hello"]',
  '[[]]',
  '[{}]',
  '[{"role":"user"}]',
  '[{"content":"hello"}]',
  '[{"role":"tool","content":"hello"}]',
  '[{"role":"developer","content":"hello"}]',
  '[{"role":"User","content":"hello"}]',
  '[{"role":"__proto__","content":"hello"}]',
  '[{"role":["user"],"content":"hello"}]',
  '[{"role":"user","content":null}]',
  '[{"role":"user","content":1}]',
  '[{"role":"user","content":[]}]',
  '[{"role":"user","content":["hello"]}]',
  '[{"role":"user","content":[{"type":"text"}]}]',
  '[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://127.0.0.1/"}}]}]',
  '[{"role":"user","content":"hello","name":"eve"}]',
  '[{"role":"assistant","content":"hello","tool_calls":[]}]',
  `[${Array.from({ length: 1_001 }, () => '{"role":"user","content":"a"}').join(',')}]`,
  `[{"role":"user","content":"${'a'.repeat(1_000_001)}"}]`,
  `[{"role":"user","content":[{"type":"text","text":"${'a'.repeat(1_000_000)}"},{"type":"text","text":"a"}]}]`,
];

/** What cannot be honoured is named, whatever its value is. */
const NOT_HONOURED = [
  ...['0', '2', '1e9', '"1"', '-1'].map((value) => ['n', value]),
  ...['0', '0.5', '-1', '2', '"1"'].map((value) => ['top_p', value]),
  ...['1', '-1', '1e999', '"a"', '[]'].map((value) => ['seed', value]),
  ...['"."', '[]', `[${'"a",'.repeat(100_000)}"a"]`, '1', '{}'].map((value) => ['stop', value]),
  ...['"eve"', '{}', '""'].map((value) => ['user', value]),
  ...['5', '-2', '"a"'].map((value) => ['presence_penalty', value]),
  ...['{"50256":-100}', '1'].map((value) => ['logit_bias', value]),
] as [string, string][];

/** A path in a name is a name that there is not. */
const MODELS: [string, number][] = [
  ...['poet@0', 'poet@-1', 'poet@1.0', 'poet@01', 'poet@1e0', 'poet@99999999999999999999', 'poet@', 'poet@1@1'].map(
    (name): [string, number] => [name, 404],
  ),
  ...[
    '../poet',
    'poet/1',
    'models/poet@1',
    '/',
    '.',
    '*',
    ' poet',
    'Poet',
    'poet\\u0000',
    'poet\\n',
    'poet:latest',
  ].map((name): [string, number] => [name, 404]),
  ...['__proto__', 'constructor', 'toString', 'poet; drop table produced', "poet' or '1'='1"].map(
    (name): [string, number] => [name, 404],
  ),
  ['', 400],
  ['x'.repeat(81), 400],
];

describe('parameters that no answer can have', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let archive: TestMember;
  let worker: TestWorker;
  let key: string;
  let session: string;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'ArchiveMSP');
    archive = consortium.members.get('ArchiveMSP')!;
    worker = consortium.workers.get('ComputeMSP')!;
    worker.loaded = [{ model: 'poet', version: 1 }];
    const caller = await archive.key('caller', 'reader', 50_000_000);
    key = caller.key;
    session = caller.actor.session!;
  }, 30_000);
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  /** Sends a body, and sees that nothing was ordered or set aside for it. */
  async function refusal(body: string, path = '/v1/chat/completions') {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const answer = await fetch(archive.url + path, { method: 'POST', headers, body });
    const { code, detail } = (await answer.json()) as { code: string; detail: string };
    expect(worker.asked).toEqual([]);
    expect(await archive.session(session)).toEqual({ escrow: 50_000_000, spent: 0, reserved: 0 });
    return { status: answer.status, code, detail };
  }

  const says = (status: number, code: string, detail: RegExp) => ({
    ...{ status, code },
    detail: expect.stringMatching(detail) as string,
  });
  const chat = (more: string): string => `{"model":"poet","messages":[{"role":"user","content":"hello"}]${more}}`;

  test('each is refused with what to correct, and nothing is ordered', async () => {
    for (const more of REFUSED)
      expect({ more, ...(await refusal(chat(`,${more}`))) }).toEqual({
        more,
        ...says(400, 'invalid_argument', /Correct it|Send one of them|Set stream|ask for fewer/),
      });
  });

  test('messages that are none', async () => {
    for (const messages of MESSAGES) {
      const shown = messages.slice(0, 100);
      expect({ shown, ...(await refusal(`{"model":"poet","messages":${messages}}`)) }).toEqual({
        shown,
        ...says(400, 'invalid_argument', /\.$/),
      });
    }
  });

  test('what cannot be honoured is named, whatever it holds', async () => {
    for (const [name, value] of NOT_HONOURED) {
      const sent = [name, value.slice(0, 20)];
      expect({ sent, ...(await refusal(chat(`,"${name}":${value}`))) }).toEqual({
        sent,
        ...says(422, 'not_supported', new RegExp(`"${name}".*Leave it out`)),
      });
    }
  });

  test('names of models that there are not, or that are paths, are not found', async () => {
    for (const [name, status] of MODELS) {
      const body = `{"model":"${name}","prompt":"hello","max_tokens":1}`;
      expect({ name, ...(await refusal(body, '/v1/completions')) }).toEqual({
        name,
        ...says(status, status === 404 ? 'not_found' : 'invalid_argument', /\.$/),
      });
    }
  });
});
