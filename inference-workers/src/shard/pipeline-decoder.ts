import { LlmchainError, type ModelVersion, type WorkerConfig } from '@llmchain/protocol';
import type { Logger } from 'pino';
import type { Decoder, DecoderGeometry, KeyValueCache, Pass, PassRow } from '../engine/decoder/decoder';
import { HIDDEN } from '../engine/decoder/layout';
import { rowBytes } from '../engine/decoder/row-sets';
import type { ModelFiles } from '../files/model-files';
import type { ModelShape } from '../models/folder-schema';
import { demandRange, MOST_TOKENS } from './held-range';
import type { Holder } from './holder';
import { Stage, StageSequence, type StageInput, type StageOutput } from './stage';

type Pipeline = WorkerConfig['pipelines'][number];

/**
 * A model whose layers other workers compute, range after range. Sampling, receipts and scheduling see a decoder like any
 * other. Rows go their way each by itself, and those of one pass at the same time, so that ranges work side by side.
 */
export class PipelineDecoder implements Decoder {
  readonly geometry: DecoderGeometry;
  readonly batches = false;
  readonly hiddenSize: number | undefined;
  readonly #stages: readonly Stage[];

  private constructor(shape: ModelShape, stages: readonly Stage[]) {
    this.geometry = shape;
    this.#stages = stages;
    this.hiddenSize = stages.at(-1)!.options.givesHidden ? shape.hiddenSize : undefined;
  }

  /**
   * Reads from the graph what goes from range to range; no weights are loaded.
   * @param file which of the files is the whole graph
   * @throws {LlmchainError} `not_supported` when the ranges are not all layers of the model, or it cannot be split there
   */
  static async open(
    files: ModelFiles,
    file: string,
    { version, shape, pipeline }: { version: ModelVersion; shape: ModelShape; pipeline: Pipeline },
    { holder, log }: { holder: (id: string, timeoutMs: number) => Holder; log: Logger },
  ): Promise<PipelineDecoder> {
    const end = pipeline.ranges.at(-1)!.last + 1;
    if (end !== shape.layers) {
      throw new LlmchainError(
        'not_supported',
        `The pipeline of ${version.model} has ${end} layers and the model has ${shape.layers}. Mend "pipelines".`,
        { layers: shape.layers, end },
      );
    }
    const model = await files.read(file);
    const stages = pipeline.ranges.map(({ first, last, holders }) => {
      const { takes, gives, outputs } = demandRange(model, { first, last });
      return new Stage(
        {
          ...{ model: version.model, version: version.version, first, last },
          holders: [...new Set(holders)].map((id) => holder(id, pipeline.timeoutMs)),
          compareEvery: pipeline.compareEvery,
          ...{ takes: takes.length, gives: gives.length, givesHidden: outputs.includes(HIDDEN) },
          ...{ hiddenSize: shape.hiddenSize, vocabulary: shape.vocabulary },
        },
        { log },
      );
    });
    return new PipelineDecoder(shape, stages);
  }

  allocate(rows: number, tokens: number): KeyValueCache {
    return new PipelineCache(this.#stages, { rows, tokens });
  }

  /** What the holders take together. */
  bytesFor(tokens: number, longest: number): number {
    return rowBytes(tokens, longest, this.geometry);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class PipelineCache implements KeyValueCache {
  readonly #rows: PipelineRow[];

  constructor(stages: readonly Stage[], { rows, tokens }: { rows: number; tokens: number }) {
    this.#rows = Array.from({ length: rows }, () => new PipelineRow(stages, tokens));
  }

  /** Of what is kept here; keys and values are the holders'. */
  get bytes(): number {
    return this.#rows.reduce((sum, row) => sum + row.bytes, 0);
  }

  async forward({ rows, logits, hidden }: Pass): Promise<Float32Array> {
    // None is left on its way when another one fails.
    const settled = await Promise.allSettled(rows.map((row) => this.#rows[row.row]!.forward(row, logits)));
    const outputs = settled.map((each) => {
      if (each.status === 'rejected') throw each.reason;
      return each.value;
    });
    hidden?.(concatenated(outputs.map((output) => output.hidden)));
    return concatenated(outputs.map((output) => output.logits));
  }

  copy(from: number, to: number, tokens: number): void {
    this.#rows[to]!.begin(this.#rows[from]!.tokens.slice(0, tokens));
  }

  limit(row: number, tokens: number): void {
    this.#rows[row]!.limit(tokens);
  }

  keep(row: number, tokens: number): void {
    this.#rows[row]!.begin(this.#rows[row]!.tokens.slice(0, tokens));
  }
}

/** One sequence. What it keeps beyond its answer are token ids alone: the ranges compute the rest again when it goes on. */
class PipelineRow {
  readonly #stages: readonly Stage[];
  tokens: number[] = [];
  #limit: number;
  /** Tokens that have been through all ranges. */
  #through = 0;
  #sequences: StageSequence[] = [];

  constructor(stages: readonly Stage[], limit: number) {
    this.#stages = stages;
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#sequences.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  limit(tokens: number): void {
    this.#limit = tokens;
  }

  /** Frees what the holders have, and starts from tokens that are known. */
  begin(tokens: number[]): void {
    for (const sequence of this.#sequences) sequence.release();
    this.#sequences = [];
    this.tokens = tokens;
    this.#through = 0;
  }

  async forward({ past, tokens }: PassRow, logits: number): Promise<StageOutput> {
    if (past > this.tokens.length) throw new LlmchainError('internal', 'A row does not hold the tokens before these.');
    if (this.#sequences.length === 0) {
      this.#sequences = this.#stages.map((stage) => new StageSequence(stage, this.#limit));
    }
    this.tokens = [...this.tokens.slice(0, past), ...tokens];
    this.#through = Math.min(this.#through, past);
    while (this.#through < past) {
      await this.#pass(this.tokens.slice(this.#through, Math.min(past, this.#through + MOST_TOKENS)), 0);
    }
    return this.#pass(tokens, logits);
  }

  async #pass(tokens: readonly number[], logits: number): Promise<StageOutput> {
    let input: StageInput = tokens;
    let output: StageOutput | undefined;
    for (const sequence of this.#sequences) {
      output = await sequence.forward(this.#through, input, tokens.length, logits);
      input = output.states;
    }
    this.#through += tokens.length;
    return output!;
  }
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
