import { LlmchainError, type ModelLoad } from '@llmchain/protocol';
import type { Generated, GenerationRequest } from './generation';
import { Scheduler, type Schedulable, type SchedulerOptions } from './scheduler/scheduler';

/** The devices that hold one model, each with a scheduler and a memory of its own. */
export class DevicePool {
  readonly #devices: readonly Scheduler[];

  /**
   * @param options.cacheBytes of each device
   * @param models the model on each device
   * @throws {LlmchainError} `not_supported` when a device's memory does not hold one sequence of the model's context
   */
  constructor(options: SchedulerOptions, models: readonly Schedulable[]) {
    for (const { decoder, contextTokens } of models) {
      const needed = decoder.bytesFor(contextTokens, contextTokens);
      if (needed <= options.cacheBytes) continue;
      throw new LlmchainError(
        'not_supported',
        `Keys and values of ${contextTokens} tokens take ${needed} bytes and a device has ${options.cacheBytes} for them. Raise "deviceMemoryMiB".`,
        { contextTokens, needed, deviceMemory: options.cacheBytes },
      );
    }
    this.#devices = models.map((model) => new Scheduler(options, model));
  }

  /** Bytes that keys and values take now, on all devices. */
  get cacheBytes(): number {
    return this.#devices.reduce((sum, device) => sum + device.cacheBytes, 0);
  }

  /** What runs and waits on all devices; `room` is of the one that has most, since an answer is computed on one. */
  get load(): ModelLoad {
    const loads = this.#devices.map(({ load }) => load);
    const sum = (of: keyof ModelLoad): number => loads.reduce((all, load) => all + load[of], 0);
    return {
      running: sum('running'),
      waiting: sum('waiting'),
      slots: sum('slots'),
      outstanding: sum('outstanding'),
      room: Math.max(...loads.map(({ room }) => room)),
    };
  }

  /**
   * Computes an answer on the device where it can begin at once, rather where its prompt was seen, and else where least
   * is to be done. Arguments and errors are those of {@link Scheduler.generate}.
   */
  generate(request: GenerationRequest, onToken: (token: number) => void, signal: AbortSignal): Promise<Generated> {
    const ranked = this.#devices
      .map((device) => ({ device, fits: device.fits(request), shared: device.shared(request), load: device.load }))
      .sort(
        (a, b) =>
          Number(b.fits) - Number(a.fits) ||
          b.shared - a.shared ||
          a.load.outstanding - b.load.outstanding ||
          b.load.room - a.load.room,
      );
    return ranked[0]!.device.generate(request, onToken, signal);
  }
}
