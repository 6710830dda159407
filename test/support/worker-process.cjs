/**
 * A member's worker in a process of its own, over a ledger in memory, so that a test can see it killed: by itself in
 * mid-answer, some moments after its answers have come to `KILL_AT` tokens.
 * Arguments: a file with its configuration, and one with the ledger's records.
 */
'use strict';

const { readFileSync } = require('node:fs');
const { transformFileSync } = require('@swc/core');
const pino = require('pino');
const { generate, Worker } = require('../../inference-workers/dist/index.js');

const jsc = { target: 'es2022', parser: { syntax: 'typescript' } };
require.extensions['.ts'] = (module, file) =>
  module._compile(transformFileSync(file, { jsc, module: { type: 'commonjs' } }).code, file);
const { MemoryLedger } = require('./worker-ledger.ts');

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const [configuration, records] = process.argv.slice(2);
const config = read(configuration);
const ledger = MemoryLedger.from(read(records)).as(config.member.mspId);

let left = Number(process.env.KILL_AT ?? Infinity);
const mortal = (model, request, onToken, signal) =>
  generate(
    model,
    request,
    (token) => {
      onToken(token);
      if (--left === 0) setTimeout(() => process.kill(process.pid, 'SIGKILL'), 5);
    },
    signal,
  );

Worker.start(config, { ledger, log: pino({ level: 'silent' }), generate: mortal }).then(
  () => process.send('started'),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
