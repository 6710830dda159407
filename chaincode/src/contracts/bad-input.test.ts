import { TRANSACTIONS, type QueryName, type SubmitName } from '@llmchain/protocol';
import { QUERIES, type Example } from '../../../test/support/request-examples';
import { Requests } from '../../../test/support/requests';
import { AUTHORITY } from '../rules/authority';

type Path = readonly (string | number)[];
const GONE = Symbol('left out');
const LONG = 'x'.repeat(10_000);

/** Every place in a request, the request itself first. */
function* places(value: unknown, path: Path = []): Generator<{ path: Path; value: unknown }> {
  yield { path, value };
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value))
    yield* places(inner, [...path, Array.isArray(value) ? Number(key) : key]);
}

/** The request with another value at one place. */
function changed(request: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(request))
    return value === GONE && rest.length === 0
      ? request.filter((_, at) => at !== key)
      : request.map((inner: unknown, at) => (at === key ? changed(inner, rest, value) : inner));
  const entries = Object.entries(request as object)
    .filter(([name]) => !(name === key && value === GONE && rest.length === 0))
    .map(([name, inner]): [string, unknown] => [name, name === key ? changed(inner, rest, value) : inner]);
  return Object.fromEntries(entries);
}

interface Bad {
  what: string;
  request: unknown;
  /** Refused whatever the schema says: so that a schema that is too lax is found. */
  always: boolean;
}

/** What could be wrong with a request, at every one of its places. */
function* wrong(request: unknown): Generator<Bad> {
  for (const { path, value } of places(request)) {
    const at = `/${path.join('/')}`;
    const put = (what: string, instead: unknown, always: boolean): Bad => ({
      what: `${what} at ${at}`,
      request: changed(request, path, instead),
      always,
    });
    if (path.length > 0) yield put('nothing', GONE, false);
    yield put('null', null, false);
    if (Array.isArray(value)) {
      yield put('an empty list', [], false);
      yield put(
        'too long a list',
        Array.from({ length: 20_000 }, () => value[0] as unknown),
        true,
      );
      yield put('an object', {}, true);
      yield put('a text', 'x', true);
    } else if (typeof value === 'object' && value !== null) {
      const open = at === '/architecture';
      yield put('a field too many', { ...value, surplus: 1 }, !open);
      yield put('a list', [], true);
      yield put('a text', 'x', true);
    } else if (typeof value === 'number') {
      const open = at.startsWith('/architecture/');
      yield put('a negative number', -1, !open);
      yield put('2^53', 2 ** 53, true);
      yield put('a fraction', 1.5, true);
      yield put('a number in quotes', String(value), !open);
      yield put('a list', [value], true);
    } else if (typeof value === 'string') {
      const open = at.startsWith('/architecture/');
      yield put('no text', '', true);
      yield put('too long a text', LONG, true);
      yield put('a number', 1, !open);
      yield put(
        'letters outside ASCII',
        `${value}é`,
        !['title', 'reason', 'purpose', 'trainingData'].includes(String(path.at(-1))),
      );
      yield put('a control character', `${value}\u0000`, true);
      yield put('an object', {}, true);
    } else if (typeof value === 'boolean') {
      yield put('a number', 1, !at.startsWith('/architecture/'));
      yield put('a text', 'yes', !at.startsWith('/architecture/'));
    }
  }
}

/** The request with one thing said otherwise, such as the schema takes. */
function otherwise({ name, request }: Example): unknown {
  for (const { path, value } of places(request)) {
    if (path.length === 0 || path[0] === 'operationId') continue;
    const others =
      typeof value === 'string'
        ? [`${value}x`, value.replace(/.$/, (last) => (last === '0' ? '1' : '0'))]
        : typeof value === 'number'
          ? [value + 1]
          : typeof value === 'boolean'
            ? [!value]
            : [];
    for (const other of others) {
      const candidate = changed(request, path, other);
      if (TRANSACTIONS[name].request.safeParse(candidate).success) return candidate;
    }
  }
  throw new Error(`${name} cannot be said otherwise`);
}

const codeOf = (error: unknown) => (error as { code: string }).code;

