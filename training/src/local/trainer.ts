import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { TrainingError } from '../error';
import { numbers } from './numbers';
import { openSession } from './session';

/** What one step reports. */
export interface StepResult {
  /** Mean nats per token of the batch, before the step. */
  readonly loss: number;
  /** Norm of the whole gradient, before clipping. */
  readonly gradientNorm: number;
}

/** Runs a training-step graph over parameters and optimiser state, which stay in tensors from step to step. */
export class Trainer {
  readonly #session: InferenceSession;
  #state: { params: Tensor; m: Tensor; v: Tensor };
  #step = 0;

  private constructor(session: InferenceSession, params: Float32Array) {
    const vector = (data: Float32Array): Tensor => new Tensor('float32', data, [params.length]);
    this.#session = session;
    this.#state = {
      params: vector(params),
      m: vector(new Float32Array(params.length)),
      v: vector(new Float32Array(params.length)),
    };
  }

  /** @param graph the bytes of a training step, as `trainStep` of the graph package makes them */
  static async open(
    { graph, threads }: { graph: Uint8Array; threads: number },
    { params }: { params: Float32Array },
  ): Promise<Trainer> {
    return new Trainer(await openSession(graph, threads), params);
  }

  /**
   * One optimiser step.
   * @param tokens rows of equal length, one after another
   * @param rows how many
   * @throws {TrainingError} `diverged` when the loss is no longer a number
   */
  async step(tokens: BigInt64Array, rows: number, learningRate: number): Promise<StepResult> {
    this.#step += 1;
    const scalar = (value: number): Tensor => new Tensor('float32', Float32Array.of(value), []);
    const results = await this.#session.run({
      ...this.#state,
      tokens: new Tensor('int64', tokens, [rows, tokens.length / rows]),
      lr: scalar(learningRate),
      step: scalar(this.#step),
    });
    const [loss, gradientNorm] = [numbers(results, 'loss')[0]!, numbers(results, 'grad_norm')[0]!];
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      throw new TrainingError(
        'diverged',
        `The loss is no longer a number at step ${this.#step}: lower the learning rate`,
        {
          step: this.#step,
        },
      );
    }
    this.#state = { params: results['params_out']!, m: results['m_out']!, v: results['v_out']! };
    return { loss, gradientNorm };
  }

  /** The parameters after the last step. */
  get params(): Float32Array {
    return numbers(this.#state, 'params');
  }

  /** Frees the runtime's session. */
  close(): Promise<void> {
    return this.#session.release();
  }
}
