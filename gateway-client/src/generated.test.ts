import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LlmchainError } from '@llmchain/protocol';
import * as estree from 'prettier/plugins/estree';
import * as typescript from 'prettier/plugins/typescript';
import { format } from 'prettier/standalone';
import { apiDocument, apiRoutes } from '../../gateway/src';
import { clientSources, type ApiDocument } from '../../test/support/client-source';
import { GatewayClient, type Operation, type Request } from './client';

const FOLDER = join(__dirname, 'generated');
const document = apiDocument() as ApiDocument;
const names = apiRoutes().map(({ method, path }) => `${method.toUpperCase()} ${path}` as Operation);

test('the types are those of the routes', async () => {
  const made = [...clientSources(document)].map(async ([name, source]) => ({
    name,
    source: await format(source, {
      parser: 'typescript',
      plugins: [typescript, estree],
      singleQuote: true,
      printWidth: 120,
      trailingComma: 'all',
    }),
  }));
  const files = await Promise.all(made);
  if (process.env.UPDATE_GENERATED) {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER);
    for (const { name, source } of files) writeFileSync(join(FOLDER, name), source);
  }
  expect(readdirSync(FOLDER).sort()).toEqual(files.map(({ name }) => name).sort());
  for (const { name, source } of files) expect(readFileSync(join(FOLDER, name), 'utf8')).toBe(source);
});

test('every route is documented once, and nothing else is', () => {
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.sort()).toEqual([...names].sort());
});

describe('the client', () => {
  const sent: { method: string; url: URL; headers: Headers; body: unknown }[] = [];
  let answer: () => Response = () => Response.json({});
  const client = new GatewayClient(
    { url: 'http://gateway:1', key: 'lk_test' },
    {
      fetch: (url, init) => {
        const { method = 'GET', headers, body } = init ?? {};
        sent.push({ method, url: new URL(url), headers: new Headers(headers), body });
        return Promise.resolve(answer());
      },
    },
  );

  test.each(names)('calls %s', async (name) => {
    const [method, path] = name.split(' ') as [string, string];
    const params = Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, each]) => [each!, `a/${each!}`]));
    answer = () => Response.json({});
    await client.open(name, { params, query: { x: 1, left: undefined }, body: {} } as unknown as Request<typeof name>);
    const call = sent.at(-1)!;
    expect(call.method).toBe(method);
    expect(call.url.pathname).toBe(path.replaceAll(/\{(\w+)\}/g, 'a%2F$1'));
    expect(call.url.search).toBe('?x=1');
    expect(call.headers.get('authorization')).toBe('Bearer lk_test');
  });

  test('gives a typed answer', async () => {
    answer = () => Response.json({ data: [{ escrow: 'e' }], after: 'next' });
    const { data, after } = await client.call('GET /v1/escrows', { query: { limit: 1, state: 'held' } });
    expect([data[0]?.escrow, after]).toEqual(['e', 'next']);
  });

  test('throws the gateway’s own error', async () => {
    answer = () =>
      Response.json({ code: 'not_found', detail: 'There is none.', details: { id: 'x' } }, { status: 404 });
    const failed = client.call('GET /v1/licences/{id}', { params: { id: 'x' } });
    await expect(failed).rejects.toEqual(new LlmchainError('not_found', 'There is none.', { id: 'x' }));
    answer = () => new Response('<html>', { status: 502 });
    await expect(client.call('GET /healthz', {})).rejects.toThrowWithCode('internal');
  });

  test('says when nobody answers', async () => {
    const nobody = new GatewayClient({ url: 'http://127.0.0.1:1' });
    await expect(nobody.call('GET /healthz', {})).rejects.toThrowWithCode('unavailable');
  });
});
