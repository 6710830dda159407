import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { NetworkError } from '../errors';
import { writeJson } from '../files';
import { until } from '../processes/until';
import type { Programs } from '../programs/programs';
import type { Layout } from '../topology/layout';
import type { Member, Topology } from '../topology/topology';
import { ConfigBlock, type ChannelConfig } from './channel-config';
import { Configtxlator } from './configtxlator';
import { ledgerHeight } from './operations';
import { ChannelParticipation } from './participation';
import { PeerCommand } from './peer-command';

/** How often an update is made anew because another came before it. */
const ATTEMPTS = 3;
/** `HeaderType` of an envelope that holds a configuration update. */
const CONFIG_UPDATE = 2;

/** A configuration of the channel and the block that holds it. */
export interface CommittedConfig {
  readonly block: number;
  readonly config: ChannelConfig;
}

/**
 * The channel's configuration, read from an orderer and changed by updates that members' administrators sign
 * (`peer channel fetch`, `signconfigtx` and `update`).
 */
export class ChannelConfiguration {
  constructor(
    private readonly options: { readonly topology: Topology; readonly signal?: AbortSignal | undefined },
    private readonly dependencies: { readonly layout: Layout; readonly programs: Programs },
  ) {}

  /**
   * The latest configuration.
   * @param member in whose name to ask
   * @throws {NetworkError} `not_ready` where no orderer answers, `command_failed`
   */
  async read(member: Member): Promise<CommittedConfig> {
    return this.#inFolder(async (folder) => {
      const block = path.join(folder, 'config.block');
      const { channel } = this.options.topology;
      await this.#ask(member, ['channel', 'fetch', 'config', block, '-c', channel]);
      await this.#translator().decode('common.Block', block, `${block}.json`);
      const { header, data } = ConfigBlock.parse(JSON.parse(await readFile(`${block}.json`, 'utf8')));
      return { block: Number(header.number), config: data.data[0].payload.data.config };
    });
  }

  /**
   * Changes the configuration until there is nothing left to change, and waits until every peer that runs has it.
   * @param signers whose administrators sign; the first submits the update
   * @param change the configuration to have; `undefined` where the given one is as it should be
   * @returns the configuration, and whether it had to be changed
   * @throws {NetworkError} `command_failed` where the orderers refuse it
   */
  async change(
    signers: readonly [Member, ...Member[]],
    change: (config: ChannelConfig) => ChannelConfig | undefined,
  ): Promise<CommittedConfig & { readonly changed: boolean }> {
    const [submitter] = signers;
    let current = await this.read(submitter);
    for (let attempt = 1; ; attempt++) {
      const wanted = change(current.config);
      if (wanted === undefined) {
        if (attempt > 1) await this.#reached(current.block);
        return { ...current, changed: attempt > 1 };
      }
      try {
        await this.#submit(signers, current.config, wanted);
      } catch (error) {
        // Another update may have come between; then this one is made anew over it.
        const latest = await this.read(submitter);
        const overtaken = latest.config.sequence !== current.config.sequence;
        if (!overtaken || attempt >= ATTEMPTS) throw error;
        current = latest;
        continue;
      }
      current = await this.#after(submitter, current.config.sequence);
    }
  }

  async #submit(
    signers: readonly [Member, ...Member[]],
    original: ChannelConfig,
    wanted: ChannelConfig,
  ): Promise<void> {
    const { channel } = this.options.topology;
    const [submitter, ...others] = signers;
    await this.#inFolder(async (folder) => {
      const at = (name: string): string => path.join(folder, name);
      const translator = this.#translator();
      for (const [name, config] of Object.entries({ original, wanted })) {
        await writeJson(at(`${name}.json`), config);
        await translator.encode('common.Config', at(`${name}.json`), at(`${name}.pb`));
      }
      await translator.update(channel, at('original.pb'), at('wanted.pb'), at('update.pb'));
      await translator.decode('common.ConfigUpdate', at('update.pb'), at('update.json'));
      const update: unknown = JSON.parse(await readFile(at('update.json'), 'utf8'));
      await writeJson(at('envelope.json'), {
        payload: {
          header: { channel_header: { channel_id: channel, type: CONFIG_UPDATE } },
          data: { config_update: update },
        },
      });
      await translator.encode('common.Envelope', at('envelope.json'), at('envelope.pb'));
      for (const member of others)
        await this.#peer(member).succeed(['channel', 'signconfigtx', '-f', at('envelope.pb')]);
      await this.#broadcast(submitter, ['channel', 'update', '-c', channel, '-f', at('envelope.pb')]);
    });
  }

  /** The configuration that follows the one with this sequence. */
  #after(member: Member, sequence: string): Promise<CommittedConfig> {
    return until(
      'the new configuration of the channel',
      async () => {
        const latest = await this.read(member);
        return latest.config.sequence === sequence ? undefined : latest;
      },
      { everyMs: 200, signal: this.options.signal },
    );
  }

  /** Waits until the peers that run have the block; one that does not run meets it when it does. */
  async #reached(block: number): Promise<void> {
    const { topology, signal } = this.options;
    const behind = async (member: Member): Promise<boolean> => {
      const height = await ledgerHeight(topology, member).catch(() => undefined);
      return height !== undefined && height <= block;
    };
    await until(
      `block ${block} at every peer`,
      async () => !(await Promise.all(topology.members.map(behind))).includes(true),
      { everyMs: 100, signal },
    );
  }

  /** Runs a command that asks an orderer, with the first that answers. */
  async #ask(member: Member, args: readonly string[]): Promise<void> {
    const peer = this.#peer(member);
    let failure: NetworkError | undefined;
    for (const each of await this.#orderers(member)) {
      const result = await peer.run([...args, ...peer.orderer(each)]);
      if (result.status === 0) return;
      failure ??= peer.failure(args, result);
    }
    throw failure ?? noOrderer();
  }

  /**
   * Runs a command that submits to an orderer with all that answer, as clients of a Byzantine ordering service have to:
   * one may keep what it is given to itself, or lose it on the way to a leader that starts anew. The first that is
   * ordered makes the others void.
   */
  async #broadcast(member: Member, args: readonly string[]): Promise<void> {
    const peer = this.#peer(member);
    const orderers = await this.#orderers(member);
    const results = await Promise.all(orderers.map((each) => peer.run([...args, ...peer.orderer(each)])));
    if (results.some(({ status }) => status === 0)) return;
    throw results[0] === undefined ? noOrderer() : peer.failure(args, results[0]);
  }

  /** Whose orderers answer: those with the most blocks first, for one that was away may be behind; the own one before others. */
  async #orderers(own: Member): Promise<Member[]> {
    const { topology } = this.options;
    const asked = await Promise.all(
      topology.members.map(async (member) => {
        const participation = new ChannelParticipation({ topology, member }, this.dependencies);
        const height = await participation.height().catch(() => undefined);
        return height === undefined ? [] : [{ member, height, own: member.name === own.name ? 1 : 0 }];
      }),
    );
    return asked
      .flat()
      .sort((left, right) => right.height - left.height || right.own - left.own)
      .map(({ member }) => member);
  }

  #peer(member: Member): PeerCommand {
    return new PeerCommand({ member, signal: this.options.signal }, this.dependencies);
  }

  #translator(): Configtxlator {
    return new Configtxlator(this.options, this.dependencies);
  }

  async #inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const parent = this.dependencies.layout.fabric.folder;
    await mkdir(parent, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(path.join(parent, 'configuration-'));
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function noOrderer(): NetworkError {
  return new NetworkError('not_ready', 'no orderer answers: run "llmchain up", then try again');
}
