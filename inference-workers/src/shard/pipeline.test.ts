import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { credentials, makeClientConstructor, type ClientDuplexStream } from '@grpc/grpc-js';
import {
  decodeJson,
  InferenceInput,
  parseError,
  SignedReceipt,
  taintKey,
  ticketDigest,
  WorkerConfig,
  type GenerateEvent,
  type RangeReply,
  type RangeRequest,
} from '@llmchain/protocol';
import { mspOf, WorkerBench, type MemberName } from '../../../test/support/worker-bench';
import { requestOf, type TestRequest } from '../../../test/support/worker-requests';
import { clearFolder } from '../files/model-files';
import { MemberDirectory } from '../members/member-directory';
import { loadServable } from '../models/servable';
import type { ServableModel } from '../models/servable-model';
import { WorkerServer } from '../server/worker-server';
import { WORKER_SERVICE } from '../server/worker-service';

jest.setTimeout(60_000);

const TOKENS = 150;
let bench: WorkerBench;
let whole: ServableModel;

/** The worker of compute answers, and holds layer 0, as the lab's does; the archive's and the guild's hold layer 1. */
beforeEach(async () => {
  bench = await WorkerBench.start();
  bench.approve();
  const holds = (layer: number) => [
    { model: 'tiny', version: 1, first: layer, last: layer, heads: [mspOf('compute')] },
  ];
  bench.settings.lab = { holds: holds(0) };
  bench.settings.archive = { holds: holds(1) };
  bench.settings.guild = { holds: holds(1) };
  bench.settings.compute = {
    holds: holds(0),
    pipelines: [
      {
        ...{ model: 'tiny', version: 1, heldOnce: false, timeoutMs: 1_500, compareEvery: 0 },
        ranges: [
          { first: 0, last: 0, holders: ['lab-worker-1', 'compute-worker-1'] },
          { first: 1, last: 1, holders: ['archive-worker-1', 'guild-worker-1'] },
        ],
      },
    ],
  };
  const pool = { provider: 'cpu', threads: 1 } as const;
  whole = (await loadServable(clearFolder(path.join(bench.home, 'model')), bench.version, pool)) as ServableModel;
});
afterEach(async () => {
  await whole.close();
  await bench.stop();
});

const request = (): TestRequest =>
  requestOf(
    bench.members.guild.gateway,
    { kind: 'completion', prompt: 'Shall I compare thee to a summer’s day?' },
    { maxTokens: TOKENS },
  );

/** What the whole model answers to a request. */
async function expected({ ticket, input }: TestRequest): Promise<number[]> {
  const { tokens } = await whole.scheduler.generate(
    {
      prompt: whole.prompts.encode(decodeJson(InferenceInput, JSON.stringify(input))),
      seed: ticketDigest(ticket.body),
      temperatureMilli: ticket.body.sampler.temperatureMilli,
      ...{ maxTokens: TOKENS, tenant: 'whole' },
    },
    () => undefined,
    new AbortController().signal,
  );
  return tokens;
}

const tokensOf = (events: readonly GenerateEvent[]): number[] =>
  events.flatMap((event) => (event.event === 'piece' ? event.piece.tokens : []));

/** Waits until an answer comes whole: all holders have their layers by then. */
async function ready(): Promise<void> {
  const client = bench.client('guild', 'compute');
  for (const end = Date.now() + 15_000; Date.now() < end;) {
    const events = await client.generate(request().wire);
    if (events.at(-1)?.event === 'finished') return;
    await delay(50);
  }
  throw new Error('waited in vain');
}

async function answer(asked: TestRequest, onToken?: (given: number) => void): Promise<number[]> {
  let given = 0;
  const events = await bench.client('guild', 'compute').generate(asked.wire, (event) => {
    if (event.event === 'piece') {
      given += event.piece.tokens.length;
      onToken?.(given);
    }
    return true;
  });
  const last = events.at(-1);
  if (last?.event !== 'finished') throw new Error(`not finished: ${JSON.stringify(last)}`);
  const { body } = decodeJson(SignedReceipt, last.finished.receipt);
  expect([body.producer, body.worker, body.completionTokens]).toEqual([mspOf('compute'), 'compute-worker-1', TOKENS]);
  return tokensOf(events);
}

test('a holder that is killed in mid-answer is replaced, and two answers have the tokens of the whole model', async () => {
  const archive = await bench.startProcess('archive', ['serve'], Infinity);
  for (const name of ['guild', 'lab', 'compute'] as const) await bench.startWorker(name, ['serve']);
  await ready();
  const both = [request(), request()] as const;
  const answers = await Promise.all([
    answer(both[0], (given) => {
      if (given === 40) process.kill(archive.pid!, 'SIGKILL');
    }),
    answer(both[1]),
  ]);
  expect(archive.signalCode).toBe('SIGKILL');
  expect(answers).toEqual(await Promise.all(both.map(expected)));
});

