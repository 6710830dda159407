import {
  Datatype,
  DATATYPE_BYTES,
  elementsOf,
  LlmchainError,
  MOST_ELEMENTS,
  Tensor,
  TensorSpec,
  type ModelVersion,
} from '@llmchain/protocol';
import { z } from 'zod';
import { notSupported } from './openai-parameters';

/** Numbers are large in JSON. */
export const BODY_LIMIT = 24 * 1024 * 1024;

/** Parameters of the binary tensor extension, which is not offered: only saying no to it can be honoured. */
const Parameters = z.strictObject({ binary_data: z.literal(false).optional() });

const Shape = z.array(TensorSpec.shape.shape.element.min(1)).max(8);

const InputTensor = z.strictObject({
  name: TensorSpec.shape.name,
  shape: Shape,
  datatype: Datatype,
  parameters: Parameters.optional(),
  /** Row-major, flat or nested as the shape says: numbers, or true and false for BOOL. */
  data: z.array(z.unknown()).max(MOST_ELEMENTS),
});

/** A request for inference as the Open Inference Protocol has it. */
export const InferBody = z.strictObject({
  /** Comes back in the answer. */
  id: z.string().min(1).max(200).optional(),
  parameters: z.strictObject({ binary_data_output: z.literal(false).optional() }).optional(),
  inputs: z.array(InputTensor).min(1).max(16),
  /** Which are answered with, in this order; all when left out. The receipt commits to all. */
  outputs: z
    .array(z.strictObject({ name: TensorSpec.shape.name, parameters: Parameters.optional() }))
    .min(1)
    .max(16)
    .optional(),
});

export const OutputTensor = z.object({
  name: z.string(),
  shape: z.array(z.number().int()),
  datatype: Datatype,
  /** Row-major, flat. */
  data: z.array(z.union([z.number(), z.boolean()])),
});
export type OutputTensor = z.output<typeof OutputTensor>;

/** Which numbers each type of integers takes; of 64 bits those that JSON numbers give exactly. */
const RANGE = {
  UINT8: [0, 255],
  INT32: [-(2 ** 31), 2 ** 31 - 1],
  INT64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
} as const;

/**
 * A tensor of a request as workers take it.
 * @throws {LlmchainError} `invalid_argument` for another number of elements than its shape says, or what is none of its type
 */
export function tensorOf({ name, shape, datatype, data }: z.output<typeof InputTensor>): Tensor {
  const count = elementsOf(shape);
  const flat = data.some(Array.isArray) ? flattened(name, data, shape) : data;
  if (flat.length !== count)
    throw wrong(name, `holds ${flat.length} elements and its shape [${shape.join(', ')}] ${count}`);
  const width = DATATYPE_BYTES[datatype];
  const bytes = Buffer.alloc(count * width);
  for (const [index, element] of flat.entries()) {
    if (!write(bytes, index * width, datatype, element)) throw wrong(name, `has at ${index} what is no ${datatype}`);
  }
  return { name, datatype, shape, data: bytes.toString('base64') };
}

function flattened(name: string, data: readonly unknown[], [size, ...rest]: readonly number[]): unknown[] {
  if (data.length !== size) throw wrong(name, 'is not nested as its shape says');
  if (rest.length === 0) return [...data];
  return data.flatMap((part) => {
    if (!Array.isArray(part)) throw wrong(name, 'is not nested as its shape says');
    return flattened(name, part, rest);
  });
}

/** Puts one element where it belongs. @returns whether it is one of this type */
function write(bytes: Buffer, at: number, datatype: Datatype, element: unknown): boolean {
  if (datatype === 'BOOL') {
    bytes[at] = element === true ? 1 : 0;
    return typeof element === 'boolean';
  }
  if (typeof element !== 'number') return false;
  if (datatype === 'FP32') {
    bytes.writeFloatLE(element, at);
    return Number.isFinite(Math.fround(element));
  }
  const [least, most] = RANGE[datatype];
  if (!Number.isInteger(element) || element < least || element > most) return false;
  if (datatype === 'INT64') bytes.writeBigInt64LE(BigInt(element), at);
  else if (datatype === 'INT32') bytes.writeInt32LE(element, at);
  else bytes[at] = element;
  return true;
}

function wrong(name: string, what: string): LlmchainError {
  return new LlmchainError(
    'invalid_argument',
    `The tensor ${name} ${what}. Send finite numbers of its datatype, or true and false for BOOL, as many as its shape says.`,
    { name },
  );
}

/** A tensor of a worker's as the protocol has it. @throws {LlmchainError} `not_supported` for numbers that JSON does not hold */
export function answeredWith({ name, shape, datatype, data }: Tensor): OutputTensor {
  const bytes = Buffer.from(data, 'base64');
  const read = (at: number): number | boolean => {
    switch (datatype) {
      case 'BOOL':
        return bytes[at] !== 0;
      case 'UINT8':
        return bytes[at]!;
      case 'INT32':
        return bytes.readInt32LE(at);
      case 'FP32':
        return finite(name, bytes.readFloatLE(at));
      case 'INT64':
        return exact(name, bytes.readBigInt64LE(at));
    }
  };
  const width = DATATYPE_BYTES[datatype];
  return {
    name,
    shape,
    datatype,
    data: Array.from({ length: bytes.length / width }, (_, index) => read(index * width)),
  };
}

function exact(name: string, value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new LlmchainError(
    'not_supported',
    `The output ${name} holds an integer beyond 2^53, which JSON numbers do not give exactly. Ask for other outputs.`,
    { name },
  );
}

function finite(name: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new LlmchainError(
    'not_supported',
    `The output ${name} holds ${value}, which JSON has no number for. Send other inputs, or ask for other outputs.`,
    { name },
  );
}

/** @throws {LlmchainError} `invalid_argument` for names of outputs that the model does not give, or twice the same */
export function demandOutputs(names: readonly string[], { signature }: ModelVersion): void {
  const given = signature?.outputs.map(({ name }) => name) ?? [];
  const other = names.find((name, at) => !given.includes(name) || names.indexOf(name) < at);
  if (other === undefined) return;
  throw new LlmchainError(
    'invalid_argument',
    `The model gives no output ${other}, or it is asked for twice. It gives ${given.join(', ')}.`,
    { name: other, outputs: given },
  );
}

/**
 * The body without what asks for tensors in bytes.
 * @throws {LlmchainError} `not_supported` for the binary tensor extension and for classification
 */
export function withoutBinary(body: unknown): unknown {
  const { parameters, outputs, inputs } = (body ?? {}) as Record<string, unknown>;
  const lists = [inputs, outputs].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  for (const holder of [{ parameters }, ...lists]) {
    const asked = (holder as { parameters?: Record<string, unknown> } | null)?.parameters;
    for (const name of ['binary_data', 'binary_data_output', 'binary_data_size', 'classification', 'sequence_id']) {
      if (asked?.[name]) throw notSupported(name);
    }
  }
  return body;
}
