/**
 * A producer in a process of its own, so that a test can see it killed: a worker's outbox on disk, and the use cases that
 * take receipts out of it, anchor them and have them decided, over a real database. The ledger and the caller are in the
 * process that forked it, which also tells it at which point to kill itself: `add:before`, `add:during`, `add:after` and
 * the like. Argument: JSON `{ member, worker, database, schema, outbox, bucket }`.
 */
'use strict';

const { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { decodeJson, Opening, parseError, SignedReceipt } = require('../../protocol/dist/index.js');
const { openDatabase, openPool } = require('../../gateway/dist/adapters/database/open.js');
const { PostgresProduction } = require('../../gateway/dist/adapters/database/postgres-production.js');
const { SealedOpenings } = require('../../gateway/dist/adapters/object-store/sealed-openings.js');
const { AcceptBatches } = require('../../gateway/dist/usecases/accept-batches.js');
const { AnchorReceipts } = require('../../gateway/dist/usecases/anchor-receipts.js');
const { SilentRivals } = require('../../gateway/dist/usecases/silent-rivals.js');
const { CollectReceipts } = require('../../gateway/dist/usecases/collect-receipts.js');
const { DecideBatch } = require('../../gateway/dist/usecases/decide-batch.js');
const { RotateBatch } = require('../../gateway/dist/usecases/rotate-batch.js');
const { Outbox } = require('../../inference-workers/dist/receipts/outbox.js');

const { member, worker, database: host, schema, outbox: folder, bucket } = JSON.parse(process.argv[2]);
let point;
const nothing = () => undefined;
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const die = () => process.kill(process.pid, 'SIGKILL');
/** Milliseconds after which a call is under way. */
const UNDER_WAY = 2;

/** A call before, during or after which the process may be killed. */
const mortal =
  (name, call) =>
  async (...args) => {
    if (point === `${name}:before`) die();
    if (point === `${name}:during`) setTimeout(die, UNDER_WAY);
    const result = await call(...args);
    if (point === `${name}:after`) die();
    return result;
  };

let asked = 0;
const waiting = new Map();
/** Asks the process that forked this one. */
const ask = (method, args) =>
  new Promise((resolve, reject) => {
    waiting.set(++asked, { resolve, reject });
    process.send({ ask: asked, method, args });
  });
const service = {
  submit: (name, ...rest) => {
    const submit = () => ask('submit', [name, ...rest]);
    if (name === 'inference:anchorBatch') return mortal('anchor', submit)();
    return name === 'inference:acceptBatch' ? mortal('accept', submit)() : submit();
  },
  get: (...args) => ask('get', args),
  find: (...args) => ask('find', args),
  async *list(...args) {
    yield* await ask('list', args);
  },
};

/** A bucket that is a folder. */
const fileOf = (key) => path.join(bucket, encodeURIComponent(key));
const files = {
  put: (key, bytes) => Promise.resolve(writeFileSync(fileOf(key), bytes)),
  get: (key) => Promise.resolve(readFileSync(fileOf(key))),
  size: (key) => Promise.resolve(existsSync(fileOf(key)) ? statSync(fileOf(key)).size : undefined),
  putStream: mortal('list', async (key, content) => {
    const parts = [];
    for await (const part of content) parts.push(part);
    writeFileSync(fileOf(key), Buffer.concat(parts));
  }),
};

async function run() {
  mkdirSync(bucket, { recursive: true });
  const url = `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(host)}`;
  const pool = openPool({ url, schema, numbers: true }, log);
  const kept = new PostgresProduction({}, { database: await openDatabase(pool, schema) });
  const production = new Proxy(kept, {
    get: (target, name) => {
      const of = target[name].bind(target);
      return ['add', 'begin', 'anchored', 'note'].includes(name) ? mortal(name, of) : of;
    },
  });
  const outbox = await Outbox.open(folder);
  const forget = mortal('forget', (id) => outbox.acknowledge([id]));
  const workers = {
    all: [{ id: worker, member, preference: 1 }],
    pending: (_worker, limit) => outbox.pending(limit),
    acknowledge: async (_worker, ids) => {
      for (const id of ids) await forget(id);
    },
  };
  const sealed = new SealedOpenings({ key: Buffer.alloc(32, 7) }, { store: files });
  const openings = { put: mortal('opening', (opening) => sealed.put(opening)) };
  const lineage = { putReceipts: mortal('index', () => Promise.resolve()) };
  const ports = { workers, production, openings, store: files, lineage, ledgers: { service }, log };
  const collect = new CollectReceipts({ member }, ports);
  const silent = new SilentRivals();
  const anchor = new AnchorReceipts({ member }, { ...ports, silent });
  const decide = new DecideBatch({}, { ...ports, rotate: new RotateBatch({}, ports) });
  const accept = new AcceptBatches({ member }, { ...ports, decide, silent });

  const orders = {
    die: async (at) => {
      point = at;
    },
    /** The worker keeps a receipt, before it says that the answer is finished. */
    keep: mortal('keep', ({ receipt, opening }) =>
      outbox.put({ receipt: decodeJson(SignedReceipt, receipt), opening: decodeJson(Opening, opening) }),
    ),
    /** One turn of the gateway. @returns how many receipts the worker has left */
    turn: async () => {
      const work = async () => {
        await collect.run();
        await anchor.run();
        await accept.run();
      };
      // The database may still hold the lock of the process that was killed.
      while (!(await production.exclusively(work))) await delay(20);
      return outbox.size;
    },
  };
  process.on('message', ({ order, of, answer, result, error }) => {
    if (answer !== undefined) {
      const { resolve, reject } = waiting.get(answer);
      waiting.delete(answer);
      if (error) reject(parseError(error) ?? new Error(error));
      else resolve(result);
      return;
    }
    orders[order](of).then(
      (done) => process.send({ done: done ?? null }),
      (failure) => process.send({ failed: String(failure) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
  process.send({ done: 'started' });
}

run().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
