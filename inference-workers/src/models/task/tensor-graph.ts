import {
  DATATYPE_BYTES,
  fits,
  LlmchainError,
  type Datatype,
  type Signature,
  type Tensor,
  type TensorSpec,
} from '@llmchain/protocol';
import { Tensor as RuntimeTensor, type InferenceSession } from 'onnxruntime-node';
import type { EngineOptions } from '../../engine/execution-provider';
import { openSession } from '../../engine/graph-session';
import type { ModelFiles } from '../../files/model-files';

/** Tensors by the names that a graph has for them. */
export type Feeds = Readonly<Record<string, RuntimeTensor>>;

/** What the runtime calls each type of elements. */
const RUNTIME_TYPE = { BOOL: 'bool', UINT8: 'uint8', INT32: 'int32', INT64: 'int64', FP32: 'float32' } as const;

/** A graph of tensors in and tensors out, which are those of its version's signature. */
export class TensorGraph {
  private constructor(
    private readonly session: InferenceSession,
    readonly signature: Signature,
  ) {}

  /**
   * @param graph.name where it lies; `bytes` is what is loaded
   * @throws {LlmchainError} `not_supported` when it cannot be loaded, or takes or gives other tensors
   */
  static async open(
    files: ModelFiles,
    graph: { name: string; bytes: Uint8Array },
    signature: Signature,
    engine: EngineOptions,
  ): Promise<TensorGraph> {
    const session = await openSession(files, graph, engine);
    const sides = [
      [signature.inputs, session.inputMetadata],
      [signature.outputs, session.outputMetadata],
    ] as const;
    const wrong = sides.flatMap(([specs, actual]) =>
      specs.filter((spec) => !actual.some((value) => agrees(spec, value))).map(({ name }) => name),
    );
    const asked = session.inputNames.filter((name) => !signature.inputs.some((spec) => spec.name === name));
    if (wrong.length > 0 || asked.length > 0) {
      await session.release();
      throw new LlmchainError(
        'not_supported',
        `The graph's ${[...wrong, ...asked].join(', ')} are not as the version's signature says. Register it anew.`,
        { wrong, asked },
      );
    }
    return new TensorGraph(session, signature);
  }

  /**
   * Runs the graph on each batch and puts what it gives together along the first axis.
   * @throws {LlmchainError} `invalid_argument` when a result is no finite number; the signal's reason
   */
  async run(batches: Iterable<Feeds> | AsyncIterable<Feeds>, signal?: AbortSignal): Promise<Tensor[]> {
    const given: InferenceSession.ReturnType[] = [];
    const wanted = this.signature.outputs.map(({ name }) => name);
    for await (const feeds of batches) {
      signal?.throwIfAborted();
      given.push(await this.session.run({ ...feeds }, wanted));
    }
    return this.signature.outputs.map((spec) =>
      joined(
        spec,
        given.map((results) => results[spec.name]!),
      ),
    );
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

function agrees({ name, datatype, shape }: TensorSpec, value: InferenceSession.ValueMetadata): boolean {
  return (
    value.isTensor &&
    value.name === name &&
    value.type === RUNTIME_TYPE[datatype] &&
    value.shape.length === shape.length &&
    value.shape.every((size, axis) => typeof size === 'string' || shape[axis] === size)
  );
}

function joined(spec: TensorSpec, parts: readonly RuntimeTensor[]): Tensor {
  const [first, ...others] = parts.map(({ dims }) => dims);
  const shape = first ? [others.reduce((sum, dims) => sum + dims[0]!, first[0]!), ...first.slice(1)] : [];
  for (const { data } of parts) if (data instanceof Float32Array) demandFinite(data, `output ${spec.name}`);
  const tensor = {
    name: spec.name,
    datatype: spec.datatype,
    shape: parts.length > 1 ? shape : [...(first ?? [])],
    data: Buffer.concat(parts.map(({ data }) => bytesOf(data as Float32Array))).toString('base64'),
  };
  if (fits(tensor, spec)) return tensor;
  throw new LlmchainError('not_supported', `The graph's ${spec.name} has not the shape that its signature says.`, {
    shape: tensor.shape,
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A tensor as the runtime takes it. @throws {LlmchainError} `invalid_argument` for what is no finite number or truth value */
export function runtimeTensor({ name, datatype, shape, data }: Tensor): RuntimeTensor {
  const elements = elementsIn(data, datatype);
  if (elements instanceof Float32Array) demandFinite(elements, `tensor ${name}`);
  if (datatype === 'BOOL' && (elements as Uint8Array).some((element) => element > 1)) {
    throw new LlmchainError('invalid_argument', `The tensor ${name} holds what is neither 0 nor 1.`, { name });
  }
  return new RuntimeTensor(RUNTIME_TYPE[datatype], elements, shape);
}

/** Numbers of a tensor from their bytes in base64. */
export function elementsIn(data: string, datatype: Datatype): Float32Array | Uint8Array | Int32Array | BigInt64Array {
  const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
  const whole = bytes.buffer.slice(0, bytes.length - (bytes.length % DATATYPE_BYTES[datatype]));
  switch (datatype) {
    case 'FP32':
      return new Float32Array(whole);
    case 'INT32':
      return new Int32Array(whole);
    case 'INT64':
      return new BigInt64Array(whole);
    default:
      return bytes;
  }
}

function demandFinite(elements: Float32Array, what: string): void {
  const at = elements.findIndex((element) => !Number.isFinite(element));
  if (at < 0) return;
  throw new LlmchainError('invalid_argument', `Element ${at} of the ${what} is not a finite number. Send others.`, {
    element: at,
  });
}
