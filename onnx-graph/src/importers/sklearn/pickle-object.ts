import { GraphError } from '../../error';

/** What a pickle says of an object: its class, what it was made with, and its attributes. */
export class PickleObject {
  state: unknown;

  constructor(
    readonly type: string,
    readonly parameters: readonly unknown[],
  ) {}

  /** Whether it has an attribute that says something. */
  has(attribute: string): boolean {
    return this.state instanceof Map && (this.state.get(attribute) ?? null) !== null;
  }

  /** @throws {GraphError} `invalid_argument` when it has none of the name */
  get(attribute: string): unknown {
    if (this.state instanceof Map && this.state.has(attribute)) return this.state.get(attribute);
    throw new GraphError('invalid_argument', `The pickle's ${this.type} has no ${attribute}.`, { attribute });
  }
}

/** @throws {GraphError} `not_supported` unless the value is an object of the class */
export function objectOf(value: unknown, type: string): PickleObject {
  if (value instanceof PickleObject && value.type === type) return value;
  const found = value instanceof PickleObject ? value.type : typeof value;
  throw new GraphError('not_supported', `A ${type} is read here, not ${found}.`, { type, found });
}
