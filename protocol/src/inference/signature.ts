import { LlmchainError } from '../errors/error';
import { elementsOf, fits, type Tensor, type TensorSpec } from './tensor';

/** Most elements of all tensors of one request. */
export const MOST_ELEMENTS = 1_048_576;

type Head = Pick<Tensor, 'name' | 'datatype' | 'shape'>;

/** @throws {LlmchainError} `invalid_argument` unless the tensors are those that a signature asks for */
export function demandSignature(tensors: readonly Head[], specs: readonly TensorSpec[]): void {
  for (const spec of specs) {
    const found = tensors.filter(({ name }) => name === spec.name);
    const shape = `${spec.datatype} [${spec.shape.join(', ')}]`;
    if (found.length === 1 && fits(found[0]!, spec)) continue;
    throw new LlmchainError('invalid_argument', `The model takes one tensor ${spec.name} of ${shape}. Send that.`, {
      name: spec.name,
      datatype: spec.datatype,
      shape: spec.shape,
      sent: found.map(({ datatype, shape: sent }) => ({ datatype, shape: sent })),
    });
  }
  const other = tensors.find(({ name }) => !specs.some((spec) => spec.name === name));
  if (other)
    throw new LlmchainError('invalid_argument', `The model takes no tensor ${other.name}. Leave it out.`, {
      name: other.name,
    });
}

/**
 * Number of elements of all tensors, which is what a request is charged for.
 * @throws {LlmchainError} `too_large` for more than {@link MOST_ELEMENTS}
 */
export function demandElements(tensors: readonly Pick<Tensor, 'shape'>[]): number {
  const elements = tensors.reduce((sum, { shape }) => sum + elementsOf(shape), 0);
  if (elements <= MOST_ELEMENTS) return elements;
  throw new LlmchainError(
    'too_large',
    `A request holds ${MOST_ELEMENTS} elements at most, not ${elements}. Send fewer.`,
    { elements },
  );
}
