import type { Decoder } from './decoder/decoder';
import type { DevicePool } from './device-pool';
import type { Generated, GenerationRequest } from './generation';

/** A model that can generate. */
export interface Generator {
  readonly scheduler: Pick<DevicePool, 'generate'>;
  /** What the scheduler computes with. */
  readonly decoder: Decoder;
}

/** Computes one answer; `onToken` is told of each token as it is drawn, stop tokens included. */
export type Generate = (
  model: Generator,
  request: GenerationRequest,
  onToken: (token: number) => void,
  signal: AbortSignal,
) => Promise<Generated>;

/** As the model's scheduler computes it, together with the other answers that are under way. */
export const generate: Generate = (model, request, onToken, signal) =>
  model.scheduler.generate(request, onToken, signal);
