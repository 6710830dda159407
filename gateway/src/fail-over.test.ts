import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  decodeJson,
  Opening,
  receiptId,
  segmentStart,
  SignedReceipt,
  type GenerateRequest,
  type RecordType,
} from '@llmchain/protocol';
import { WorkerBench } from '../../test/support/worker-bench';
import { silent } from '../../test/support/gateway-member';
import { GrpcWorkers } from './adapters/workers/grpc-workers';
import type { Reservation } from './ports/sessions';
import type { WorkerRef } from './ports/workers';
import { CheckReceipt } from './usecases/check-receipt';
import { Infer, type Answer, type InferPorts } from './usecases/infer';
import { IssueTicket } from './usecases/issue-ticket';
import { RouteInference } from './usecases/route-inference';

jest.setTimeout(60_000);

const MAX_TOKENS = 120;
const input = { kind: 'chat' as const, messages: [{ role: 'user' as const, content: 'Sing of the sea.' }] };

let bench: WorkerBench;
let victim: ChildProcess;
let workers: GrpcWorkers;
let infer: Infer;
const requests: { worker: string; request: GenerateRequest }[] = [];
const reservations = new Map<string, Reservation>();
const settled: SignedReceipt[] = [];

beforeAll(async () => {
  bench = await WorkerBench.start();
  bench.approve();
  await bench.startWorker('lab', ['serve']);
  victim = await bench.startProcess('compute', ['serve'], 40);
  const { guild, lab, compute } = bench.members;
  workers = new GrpcWorkers(
    {
      workers: [
        // The one that will be killed is asked first.
        { id: 'compute-worker-1', member: 'ComputeMSP', preference: 100, ...reached(compute) },
        { id: 'lab-worker-1', member: 'LabMSP', preference: 1, ...reached(lab) },
      ],
    },
    { tls: { certificate: Buffer.from(guild.tls.certificate), key: Buffer.from(guild.tls.key) } },
  );
  const { generate } = workers;
  workers.generate = (worker, request, options) => {
    requests.push({ worker: worker.id, request });
    return generate.call(workers, worker, request, options);
  };
  const { signer, secretKey, mspId } = guild.gateway;
  const get = (type: RecordType, ...parts: string[]) => Promise.resolve(bench.ledger.find(type, ...parts));
  const ports = {
    alarm: { demand: () => Promise.resolve(), watch: () => () => undefined },
    models: { resolve: () => Promise.resolve(bench.version), demandCallable: () => Promise.resolve() },
    router: new RouteInference(
      { own: mspId, members: [] },
      { workers, suspensions: { now: () => Promise.resolve(new Set<string>()) } },
    ),
    issuer: new IssueTicket({ member: mspId, signer, secretKey }),
    checker: new CheckReceipt({}, { ledgers: { service: { get } } as never }),
    sessions: {
      reserve: (reservation: Reservation) =>
        Promise.resolve(Boolean(reservations.set(reservation.receipt, reservation))),
      carry: (from: string, next: Reservation) => {
        reservations.get(from)!.amount -= next.amount;
        reservations.set(next.receipt, next);
        return Promise.resolve(true);
      },
      settle: (receipt: SignedReceipt) => {
        settled.push(receipt);
        return Promise.resolve();
      },
      lose: () => Promise.resolve(),
      release: () => Promise.resolve(),
    },
    workers,
    lineage: { putReceipts: () => Promise.resolve() },
    log: silent,
  } as unknown as InferPorts;
  infer = new Infer({ own: mspId }, ports);
});
afterAll(async () => {
  workers.close();
  await bench.stop();
});

function reached({ port, authority }: WorkerBench['members']['lab']): { address: string; tlsRoot: Buffer } {
  return { address: `localhost:${port}`, tlsRoot: Buffer.from(authority.credential.certificate) };
}

async function loaded(worker: WorkerRef): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    if ((await workers.models(worker).catch(() => [])).length > 0) return;
    await delay(50);
  }
  throw new Error(`${worker.id} has not loaded the model`);
}

test('a worker is killed in mid-answer: another goes on, and the text is what one worker gives', async () => {
  for (const worker of workers.all) await loaded(worker);
  const actor = { key: 'key-1', role: 'caller' as const, name: 'reader', session: 'ses-1' };
  const sampler = { temperatureMilli: 800 };
  const ended = once(victim, 'exit');
  const answers: Answer[] = [];
  const order = { model: 'tiny', input, sampler, maxTokens: MAX_TOKENS };
  for await (const answer of infer.run(actor, order, new AbortController().signal)) answers.push(answer);
  expect((await ended)[1]).toBe('SIGKILL');
  expect(requests.map(({ worker }) => worker)).toEqual(['compute-worker-1', 'lab-worker-1']);

  // What one worker gives for the same ticket, once it does not remember it.
  await rm(path.join(bench.members.compute.folder, 'outbox', 'served'), { recursive: true });
  await bench.startWorker('compute', ['serve']);
  await loaded(workers.all[0]!);
  const { request } = requests[0]!;
  const events = await bench.client('guild', 'compute').generate(request);
  const text = events.map((event) => (event.event === 'piece' ? event.piece.text : '')).join('');
  expect(answers.map((answer) => (answer.kind === 'text' ? answer.text : '')).join('')).toBe(text);
  const last = answers.at(-1)!;
  if (last.kind !== 'finished') throw new Error('the answer did not end');
  const { body } = last.receipt;
  const from = segmentStart(body);
  expect(from).toBeGreaterThanOrEqual(1);
  expect(from + body.completionTokens).toBe(MAX_TOKENS);

  const pending = [
    ...(await bench.client('lab', 'lab').pending()),
    ...(await bench.client('compute', 'compute').pending()),
  ];
  const openings = pending.map(({ opening }) => decodeJson(Opening, opening));
  const segment = openings.find(({ receipt }) => receipt === receiptId(body))!;
  const whole = openings.find(({ answered }) => !answered)!;
  expect([...segment.answered!.tokens, ...segment.tokens]).toEqual(whole.tokens);

  // The first tells no receipt: only the tokens of the second are paid, and the rest stays set aside for the first.
  expect(settled).toEqual([last.receipt]);
  const { prices } = bench.version;
  expect(body.amount).toBe(prices.completionToken * body.completionTokens);
  const kept = [...reservations.values()].reduce((sum, { amount }) => sum + amount, 0);
  expect(kept).toBe(body.ticket.body.maxAmount);
});
