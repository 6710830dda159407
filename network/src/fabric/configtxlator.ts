import { NetworkError } from '../errors';
import { run } from '../processes/run';
import type { Programs } from '../programs/programs';

/** Messages of Fabric that `configtxlator` translates. */
type Message = 'common.Block' | 'common.Config' | 'common.ConfigUpdate' | 'common.Envelope';

/** Fabric's translator between protocol buffers and JSON, from file to file. */
export class Configtxlator {
  constructor(
    private readonly options: { readonly signal?: AbortSignal | undefined },
    private readonly dependencies: { readonly programs: Pick<Programs, 'configtxlator'> },
  ) {}

  /** @param from a serialised message @param to file for its JSON */
  async decode(type: Message, from: string, to: string): Promise<void> {
    await this.#run(['proto_decode', '--type', type, '--input', from, '--output', to]);
  }

  /** @param from a message in JSON @param to file for the serialised message */
  async encode(type: Message, from: string, to: string): Promise<void> {
    await this.#run(['proto_encode', '--type', type, '--input', from, '--output', to]);
  }

  /** The `common.ConfigUpdate` that leads from one serialised `common.Config` to another. */
  async update(channel: string, original: string, updated: string, to: string): Promise<void> {
    const files = ['--original', original, '--updated', updated, '--output', to];
    await this.#run(['compute_update', '--channel_id', channel, ...files]);
  }

  async #run(args: readonly string[]): Promise<void> {
    const result = await run(this.dependencies.programs.configtxlator, args, { signal: this.options.signal });
    if (result.status !== 0)
      throw new NetworkError(
        'command_failed',
        `configtxlator ${args[0] ?? ''} failed:\n${result.stderr.slice(-2000)}`,
        { command: `configtxlator ${args[0] ?? ''}`, status: result.status },
      );
  }
}
