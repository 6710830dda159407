import { mkdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { NetworkError } from '../errors';
import { writeFileAtomic } from '../files';
import { run } from '../processes/run';
import type { Programs } from '../programs/programs';
import type { Layout } from '../topology/layout';
import type { Topology } from '../topology/topology';
import { blockHeader, blockHeaderHash } from './block';
import { PROFILE, renderConfigtx } from './configtx';
import type { Ordering } from './ordering';

/**
 * Makes the channel's first block, and puts it with its header's hash among the roots for offline checks.
 * @throws {NetworkError} `command_failed`
 */
export async function createGenesis(topology: Topology, layout: Layout, programs: Programs): Promise<void> {
  const block = await createFirstBlock({ topology, layout }, layout.fabric, programs);
  await writeFileAtomic(path.join(layout.roots, 'genesis.block'), block);
  await writeFileAtomic(path.join(layout.roots, 'genesis.sha256'), `${blockHeaderHash(blockHeader(block))}\n`);
}

/**
 * Makes the first block of a channel.
 * @param channel what the block says; without an ordering, that of the consortium's own channel
 * @param files folder for the configuration that the block is made of, and the block's file
 * @throws {NetworkError} `command_failed`
 */
export async function createFirstBlock(
  channel: { readonly topology: Topology; readonly layout: Layout; readonly ordering?: Ordering },
  { configtx, genesis }: { readonly configtx: string; readonly genesis: string },
  programs: Pick<Programs, 'configtxgen'>,
): Promise<Buffer> {
  const { topology, layout, ordering } = channel;
  await mkdir(configtx, { recursive: true, mode: 0o700 });
  await writeFileAtomic(path.join(configtx, 'configtx.yaml'), renderConfigtx(topology, layout, ordering));
  const unfinished = `${genesis}.new`;
  const args = [
    ...['-configPath', configtx],
    ...['-profile', PROFILE],
    ...['-channelID', topology.channel],
    ...['-outputBlock', unfinished],
  ];
  const result = await run(programs.configtxgen, args, { cwd: configtx });
  if (result.status !== 0)
    throw new NetworkError(
      'command_failed',
      `configtxgen could not make the first block:\n${result.stderr.slice(-2000)}`,
    );
  await rename(unfinished, genesis);
  return readFile(genesis);
}
