import { toHex } from '@llmchain/protocol';
import { equalBytes, fromBase64 } from '../bytes';
import type { BlockEvidence } from '../bundle/schema';
import { configurationOf, demandData, demandQuorum } from '../fabric/block';
import { readConfiguration, type Configuration } from '../fabric/configuration';
import { headerHash } from '../fabric/header';
import { demand } from '../refusal';
import { Certificate } from '../x509/certificate';
import type { Authorities } from '../x509/membership';
import type { Roots } from './roots';
import type { Steps } from './steps';

/** Follows the channel's configuration from the pinned genesis block, each step signed by the consenters before it. */
export function followConfigurations(
  steps: Steps,
  blocks: readonly BlockEvidence[],
  roots: Roots,
): readonly Configuration[] {
  const first = steps.take('genesis', 'pinned roots', () => {
    const genesis = blocks[0]!;
    demand(genesis.number === 0, 'the first configuration is not block 0');
    demand(
      toHex(headerHash(genesis)) === roots.genesis,
      'the genesis block is not the one that the roots name: the file or the roots are of another consortium',
    );
    demandData(genesis);
    demand(genesis.metadata === '' && genesis.signatures.length === 0, 'the genesis block bears no signatures');
    const found = readConfiguration(genesis);
    demand(found.sequence === 0, 'the genesis block holds a later configuration');
    return { found, detail: `channel ${found.channel}, block header ${roots.genesis.slice(0, 16)}…` };
  });
  return steps.take('configurations', 'quorum of consenters', () => {
    const found = [first];
    for (const block of blocks.slice(1)) found.push(successor(block, found.at(-1)!));
    const { consenters, quorum, block } = found.at(-1)!;
    const detail = `${found.length}, the last in block ${block}: ${consenters.length} consenters, ${quorum} of them are a quorum`;
    return { found, detail };
  });
}

function successor(block: BlockEvidence, before: Configuration): Configuration {
  demand(block.number > before.block, 'the configurations are not in their order');
  demandData(block);
  const found = readConfiguration(block);
  demand(found.channel === before.channel, `block ${block.number} is of another channel`);
  demand(found.sequence === before.sequence + 1, `a configuration before block ${block.number} is left out`);
  demand(configurationOf(block) === block.number, `block ${block.number} names another configuration`);
  demandQuorum(block, before, found.time);
  return found;
}

/** That whoever signs here has a certificate of an authority that the reader knows. */
export function checkAuthorities(steps: Steps, configurations: readonly Configuration[], roots: Roots): void {
  steps.take('authorities', 'pinned roots', () => {
    const members = new Set<string>();
    for (const { members: peers, orderers } of configurations) {
      for (const authorities of [...peers.values(), ...orderers.values()]) {
        demandPinned(authorities, roots);
        members.add(authorities.member);
      }
    }
    return { found: undefined, detail: `root certificates of ${[...members].sort().join(', ')}` };
  });
}

function demandPinned({ member, roots: configured }: Authorities, roots: Roots): void {
  const pem = roots.authorities.get(member);
  demand(pem !== undefined, `the roots hold no certificate of ${member}; add it once you trust it`);
  const pinned = Certificate.of(pem);
  demand(
    configured.length > 0 && configured.every(({ der }) => equalBytes(der, pinned.der)),
    `the root certificate of ${member} is not the one that the roots hold`,
  );
}

/** The configuration that was in force when a block was made. */
export function configurationFor(block: BlockEvidence, configurations: readonly Configuration[]): Configuration {
  const number = configurationOf(block);
  const found = configurations.find((each) => each.block === number);
  demand(found !== undefined, `configuration block ${number} is not in the bundle`);
  demand(number < block.number, `block ${block.number} is older than its configuration`);
  return found;
}

/** How many bytes a block's envelopes have. */
export function sizeOf(block: BlockEvidence): number {
  return block.data.reduce((sum, text) => sum + fromBase64(text).length, 0);
}
