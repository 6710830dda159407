import { createServer } from 'node:net';
import { z } from 'zod';
import { MemberApi } from '../../cli/src/api/member-api';
import { Scenario } from './support/consortium';

const Anything = z.looseObject({});

describe('what is wrong is refused with a code and a way out, and nothing is half-written', () => {
  let scenario: Scenario;
  let artist: MemberApi;

  beforeAll(async () => {
    scenario = await Scenario.shared();
    artist = await scenario.someone('guild', 'artist', 'painter');
  });

  const send = async (
    path: string,
    body: string,
    key: string,
  ): Promise<{ status: number; body: z.infer<typeof Anything> }> => {
    const response = await fetch(`${artist.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body,
    });
    return { status: response.status, body: Anything.parse(await response.json()) };
  };
  const verse = (text: string) => ({
    title: text,
    medium: 'text',
    creators: [{ person: 'painter', share: 10_000 }],
    preference: {},
    content: { text },
  });

  test.each([
    ['malformed JSON', '{"works":', 400, 'invalid_argument'],
    ['an unknown field', JSON.stringify({ works: [verse('one')], colour: 'blue' }), 400, 'invalid_argument'],
    [
      'shares that do not sum',
      JSON.stringify({ works: [{ ...verse('two'), creators: [{ person: 'painter', share: 1 }] }] }),
      400,
      'invalid_argument',
    ],
    [
      'a negative share',
      JSON.stringify({ works: [{ ...verse('two'), creators: [{ person: 'painter', share: -1 }] }] }),
      400,
      'invalid_argument',
    ],
  ])('%s', async (_what, body, status, code) => {
    const answer = await send('/v1/artworks', body, artist.credentials.apiKey);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ code, remedy: 'reject', detail: expect.any(String) });
  });

  test('no key, a false key, another role', async () => {
    expect((await send('/v1/artworks', '{}', 'lk_false')).body.code).toBe('not_authenticated');
    expect((await send('/v1/keys', '{}', artist.credentials.apiKey)).body.code).toBe('not_authorised');
    await expect(new MemberApi(artist.url, 'lk_false').get('/v1/models', Anything)).rejects.toThrowWithCode(
      'not_authenticated',
    );
  });

  test('an operation repeated is answered as before; with other content it is a conflict', async () => {
    const once = { operationId: 'operation-once', works: [verse('once')] };
    const first = await artist.post('/v1/artworks', once, Anything);
    expect((await artist.post('/v1/artworks', once, Anything)).works).toEqual(first.works);
    await expect(artist.post('/v1/artworks', { ...once, works: [verse('twice')] }, Anything)).rejects.toThrowWithCode(
      'conflict',
    );
  });

  test('what is not there is not_found, what is not built is not_supported', async () => {
    await expect(artist.get('/v1/licences/none', Anything)).rejects.toThrowWithCode('not_found');
    await expect(artist.get(`/v1/trace/${'0'.repeat(64)}`, Anything)).rejects.toThrowWithCode('not_found');
    const caller = await scenario.someone('guild', 'caller', 'reader', 1_000);
    await expect(
      caller.post('/v1/completions', { model: 'poet', prompt: 'O', n: 2 }, Anything),
    ).rejects.toThrowWithCode('not_supported');
  });

  test('the command line names what is wrong', async () => {
    const missing = await scenario.command('logs', 'nothing');
    expect(missing).toMatchObject({ code: 1, answer: { error: { code: 'invalid_argument' } } });
    expect(
      (await scenario.command('key', 'create', '--member', 'nobody', '--role', 'artist', '--name', 'x')).answer,
    ).toMatchObject({ error: { code: 'not_found' } });
    expect((await scenario.command('fly')).code).toBe(2);
  });

  test('a taken port is named with its holder before anything is started', async () => {
    const other = createServer().listen(29_280, '127.0.0.1');
    try {
      await new Promise((resolve) => other.once('listening', resolve));
      await expect(Scenario.up(29_200)).rejects.toThrow('port_taken');
    } finally {
      other.close();
    }
  });
});