describe('bad input', () => {
  let requests: Requests;
  let start: Map<string, Uint8Array>;
  beforeAll(async () => {
    requests = await Requests.ready();
    start = requests.serving.snapshot();
  }, 30_000);
  beforeEach(() => {
    requests.serving.restore(start);
  });
  afterAll(() => requests.serving.stop());

  const examplesOf = (name: SubmitName) => requests.examples.filter((example) => example.name === name);
  const unchanged = () => {
    expect(requests.serving.snapshot()).toEqual(start);
  };
  const submits = Object.keys(AUTHORITY) as SubmitName[];

  test('there is an example of every transaction and query, and every example succeeds', async () => {
    expect([...new Set(requests.examples.map(({ name }) => name)), ...Object.keys(QUERIES)].sort()).toEqual(
      Object.keys(TRANSACTIONS).sort(),
    );
    for (const example of requests.examples) {
      requests.serving.restore(start);
      const answer = await requests.submit(example, requests.as(example, AUTHORITY[example.name].roles));
      expect(TRANSACTIONS[example.name].result.safeParse(answer)).toMatchObject({ success: true });
    }
  });

  test.each(submits)('%s: every field missing, extra, too long, of another type or out of range', async (name) => {
    let tried = 0;
    for (const example of examplesOf(name)) {
      const as = requests.as(example, AUTHORITY[name].roles);
      for (const { what, request, always } of wrong(example.request)) {
        const fits = TRANSACTIONS[name].request.safeParse(request).success;
        if (always && fits) throw new Error(`${name} takes ${what}`);
        if (fits) continue;
        tried++;
        const code = await requests.submit(example, as, request as object).then(() => 'done', codeOf);
        expect([what, code]).toEqual([what, 'invalid_argument']);
      }
    }
    unchanged();
    expect(tried).toBeGreaterThan(10);
  });

  test.each(submits)('%s: well formed, but about things that are not there', async (name) => {
    for (const example of examplesOf(name)) {
      const as = requests.as(example, AUTHORITY[name].roles);
      for (const { what, request } of wrong(example.request)) {
        if (!TRANSACTIONS[name].request.safeParse(request).success) continue;
        requests.serving.restore(start);
        const code = await requests.submit(example, as, request as object).then(() => 'done', codeOf);
        expect([what, code]).not.toEqual([what, 'internal']);
        if (code !== 'done') unchanged();
      }
    }
  });

  test.each(submits)('%s: repeated with the same and with other arguments', async (name) => {
    for (const example of examplesOf(name)) {
      requests.serving.restore(start);
      const as = requests.as(example, AUTHORITY[name].roles);
      const first = await requests.submit(example, as);
      const after = requests.serving.snapshot();
      expect(await requests.submit(example, as)).toEqual(first);
      expect(requests.serving.snapshot()).toEqual(after);
      if (!('operationId' in example.request)) continue;
      const code = await requests.submit(example, as, otherwise(example) as object).then(() => 'done', codeOf);
      expect([example.about, code]).toEqual([example.about, 'conflict']);
      expect(requests.serving.snapshot()).toEqual(after);
    }
  });

  test.each(Object.keys(QUERIES) as QueryName[])('%s: every field of a query', async (name) => {
    const as = requests.people.auditor;
    await expect(requests.serving.world.submit(name, QUERIES[name], { as })).resolves.toBeDefined();
    for (const { what, request } of wrong(QUERIES[name])) {
      const fits = TRANSACTIONS[name].request.safeParse(request).success;
      const code = await requests.serving.world.raw(name, [JSON.stringify(request)], { as }).then(() => 'done', codeOf);
      if (fits) expect([what, code]).not.toEqual([what, 'internal']);
      else expect([what, code]).toEqual([what, 'invalid_argument']);
    }
    unchanged();
  });

  test.each([
    ['no argument', []],
    ['two arguments', ['{}', '{}']],
    ['no JSON', ['{"operationId":']],
    ['an empty text', ['']],
    ['JSON of another kind', ['"x"']],
    ['a number', ['1']],
    ['JSON that is deep', [`${'['.repeat(5_000)}${']'.repeat(5_000)}`]],
    ['a prototype', ['{"__proto__":{"operationId":"operation-1"}}']],
  ])('%s is refused with a code by every transaction', async (_what, args) => {
    for (const name of Object.keys(TRANSACTIONS)) {
      const as = requests.people.admin;
      const code = await requests.serving.world.raw(name, args, { as }).then(() => 'done', codeOf);
      expect([name, code]).toEqual([name, 'invalid_argument']);
    }
    unchanged();
  });
});
