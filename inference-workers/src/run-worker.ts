import { readFile } from 'node:fs/promises';
import { LedgerClient, openConnection } from '@llmchain/ledger-client';
import { decodeJson, WorkerConfig } from '@llmchain/protocol';
import pino from 'pino';
import { z } from 'zod';
import type { Generate } from './engine/generate';
import { Worker } from './worker';

const Environment = z.object({
  /** JSON file (protocol: WorkerConfig). */
  LLMCHAIN_CONFIG: z.string().min(1),
  LLMCHAIN_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

/** What a drill may put in place of the configuration and the honest engine. */
export interface WorkerVariation {
  generate?: Generate;
  roles?: WorkerConfig['roles'];
}

async function run({ generate, roles }: WorkerVariation): Promise<void> {
  process.umask(0o077);
  const environment = Environment.parse(process.env);
  const log = pino({ level: environment.LLMCHAIN_LOG_LEVEL, base: undefined });
  const text = await readFile(environment.LLMCHAIN_CONFIG, 'utf8');
  const configured = decodeJson(WorkerConfig, text, 'configuration');
  const config = { ...configured, ...(roles ? { roles } : {}) };
  const { peer, identity } = config.fabric;
  const connection = openConnection({ address: peer.address, tlsRoot: await readFile(peer.tlsRoot) });
  const ledger = new LedgerClient(config.consortium, connection, {
    mspId: identity.mspId,
    certificate: await readFile(identity.certificate),
    privateKey: await readFile(identity.key),
  });
  const worker = await Worker.start(config, { ledger, log, ...(generate ? { generate } : {}) });

  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'worker stops');
    void worker
      .stop()
      .then(() => {
        ledger.close();
        connection.close();
      })
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'worker did not stop cleanly');
          process.exit(1);
        },
      );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** Runs this process as a member's worker until it is told to stop; the environment names its configuration. */
export function runWorker(variation: WorkerVariation = {}): void {
  run(variation).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
}
