import type { Batch } from '@llmchain/protocol';
import { fromBase64 } from '../bytes';
import type { BlockEvidence } from '../bundle/schema';
import { demandData, demandQuorum } from '../fabric/block';
import type { Configuration } from '../fabric/configuration';
import { demandEndorsements, readOutcome, type Outcome } from '../fabric/endorsement';
import type { Proposal } from '../fabric/proposal';
import { demandClient, splitTransaction } from '../fabric/transaction';
import { demand } from '../refusal';
import { sizeOf } from './chain';
import type { ProvenRecord } from './read';
import type { Steps } from './steps';

/** The transaction that last wrote a record. */
export interface Origin {
  proposal: Proposal;
  /** Members whose peers endorsed it, sorted. */
  endorsers: readonly string[];
  outcome: Outcome;
}

/**
 * Follows a record to the transaction that wrote it: its block, its client, its endorsers.
 * @param context.batch of a batch, its settlement or one of its debits: the batch as members have it
 */
export function followOrigin(
  steps: Steps,
  block: BlockEvidence,
  record: ProvenRecord,
  context: { configuration: Configuration; chaincode: string; batch: Batch | undefined },
): Origin {
  const { configuration, chaincode, batch } = context;
  const { place } = record;
  const envelope = steps.take('block data', 'arithmetic', () => {
    demand(block.number === place.block, `the record was written in block ${place.block}, this is ${block.number}`);
    demandData(block);
    const found = block.data[place.index];
    demand(found !== undefined, `block ${block.number} has no transaction ${place.index}`);
    const detail = `transaction ${place.index} of ${block.data.length} in block ${block.number}, ${sizeOf(block)} bytes under its data hash`;
    return { found: fromBase64(found), detail };
  });
  const { parts, proposal } = steps.take('transaction', 'signature', () => {
    const split = splitTransaction(envelope);
    const found = { parts: split, proposal: demandClient(split, configuration) };
    const { call, member, time, transaction } = found.proposal;
    demand(found.proposal.chaincode === chaincode, `it is of the chaincode ${found.proposal.chaincode}`);
    const detail = `${call} by ${member} at ${new Date(time).toISOString()}, ${transaction.slice(0, 16)}…`;
    return { found, detail };
  });
  steps.take('block', 'quorum of consenters', () => {
    const signers = demandQuorum(block, configuration, proposal.time);
    const detail = `block ${block.number} signed by the consenters of ${signers.join(', ')}; ${configuration.quorum} are needed`;
    return { found: undefined, detail };
  });
  const endorsers = steps.take('endorsements', 'signature', () => {
    const found = demandEndorsements(parts.response, parts.endorsements, configuration, proposal.time);
    return { found, detail: `by peers of ${found.join(', ')}` };
  });
  const outcome = steps.take('record', 'arithmetic', () => {
    const found = readOutcome(parts.response, proposal);
    const name = `${record.type} ${record.parts.join('/')}`;
    if (!found.writes.has(record.key) && found.policies.has(record.key)) {
      const detail = `the transaction changed who may change ${name}, and not what it says`;
      return { found, detail, rests: 'members f+1' };
    }
    demand(
      found.writes.get(record.key) === record.text,
      'the transaction did not write the record that the members have',
    );
    return { found, detail: `${name} is what the transaction wrote` };
  });
  steps.take('endorsers', 'endorsement rule', () => ({
    found: undefined,
    detail: demandEnough(batch, proposal.call, endorsers, configuration),
  }));
  return { proposal, endorsers, outcome };
}

/** Whether those who endorsed may make such a change. @returns that in words */
function demandEnough(
  batch: Batch | undefined,
  call: string,
  endorsers: readonly string[],
  { members }: Configuration,
): string {
  if (batch && call === 'inference:rotateBatch') return demandRotation(batch, endorsers);
  if (batch && call !== 'inference:anchorBatch') return demandRivals(batch, endorsers, members);
  const majority = Math.floor(members.size / 2) + 1;
  demand(endorsers.length >= majority, `${endorsers.length} members endorsed, ${majority} are needed`);
  return `${endorsers.length} of ${members.size} members, ${majority} are needed`;
}

/** Once anchored, a batch with its settlement and debits is changed by its producer's rivals alone. */
function demandRivals(batch: Batch, endorsers: readonly string[], members: ReadonlyMap<string, unknown>): string {
  const { producer, electorate, needed, verifiers, state } = batch;
  demand(!endorsers.includes(producer), `${producer} endorsed a batch of its own`);
  demand(
    !electorate.includes(producer) && electorate.every((member) => members.has(member)),
    'the electorate of the batch is not made of the members other than its producer',
  );
  demand(
    endorsers.every((member) => electorate.includes(member)),
    'a member endorsed that is not in the electorate of the batch',
  );
  demand(endorsers.length >= needed, `${endorsers.length} rivals endorsed, ${needed} are needed`);
  demand(
    state !== 'accepted' || (verifiers.length >= needed && verifiers.every((member) => endorsers.includes(member))),
    'a member named as a verifier did not endorse',
  );
  return `${endorsers.join(', ')} of ${electorate.join(', ')}, without the producer ${producer}; ${needed} are needed`;
}

/** After a member has left, an open batch gets the electorate of now from the one before, which the record no longer names. */
function demandRotation({ producer, needed, state }: Batch, endorsers: readonly string[]): string {
  demand(state === 'anchored', `a rotation decides nothing, but the batch is ${state}`);
  demand(!endorsers.includes(producer), `${producer} endorsed a batch of its own`);
  demand(endorsers.length >= needed, `${endorsers.length} rivals endorsed, ${needed} are needed`);
  return `${endorsers.join(', ')}, without the producer ${producer}; ${needed} are needed to rotate the electorate`;
}
