import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeJson, LlmchainError, type ModelLoad, type ModelVersion } from '@llmchain/protocol';
import { z } from 'zod';
import type { Decoder } from '../engine/decoder/decoder';
import { openDecoder } from '../engine/decoder/open-decoder';
import { Detokeniser } from '../engine/detokeniser';
import type { EngineOptions } from '../engine/execution-provider';
import { roomIn, Scheduler, type SchedulerOptions } from '../engine/scheduler/scheduler';
import { digestOfFile } from './file-of-version';
import { GenerationConfig, geometryOf, ModelConfig, TokenizerConfig } from './folder-schema';
import { PromptEncoder } from './prompt-encoder';

const GRAPH = 'onnx/model.onnx';
/** The same weights with products in single precision, for verifying: it has no rounding of its own to add to the worker's. */
export const REFERENCE = 'onnx/model_reference.onnx';
const TOKENIZER = 'tokenizer.json';
const TEMPLATE = 'tokenizer_config.json';

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
  #scheduler: Scheduler | undefined;
  #reference: Promise<Decoder> | undefined;
  readonly #openReference: (() => Promise<Decoder>) | undefined;

  private constructor(
    readonly version: ModelVersion,
    readonly prompts: PromptEncoder,
    readonly decoder: Decoder,
    readonly stopTokens: ReadonlySet<number>,
    openReference: (() => Promise<Decoder>) | undefined,
  ) {
    this.#openReference = openReference;
    this.tokenizer = digestOfFile(version, TOKENIZER);
    this.template = digestOfFile(version, TEMPLATE);
    this.contextTokens = version.contextTokens;
  }

  /**
   * Loads a folder in the Hugging Face ONNX layout whose files were checked against the ledger.
   * @throws {LlmchainError} `not_supported` when a file is missing, or the model cannot hold the context it promises;
   * `invalid_argument` when a file is not what its name says
   */
  static async load(folder: string, version: ModelVersion, options: EngineOptions): Promise<ServableModel> {
    for (const file of [GRAPH, TOKENIZER, TEMPLATE, 'config.json']) digestOfFile(version, file);
    const read = async <S extends z.ZodType>(schema: S, file: string): Promise<z.output<S>> =>
      decodeJson(schema, await readFile(path.join(folder, file), 'utf8'), file);
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
    const open = (file: string): Promise<Decoder> => openDecoder(path.join(folder, file), geometryOf(config), options);
    const decoder = await open(GRAPH);
    if (version.verification.fingerprints && decoder.hiddenSize === undefined) {
      await decoder.close();
      throw new LlmchainError(
        'not_supported',
        `The graph of ${version.model}@${version.version} gives no hidden states, and the version asks for fingerprints of them.`,
        { model: version.model, version: version.version },
      );
    }
    const stop = [generation.eos_token_id ?? config.eos_token_id ?? []].flat();
    const hasReference = version.files.some((file) => file.path === REFERENCE);
    return new ServableModel(
      version,
      prompts,
      decoder,
      new Set(stop),
      hasReference ? () => open(REFERENCE) : undefined,
    );
  }

  /** What computes answers; its memory is taken when the first is asked for, so one that only verifies needs none. */
  get scheduler(): Scheduler {
    return (this.#scheduler ??= new Scheduler(SCHEDULING, this));
  }

  /** What it has to do; asking takes no memory. */
  get load(): ModelLoad {
    const { slots } = SCHEDULING;
    const idle = { running: 0, waiting: 0, slots, outstanding: 0, room: roomIn(SCHEDULING, this.decoder) };
    return this.#scheduler?.load ?? idle;
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
    await this.decoder.close();
  }
}