test('a holder that falls silent is replaced after its time', async () => {
  for (const name of ['guild', 'compute'] as const) await bench.startWorker(name, ['serve']);
  const { port, tls } = bench.members.lab;
  const server = new WorkerServer(
    {
      ...{ host: '127.0.0.1', port, certificate: Buffer.from(tls.certificate), key: Buffer.from(tls.key) },
      roots: (await MemberDirectory.load(bench.config('lab', ['serve']).consortium.members)).roots,
    },
    { service: { hold: () => undefined } },
  );
  await server.start();
  try {
    await ready();
    const asked = request();
    expect(await answer(asked)).toEqual(await expected(asked));
  } finally {
    await server.stop(0);
  }
});

type Code = string | undefined;

/** What a holder says to messages of a member's. */
function ask(from: MemberName, to: MemberName, requests: readonly RangeRequest[]): Promise<Code> {
  const { port, authority } = bench.members[to];
  const { key, certificate } = bench.members[from].tls;
  const root = Buffer.from(authority.credential.certificate);
  const tls = credentials.createSsl(root, Buffer.from(key), Buffer.from(certificate));
  const client = new (makeClientConstructor(WORKER_SERVICE, 'Worker'))(`localhost:${port}`, tls);
  const call = (client as unknown as { hold(): ClientDuplexStream<RangeRequest, RangeReply> }).hold();
  return new Promise<Code>((resolve, reject) => {
    call.on('data', (reply: RangeReply) => {
      if (reply.reply === 'failure') resolve(parseError(reply.failure)?.code);
    });
    call.on('error', reject);
    call.on('end', () => resolve(undefined));
    for (const each of requests) call.write(each);
    call.end();
  }).finally(() => client.close());
}

test('who may have layers computed, which, and when, is up to the holder and to consent', async () => {
  await bench.startWorker('lab', ['serve', 'verify']);
  const order = { model: 'tiny', version: 1, first: 0, last: 0, tokens: 16 };
  const open = (change: object = {}): RangeRequest => ({ request: 'open', open: { ...order, ...change } });
  const forward: RangeRequest = {
    request: 'forward',
    forward: { past: 0, count: 1, tokens: [5], states: new Uint8Array(0), logits: 0 },
  };
  for (const end = Date.now() + 8_000; (await ask('compute', 'lab', [open()])) === 'unavailable';) {
    if (Date.now() > end) throw new Error('waited in vain');
    await delay(20);
  }
  expect(await ask('compute', 'lab', [open(), forward, forward])).toBeUndefined();
  expect(await ask('guild', 'lab', [open()])).toBe('not_authorised');
  expect(await ask('compute', 'lab', [open({ last: 1 })])).toBe('not_found');
  expect(await ask('compute', 'lab', [open({ tokens: 100_000 })])).toBe('invalid_argument');
  expect(await ask('compute', 'lab', [forward])).toBe('invalid_argument');
  expect(await ask('compute', 'lab', [open(), open()])).toBe('invalid_argument');
  // It holds a part, and answers nothing with it.
  expect(await bench.client('guild', 'lab').call('models', {})).toMatchObject({ models: [] });
  const subject = { kind: 'model', model: 'tiny', version: 1 } as const;
  const cause = { kind: 'dataset', dataset: 'verses', version: 1 } as const;
  const stamps = { owner: { member: 'LabMSP' }, createdTx: 't', updatedTx: 't' };
  bench.ledger.put('taint', taintKey(subject), { schema: 'taint/1', subject, cause, state: 'tainted', ...stamps });
  expect(await ask('compute', 'lab', [open()])).toBe('tainted');
});

test('a range that one worker or one member alone holds is refused at the start, unless that is asked for', () => {
  const config = bench.config('compute', ['serve']);
  const [pipeline] = config.pipelines;
  const [first, second] = pipeline!.ranges;
  const parse = (change: object): boolean =>
    WorkerConfig.safeParse({ ...config, pipelines: [{ ...pipeline, ...change }] }).success;
  const once = { ...second!, holders: ['guild-worker-1', 'guild-worker-1'] };
  expect(parse({})).toBe(true);
  expect(parse({ ranges: [first, once] })).toBe(false);
  expect(parse({ ranges: [first, once], heldOnce: true })).toBe(true);
  expect(parse({ ranges: [second, first] })).toBe(false);
  const { members } = config.consortium;
  const guilds = ['guild-worker-1', 'guild-worker-2'];
  const workers = guilds.map((id) => ({ id, address: 'localhost:1', preference: 1 }));
  const larger = { members: members.map((each) => (each.name === 'guild' ? { ...each, workers } : each)) };
  const inLarger = (ranges: unknown[], heldOnce = false): boolean => {
    const consortium = { ...config.consortium, ...larger };
    return WorkerConfig.safeParse({ ...config, consortium, pipelines: [{ ...pipeline, ranges, heldOnce }] }).success;
  };
  expect(inLarger([first, second])).toBe(true);
  expect(inLarger([first, { ...second!, holders: guilds }])).toBe(false);
  expect(inLarger([first, { ...second!, holders: guilds }], true)).toBe(true);
  expect(inLarger([first, { ...second!, holders: [...guilds, 'lab-worker-1'] }])).toBe(true);
  expect(inLarger([first, { ...second!, holders: ['guild-worker-1', 'nobody-worker-1'] }])).toBe(false);
  expect(parse({ ranges: [first, { ...second, first: 2, last: 2 }] })).toBe(false);
});
