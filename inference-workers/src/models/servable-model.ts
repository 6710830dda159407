import { decodeJson, LlmchainError, type ModelLoad, type ModelVersion } from '@llmchain/protocol';
import { z } from 'zod';
import type { Decoder } from '../engine/decoder/decoder';
import { openDecoder } from '../engine/decoder/open-decoder';
import { Detokeniser } from '../engine/detokeniser';
import { DevicePool } from '../engine/device-pool';
import { enginesOf, type EngineOptions, type PoolOptions } from '../engine/execution-provider';
import type { SchedulerOptions } from '../engine/scheduler/scheduler';
import type { ModelFiles } from '../files/model-files';
import { digestOfFile } from './file-of-version';
import { GenerationConfig, geometryOf, ModelConfig, TokenizerConfig, type ModelShape } from './folder-schema';
import { PromptEncoder } from './prompt-encoder';

export const GRAPH = 'onnx/model.onnx';
/** The same weights with products in single precision, for verifying: it has no rounding of its own to add to the worker's. */
export const REFERENCE = 'onnx/model_reference.onnx';
const TOKENIZER = 'tokenizer.json';
const TEMPLATE = 'tokenizer_config.json';

/** Opens a graph on an engine. @param file which of the files is the graph */
export type OpenGraph = (files: ModelFiles, file: string, shape: ModelShape, engine: EngineOptions) => Promise<Decoder>;

/** How a worker schedules a model's answers. */
export const SCHEDULING: SchedulerOptions = {
  slots: 8,
  chunk: 64,
  waiting: 64,
  waitingPerTenant: 16,
  cacheBytes: 2 ** 30,
  guess: 4,
};

/** A model version that is loaded: it can answer, and answers of others can be checked against it. */
export class ServableModel {
  readonly kind = 'generation';
  /** Digests of the tokenizer's and the chat template's file, as receipts state them. */
  readonly tokenizer: string;
  readonly template: string;
  readonly contextTokens: number;
  /** What computes answers; memory is taken as they come, so one that only verifies needs none. */
  readonly scheduler: DevicePool;
  /** On the first device, for whoever checks answers. */
  readonly decoder: Decoder;
  readonly #decoders: readonly Decoder[];
  #reference: Promise<Decoder> | undefined;
  readonly #openReference: (() => Promise<Decoder>) | undefined;

  private constructor(
    readonly version: ModelVersion,
    readonly prompts: PromptEncoder,
    decoders: readonly [Decoder, ...Decoder[]],
    readonly stopTokens: ReadonlySet<number>,
    { deviceMemory, openReference }: { deviceMemory: number; openReference: (() => Promise<Decoder>) | undefined },
  ) {
    this.#openReference = openReference;
    this.tokenizer = digestOfFile(version, TOKENIZER);
    this.template = digestOfFile(version, TEMPLATE);
    this.contextTokens = version.contextTokens;
    [this.decoder] = decoders;
    this.#decoders = decoders;
    const { contextTokens } = this;
    this.scheduler = new DevicePool(
      { ...SCHEDULING, cacheBytes: deviceMemory },
      decoders.map((decoder) => ({ decoder, stopTokens, contextTokens })),
    );
  }

  /**
   * Loads files in the Hugging Face ONNX layout that were checked against the ledger.
   * @throws {LlmchainError} `not_supported` when a file is missing, or model or device cannot hold the promised context;
   * `invalid_argument` when a file is not what its name says
   */
  static async load(
    files: ModelFiles,
    version: ModelVersion,
    options: PoolOptions,
    openGraph: OpenGraph = openDecoder,
  ): Promise<ServableModel> {
    for (const file of [GRAPH, TOKENIZER, TEMPLATE, 'config.json']) digestOfFile(version, file);
    const read = async <S extends z.ZodType>(schema: S, file: string): Promise<z.output<S>> =>
      decodeJson(schema, (await files.read(file)).toString('utf8'), file);
    const config = await read(ModelConfig, 'config.json');
    const hasGeneration = version.files.some((file) => file.path === 'generation_config.json');
    const generation = hasGeneration ? await read(GenerationConfig, 'generation_config.json') : {};
    if (config.max_position_embeddings < version.contextTokens) {
      throw new LlmchainError(
        'not_supported',
        `The version promises ${version.contextTokens} tokens and its model holds ${config.max_position_embeddings}.`,
        { contextTokens: version.contextTokens, positions: config.max_position_embeddings },
      );
    }
    if (version.precision !== 'fp32' && !version.verification.statistical) {
      throw new LlmchainError(
        'not_supported',
        `A version in ${version.precision} is verified in statistical mode, and this one says that it is exact.`,
        { model: version.model, version: version.version, precision: version.precision },
      );
    }
    const prompts = new PromptEncoder(await read(z.looseObject({}), TOKENIZER), await read(TokenizerConfig, TEMPLATE));
    const stop = [generation.eos_token_id ?? config.eos_token_id ?? []].flat();
    const engines = enginesOf(options);
    const open = (file: string, engine: EngineOptions): Promise<Decoder> =>
      openGraph(files, file, geometryOf(config), engine);
    const decoders: Decoder[] = [];
    try {
      for (const engine of engines) decoders.push(await open(GRAPH, engine));
      if (version.verification.fingerprints && decoders[0]!.hiddenSize === undefined) {
        throw new LlmchainError(
          'not_supported',
          `The graph of ${version.model}@${version.version} gives no hidden states, and the version asks for fingerprints of them.`,
          { model: version.model, version: version.version },
        );
      }
      const hasReference = version.files.some((file) => file.path === REFERENCE);
      return new ServableModel(version, prompts, decoders as [Decoder, ...Decoder[]], new Set(stop), {
        deviceMemory: options.deviceMemory ?? SCHEDULING.cacheBytes,
        openReference: hasReference ? () => open(REFERENCE, engines[0]!) : undefined,
      });
    } catch (error) {
      await Promise.all(decoders.map((decoder) => decoder.close()));
      throw error;
    }
  }

  /** What it has to do. */
  get load(): ModelLoad {
    return this.scheduler.load;
  }

  /** For the text of one answer. */
  detokeniser(): Detokeniser {
    return new Detokeniser((tokens) => this.prompts.decode(tokens));
  }

  /** What answers are verified with; opened when the first one is. */
  reference(): Promise<Decoder> {
    return (this.#reference ??= this.#openReference?.() ?? Promise.resolve(this.decoder));
  }

  async close(): Promise<void> {
    const reference = await this.#reference?.catch(() => undefined);
    if (reference && reference !== this.decoder) await reference.close();
    await Promise.all(this.#decoders.map((decoder) => decoder.close()));
  }
}
