import { readFileSync } from 'node:fs';
import { ServerResponse, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { TRANSACTIONS, type TransactionName } from '@llmchain/protocol';
import type { z } from 'zod';
import { example, jsonSchema } from '../../test/support/json-schema';
import type { Route } from './http/route';
import type { Actor } from './ports/actor';
import { routesOf, type UseCases } from './routes';

/** What no route makes, and why. */
const NO_ROUTE: Partial<Record<TransactionName, string>> = {
  'inference:anchorBatch': 'a gateway anchors the receipts of its own worker; people have none to anchor',
  'datasets:hold': 'a gateway says what its own member keeps, after it has checked it; nobody else can say it',
  'datasets:release': 'as hold',
  'artworks:attest': 'a gateway attests what it destroyed itself; nobody else can say it',
  'inference:acceptBatch': 'members accept by their verifiers, and gateways propose it when those have',
  'inference:rejectBatch': 'as acceptBatch',
  'inference:refuseBatch': 'a gateway says what its own verifier has found; nobody else can say it',
  'inference:passOver': 'gateways ask for it when a member that they asked has no verdict in time',
};

/** What use cases make of a call, beside `transact`, which says so itself. */
const USE_CASES: Readonly<Record<string, readonly TransactionName[]>> = {
  licenceTerms: ['artworks:offerLicence', 'artworks:acceptLicence'],
  registerWorks: ['artworks:register'],
  sealDataset: ['datasets:addPage', 'datasets:seal'],
  registerModel: ['models:register'],
  rewardContributors: ['credits:fundReward', 'credits:claimReward'],
  shardDataset: ['datasets:shard'],
  fundSessions: ['inference:openSession', 'inference:topUpSession', 'inference:closeSession'],
  giveModelKeys: ['models:giveKey'],
  expireBatch: ['inference:expireBatch'],
  rotateBatch: ['inference:rotateBatch'],
  stakes: ['inference:unstake', 'inference:withdrawStake'],
  reportFaults: ['inference:reportFault'],
  claim: ['credits:claim'],
  whoAmI: ['ledger:whoami'],
};

/** What takes no operation id, and why a repetition does no harm. */
const REPEATED_SAFELY: Readonly<Record<string, string>> = {
  'DELETE /v1/keys/{id}': 'a key is taken back once',
  'POST /v1/artworks/similar': 'a question',
  'POST /v1/batches/{producer}/{sequence}/expire': 'the state of the batch says whether it was done',
  'POST /v1/batches/{producer}/{sequence}/receipts/{receipt}/fault': 'a receipt is found false once',
  'POST /v1/batches/{producer}/{sequence}/receipts/{receipt}/rerun': 'a question',
  'POST /v1/batches/{producer}/{sequence}/rotate': 'as expire',
  'POST /v1/batches/{producer}/{sequence}/tally': 'what is counted is not counted again',
  'POST /v1/canaries': 'each is another one',
  'POST /v1/chat/completions': 'an answer is bought each time, as with OpenAI; its receipt says which it is',
  'POST /v1/completions': 'as chat',
  'POST /v1/datasets/consent': 'a question',
  'POST /v1/datasets/{id}/annotations': 'a layer lies where its digest says, and the ledger is not written to',
  'POST /v1/datasets/{id}/ingest': 'content lies where its digest says, and the ledger is not written to',
  'POST /v1/datasets/{id}/versions/{version}/lift': 'the state of the taint says whether it was done',
  'POST /v1/datasets/{id}/versions/{version}/taint': 'as lift',
  'POST /v1/embeddings': 'as chat',
  'POST /v1/grants/{id}/expire': 'the state of the grant says whether it was done',
  'POST /v1/licences/{id}/expire': 'the state of the licence says whether it was done',
  'POST /v1/models/{id}/versions/{version}/lift': 'as for datasets',
  'POST /v1/models/{id}/versions/{version}/taint': 'as for datasets',
  'POST /v1/models/{id}/versions/{version}/keys/{member}/{worker}/give':
    'the state of the key says whether it was done',
  'POST /v1/models/{id}/versions/{version}/keys/{member}/{worker}/withdraw': 'as give',
  'POST /v1/moderations': 'as chat',
  'POST /v1/recommendations': 'as chat',
  'POST /v1/rerank': 'as chat',
  'POST /v1/resemblances': 'what is flagged already stays as it is',
  'POST /v1/training/jobs/{id}/lift': 'as for datasets',
  'POST /v1/training/jobs/{id}/taint': 'as for datasets',
  'POST /v1/wrapping-keys/{worker}/revoke': 'the state of the key says whether it was done',
  'POST /v2/models/{name}/infer': 'as chat',
  'POST /v2/models/{name}/versions/{version}/infer': 'as chat',
  'PUT /v1/content': 'content lies where its digest says',
  'PUT /v1/wrapping-keys/{worker}': 'a key that is set already stays as it is',
};

/** Reads that go through the ledger's client: `get` and `list` are its own names for these queries. */
const READS: readonly TransactionName[] = ['ledger:get', 'ledger:list'];

interface Called {
  route: string;
  useCase: string;
  method: string;
  transaction?: string;
}

/** Calls every route with what its schemas take; the use cases only note that they were called. */
async function callAll(): Promise<Called[]> {
  const calls: Called[] = [];
  let at = '';
  const useCases = new Proxy(
    {},
    {
      get: (_, useCase: string) =>
        new Proxy(
          {},
          {
            get:
              (__, method: string) =>
              (...given: unknown[]) => {
                const transaction = given.find(
                  (one): one is string => typeof one === 'string' && Object.hasOwn(TRANSACTIONS, one),
                );
                calls.push({
                  route: at,
                  useCase,
                  method,
                  ...(transaction === undefined ? {} : { transaction }),
                });
                throw new Error('noted');
              },
          },
        ),
    },
  ) as UseCases;
  for (const route of routesOf(useCases)) {
    at = `${route.method.toUpperCase()} ${route.path}`;
    await callOnce(route).catch(() => undefined);
  }
  return calls;
}

async function callOnce(route: Route<Actor>): Promise<void> {
  const actor: Actor = { key: 'k', role: 'admin', name: 'n', session: 's' };
  const { params, query, body } = {
    params: accepted(route.params),
    query: route.query?.safeParse({}).success ? {} : accepted(route.query),
    body: route.body && accepted(route.body),
  };
  const raw = { actor, params, query, body, headers: {}, signal: new AbortController().signal };
  const content = Readable.from([Buffer.from('content')]);
  const request = Object.assign(content, { headers: { 'content-type': route.accepts } }) as unknown as IncomingMessage;
  await route.execute(raw, new ServerResponse(request), request);
}

function propertiesOf({ properties, anyOf = [] }: ReturnType<typeof jsonSchema>): object {
  return properties ?? (Object.assign({}, ...anyOf.map(propertiesOf)) as object);
}

/** An example that the schema takes: some kinds of a thing have rules beside their shape. */
function accepted(schema: z.ZodType | undefined): unknown {
  if (!schema) return {};
  const whole = Array.from({ length: 20 }, (_, choice) => example(jsonSchema(schema), choice));
  const candidates = [...whole, ...withoutOne(whole[0])];
  return candidates.find((candidate) => schema.safeParse(candidate).success) ?? candidates[0];
}

/** The same without one of its fields: some exclude one another. */
function withoutOne(value: unknown): unknown[] {
  const fields = Object.entries(value as object);
  return fields.map(([left]) => Object.fromEntries(fields.filter(([name]) => name !== left)));
}

describe('REST for everything', () => {
  let calls: Called[];
  beforeAll(async () => {
    calls = await callAll();
  });

  test('every transaction and query has a route, but for those that only gateways make', () => {
    const used = new Set(calls.map(({ useCase }) => useCase));
    const reached = new Set<string>([
      ...calls.flatMap(({ transaction }) => transaction ?? []),
      ...Object.entries(USE_CASES).flatMap(([useCase, names]) => (used.has(useCase) ? names : [])),
      ...(used.has('listRecords') && calls.some(({ method }) => method === 'read') ? READS : []),
    ]);
    const without = Object.keys(TRANSACTIONS).filter((name) => !reached.has(name));
    expect(without.sort()).toEqual(Object.keys(NO_ROUTE).sort());
  });

  test.each(Object.entries(USE_CASES))('the use case %s makes what is said of it', (useCase, names) => {
    const file = useCase.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const source = readFileSync(join(__dirname, 'usecases', `${file}.ts`), 'utf8');
    for (const name of names) expect(source).toContain(`'${name}'`);
  });

  test('every change takes an operation id, but for those that repeat safely by what they are about', () => {
    const without = routesOf({} as UseCases)
      .filter(({ method }) => method !== 'get')
      .filter(({ body }) => body === undefined || !('operationId' in propertiesOf(jsonSchema(body))))
      .map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(without.sort()).toEqual(Object.keys(REPEATED_SAFELY).sort());
  });

  test('every route does something', () => {
    const silent = routesOf({} as UseCases)
      .map(({ method, path }) => `${method.toUpperCase()} ${path}`)
      .filter((route) => !calls.some((call) => call.route === route));
    expect(silent).toEqual(['GET /healthz', 'GET /v2', 'GET /v2/health/live', 'GET /openapi.json']);
  });
});
