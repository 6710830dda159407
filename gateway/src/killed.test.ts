import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { GenerateEvent } from '@llmchain/protocol';
import { Books } from '../../test/support/books';
import type { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { Producing } from '../../test/support/gateway-producing';
import type { TestWorker } from '../../test/support/gateway-workers';
import { TestPostgres } from '../../test/support/postgres';
import { ProducerProcess } from '../../test/support/forked-producer';
import { CheckReceipt } from './usecases/check-receipt';
import { ReconcileReservations } from './usecases/reconcile-reservations';

/** Price of the test worker's answer, micro-credits. */
const COST = 133;
const CREDITS = 1_000_000;

/** When the time of a ticket of now is over for all, milliseconds from now. */
const TICKET_OVER = 200_000;

/** Where a producer's process is killed, in the order of a receipt's way. */
const POINTS = [
  ['before the worker has written the receipt', 'keep:before'],
  ['when the worker has written it, before the answer is finished', 'keep:after'],
  ['when openings are being stored', 'opening:before'],
  ['when the gateway has stored the openings, not the receipts', 'add:before'],
  ['while the gateway stores the receipts', 'add:during'],
  ['when the gateway has stored the receipts', 'add:after'],
  ['when the worker was told to forget one of them', 'forget:after'],
  ['when the batch is drafted', 'begin:before'],
  ['while the batch is written down', 'begin:during'],
  ['when the batch is written down', 'begin:after'],
  ['when its list is stored', 'list:after'],
  ['while it is being anchored', 'anchor:during'],
  ['when it is anchored, before that is known', 'anchor:after'],
  ['while that is noted', 'anchored:during'],
  ['when that is noted', 'anchored:after'],
  ['when the index is told', 'index:before'],
  ['while rivals accept it', 'accept:during'],
  ['when rivals have accepted it, before that is known', 'accept:after'],
  ['when that is noted', 'note:after'],
] as const;

describe('a producer that is killed loses no receipt, anchors none twice, and its caller pays once', () => {
  let postgres: TestPostgres;
  let producing: Producing;
  let consortium: GatewayConsortium;
  let archive: TestMember;
  let compute: TestMember;
  let worker: TestWorker;
  let folder: string;
  let reader: { key: string; session: string };
  let producer: ProducerProcess;
  /** Answers that were given, by their receipts' ids. */
  const given: string[] = [];

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    producing = await Producing.start(postgres);
    ({ consortium, archive, compute } = producing);
    worker = consortium.workers.get('ComputeMSP')!;
    folder = await mkdtemp(join(tmpdir(), 'killed-'));
    const { key, actor } = await archive.key('caller', 'reader', CREDITS);
    reader = { key, session: actor.session! };
    archive.ports.lineage.endorsers = ['GuildMSP', 'LabMSP'];
    const generate = worker.generate.bind(worker);
    worker.generate = async function* (request, signal): AsyncGenerator<GenerateEvent> {
      for await (const event of generate(request, signal)) {
        if (event.event === 'finished') {
          const all = [...worker.outbox.values()];
          worker.outbox.clear();
          for (const pending of all) await producer.keep(pending);
        }
        yield event;
      }
    };
    producer = await start();
  }, 30_000);
  afterAll(async () => {
    await producer.stop();
    await producing.stop();
    await postgres.stop();
    await rm(folder, { recursive: true });
  });

  function start(): Promise<ProducerProcess> {
    const settings = {
      ...{ member: 'ComputeMSP', worker: worker.signer },
      ...{ database: consortium.database, schema: consortium.schemaOf('ComputeMSP') },
      ...{ outbox: join(folder, 'outbox'), bucket: join(folder, 'bucket') },
    };
    return ProducerProcess.start(settings, compute.ports.ledgers.service);
  }

  async function ask(): Promise<void> {
    const order = { model: 'poet', prompt: 'a', max_tokens: 3 };
    const { status, headers } = await archive.call(reader.key, 'POST', '/v1/completions', order);
    if (status === 200) given.push(headers.get('x-llmchain-receipt')!);
  }

  test.each(POINTS)('%s', async (_when, point) => {
    const before = given.length;
    await producer.dieAt(point);
    for (let answers = 0; answers < 2; answers++) await ask();
    await producer.turn().catch(() => undefined);
    await producer.stop();
    expect(producer.killedBy).toBe('SIGKILL');

    producer = await start();
    // The caller's gateway leaves a worker that broke off alone for a while.
    while (given.length === before) {
      await delay(250);
      await ask();
    }
    expect(await producer.turn()).toBe(0);
    expect(await producer.turn()).toBe(0);
    // What broke off after the worker had its receipt, the producer tells.
    const { ports } = archive;
    const reconciling = new ReconcileReservations(
      { member: 'ArchiveMSP' },
      { ...ports, checker: new CheckReceipt({}, ports) },
    );
    await reconciling.run(Date.now() + TICKET_OVER);

    const books = new Books(consortium.ledger.world);
    const batches = books.all('batch').map(({ record }) => record);
    const anchored = batches.reduce((sum, { count }) => sum + count, 0);
    expect(given.length).toBeGreaterThan(before);
    expect(anchored).toBeGreaterThanOrEqual(given.length);
    expect(batches.every(({ state }) => state === 'accepted')).toBe(true);
    // Of the ledger, of the callers' books, and of the receipts: each answer counts once.
    expect(books.all('session').find(({ parts }) => parts[0] === reader.session)!.record.reserved).toBe(
      anchored * COST,
    );
    expect(await archive.session(reader.session)).toEqual({ escrow: CREDITS, spent: anchored * COST, reserved: 0 });
    for (const id of given.slice(before)) {
      const { body } = await archive.call(reader.key, 'GET', `/v1/receipts/${id}`);
      expect(body).toMatchObject({ id, state: 'accepted', receipt: { body: { amount: COST } } });
    }
    expect(await readdir(join(folder, 'outbox'))).toEqual([]);
    const openings = (await readdir(join(folder, 'bucket'))).filter((name) => name.startsWith('opening'));
    expect(openings).toHaveLength(anchored);
  });
});
