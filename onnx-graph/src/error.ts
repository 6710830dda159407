/** What was wrong with the request for a graph; both mean that the caller has to change what it asked for. */
export type GraphErrorCode = 'invalid_argument' | 'not_supported';

/** A graph that cannot be built, with the values that stood in the way. */
export class GraphError extends Error {
  override readonly name = 'GraphError';

  constructor(
    readonly code: GraphErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}
