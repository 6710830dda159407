import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DatasetItem,
  DatasetVersion,
  LlmchainError,
  manifestDigest,
  ModelVersion,
  sha256Hex,
  TrainingJob,
  type DatasetRef,
  type JobPlan,
  type ModelEntry,
  type ModelRef,
  type Verification,
} from '@llmchain/protocol';
import { z } from 'zod';
import { planPoet } from '../local/plan-poet';
import type { PoetSettings } from '../local/poet-settings';
import { trainPoet, type Progress } from '../local/train-poet';
import { writeModelFolder } from '../model-folder/write-model-folder';
import type { Gateway } from './gateway';

export interface TrainingOrder {
  job: string;
  dataset: DatasetRef;
  model: ModelRef;
  title: string;
  seed: number;
  threads: number;
  settings: PoetSettings;
  /** Where the model folder is written. */
  folder: string;
}

const Items = z.object({ pages: z.number().int(), items: z.array(DatasetItem) });

/** What the sample asks for an answer, micro-credits. */
const PRICES = { request: 1_000, promptToken: 10, completionToken: 100 };
/**
 * fp32 differs between a prefill and single steps by some 1e-5: a thousandth of a logit is far above that noise, and so is a
 * tenth of a bfloat16's last place, with one in forty of the largest values that rounding may swap.
 */
const VERIFICATION: Verification = {
  marginMicro: 1_000,
  sampleRate: 10_000,
  fingerprints: { mismatches: 250, mantissaMilli: 100 },
};

/**
 * One training run of a member: fetches a sealed dataset through the own gateway, opens the job on the ledger with its
 * whole plan, trains, and registers what came of it with its lineage.
 */
export class TrainingRun {
  readonly #gateway: Gateway;
  readonly #onProgress: (progress: Progress) => void;

  constructor(dependencies: { gateway: Gateway; onProgress: (progress: Progress) => void }) {
    this.#gateway = dependencies.gateway;
    this.#onProgress = dependencies.onProgress;
  }

  /** @throws {LlmchainError} `consent_missing` when a work's consent does not stand any more, and the gateway's codes */
  async carryOut(order: TrainingOrder): Promise<ModelVersion> {
    const { settings, seed, threads } = order;
    const documents = await this.#documents(order.dataset);
    await this.#gateway.post('/v1/training/jobs', this.#plan(order), TrainingJob.loose());
    const { params, report } = await trainPoet(documents, { seed, threads, settings, onProgress: this.#onProgress });
    const files = await writeModelFolder(order.folder, settings.model, params);
    for (const file of files) await this.#gateway.upload(await readFile(join(order.folder, file.path)));
    const result = {
      parameters: report.paramsDigest,
      steps: report.steps,
      tokens: report.tokens,
      initialLoss: Math.round(report.initialLoss * 1000),
      finalLoss: Math.round(report.finalLoss * 1000),
      heldOutLoss: report.heldOutMillinats,
    };
    await this.#gateway.post(`/v1/training/jobs/${order.job}/complete`, { result }, TrainingJob.loose());
    return this.#gateway.post(
      '/v1/models',
      this.#entry(
        order,
        files.map((file) => ({ ...file })),
      ),
      ModelVersion.loose(),
    );
  }

  /** The texts of a dataset version, in the order of its items, each checked against its digest. */
  async #documents({ dataset, version }: DatasetRef): Promise<string[]> {
    const place = `/v1/datasets/${dataset}/versions/${version}`;
    await this.#gateway.get(place, DatasetVersion.loose());
    const items: DatasetItem[] = [];
    for (let page = 0, pages = 1; page < pages; page++) {
      const answer = await this.#gateway.get(`${place}/items?page=${page}`, Items);
      items.push(...answer.items);
      ({ pages } = answer);
    }
    const documents: string[] = [];
    for (const { digest } of items) {
      const content = await this.#gateway.bytes(`/v1/content/${digest}`);
      if (sha256Hex(content) !== digest)
        throw new LlmchainError('digest_mismatch', `The content of item ${digest} is not what its digest says.`, {
          item: digest,
        });
      documents.push(new TextDecoder('utf-8', { fatal: true }).decode(content));
    }
    return documents;
  }

  #plan({ job, dataset, title, seed, settings }: TrainingOrder): JobPlan {
    const { model, steps } = settings;
    return {
      job,
      purpose: title,
      datasets: [dataset],
      architecture: {
        family: 'gpt',
        layers: model.layers,
        hidden: model.hiddenSize,
        heads: model.heads,
        context: model.context,
        vocabulary: model.vocabSize,
      },
      ...planPoet(settings, seed),
      seed,
      steps,
    };
  }

  #entry(
    { model, title, job, dataset, settings }: TrainingOrder,
    files: ModelEntry['files'],
  ): Omit<ModelEntry, 'royalty'> {
    const parameters = files.find(({ path }) => path === 'onnx/model.onnx');
    return {
      ...model,
      title,
      job,
      datasets: [dataset],
      modelParamsAddress: `sha256/${parameters?.sha256 ?? ''}`,
      manifest: manifestDigest(files),
      files,
      format: 'onnx',
      precision: 'fp32',
      contextTokens: settings.model.context,
      prices: PRICES,
      verification: VERIFICATION,
    };
  }
}
