import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeJson, GatewayConfig, type LoadedModel, type ModelRef } from '@llmchain/protocol';
import { z } from 'zod';
import { GrpcWorkers } from '../../../gateway/src/adapters/workers/grpc-workers';
import type { WorkerRef } from '../../../gateway/src/ports/workers';

const State = z.object({ processes: z.array(z.object({ name: z.string(), pid: z.number().int() })) });

/** The workers of a running consortium: what they say to a member's gateway, and which processes they are. */
export class Pool {
  private constructor(
    private readonly home: string,
    private readonly workers: GrpcWorkers,
  ) {}

  /** @param member whose gateway's certificate is shown to workers */
  static async of(home: string, member: string): Promise<Pool> {
    const text = await readFile(join(home, 'members', member, 'gateway.json'), 'utf8');
    const { consortium, tls } = decodeJson(GatewayConfig, text);
    const workers = await Promise.all(
      consortium.members.map(async ({ mspId, workers: own, tlsRoot }) => {
        const root = await readFile(tlsRoot);
        return own.map((worker) => ({ ...worker, member: mspId, tlsRoot: root }));
      }),
    );
    const [certificate, key] = await Promise.all([readFile(tls.certificate), readFile(tls.key)]);
    return new Pool(home, new GrpcWorkers({ workers: workers.flat() }, { tls: { certificate, key } }));
  }

  /** Ids of the workers that compute answers of a version at this moment. */
  async answering(version: ModelRef): Promise<string[]> {
    const loaded = await Promise.all(this.workers.all.map((worker) => this.#version(worker, version)));
    return this.workers.all.filter((_, at) => (loaded[at]?.load?.running ?? 0) > 0).map(({ id }) => id);
  }

  /** Waits until workers have a version loaded. @param ids of the workers */
  async loaded(version: ModelRef, ids: readonly string[], seconds = 120): Promise<void> {
    const wanted = this.workers.all.filter(({ id }) => ids.includes(id));
    for (let left = seconds * 2; left > 0; left--) {
      const loaded = await Promise.all(wanted.map((worker) => this.#version(worker, version)));
      if (loaded.length === ids.length && loaded.every(Boolean)) return;
      await delay(500);
    }
    throw new Error(`${ids.join(', ')} have not loaded ${version.model}@${version.version}`);
  }

  /** Sends a signal to a worker's process. @param id of the worker, `compute-worker-2` */
  async signal(id: string, signal: NodeJS.Signals): Promise<void> {
    const { processes } = State.parse(JSON.parse(await readFile(join(this.home, 'state.json'), 'utf8')));
    const [, member, number] = /^(\w+)-worker-(\d)$/.exec(id) ?? [];
    const name = `worker-${member}${number === '1' ? '' : `-${number}`}`;
    const found = processes.find((process) => process.name === name);
    if (!found) throw new Error(`no process ${name}`);
    process.kill(found.pid, signal);
  }

  close(): void {
    this.workers.close();
  }

  async #version(worker: WorkerRef, { model, version }: ModelRef): Promise<LoadedModel | undefined> {
    const models = await this.workers.models(worker).catch(() => []);
    return models.find((each) => each.model === model && each.version === version);
  }
}
