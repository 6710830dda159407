/** What went wrong while building, starting or stopping a consortium. */
export type NetworkErrorCode =
  | 'invalid_argument'
  | 'home_invalid'
  | 'locked'
  | 'port_taken'
  | 'disk_full'
  | 'clock_wrong'
  | 'missing_program'
  | 'build_failed'
  | 'not_built'
  | 'start_failed'
  | 'command_failed'
  | 'not_ready'
  | 'interrupted'
  | 'not_supported';

/** The one error of this package: `code` to act on, a message that says what to do next, `details` for programs. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';

  constructor(
    readonly code: NetworkErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
