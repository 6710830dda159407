import {
  canonicalJson,
  compositeKey,
  decode,
  decodeJson,
  isRecordType,
  RECORDS,
  TRANSACTIONS,
  type RecordOf,
  type RecordType,
} from '@llmchain/protocol';
import { fromBase64 } from '../bytes';
import type { SignedRead } from '../bundle/schema';
import { tolerated, type Configuration } from '../fabric/configuration';
import { demandEndorsements, readOutcome, type Place } from '../fabric/endorsement';
import { readProposal } from '../fabric/proposal';
import { demand } from '../refusal';

/** A record as members say that it stands on the ledger. */
export interface ProvenRecord {
  type: RecordType;
  parts: readonly string[];
  /** State key. */
  key: string;
  /** The record's canonical JSON: what the state holds. */
  text: string;
  value: unknown;
  /** The transaction that last wrote it. */
  place: Place;
  /** Who says so. */
  members: readonly string[];
  /** When, milliseconds since the Unix epoch. */
  time: number;
}

/**
 * Checks a signed read: with f dishonest members, what f + 1 of them say of their state is true.
 * @throws {Error} with the reason when it proves nothing
 */
export function provenRecord(read: SignedRead, configuration: Configuration, chaincode: string): ProvenRecord {
  const [channelHeader, signatureHeader, request, response] = [
    read.channelHeader,
    read.signatureHeader,
    read.proposal,
    read.response,
  ].map(fromBase64) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const proposal = readProposal({ channelHeader, signatureHeader, proposal: request }, configuration);
  demand(proposal.chaincode === chaincode, `the chaincode ${proposal.chaincode} was asked, not ${chaincode}`);
  demand(proposal.call === 'ledger:get' && proposal.arguments.length === 1, 'it is not a question for a record');
  const { type, parts } = decodeJson(TRANSACTIONS['ledger:get'].request, proposal.arguments[0]!, 'question');
  demand(isRecordType(type), `there are no records of type ${type}`);
  const outcome = readOutcome(response, proposal);
  demand(outcome.writes.size === 0, 'it is not a question: it writes');
  const key = compositeKey(type, parts);
  const place = outcome.reads.get(key);
  demand(place !== undefined && place !== null, `there is no ${type} ${parts.join('/')}`);
  const { record } = decodeJson(TRANSACTIONS['ledger:get'].result, outcome.answer, 'answer');
  const value = decode(RECORDS[type], record, 'record');
  const endorsements = read.endorsements.map(({ endorser, signature }) => ({
    endorser: fromBase64(endorser),
    signature: fromBase64(signature),
  }));
  const members = demandEndorsements(response, endorsements, configuration, proposal.time);
  const needed = tolerated(configuration.members.size) + 1;
  demand(members.length >= needed, `${members.length} members say so, ${needed} are needed`);
  return { type, parts, key, text: canonicalJson(record), value, place, members, time: proposal.time };
}

/** The record as one of this type. @throws {Error} when it is of another, or under another key */
export function recordOf<T extends RecordType>(
  proven: ProvenRecord,
  type: T,
  ...parts: readonly string[]
): RecordOf<T> {
  demand(
    proven.key === compositeKey(type, parts),
    `the record is ${proven.type} ${proven.parts.join('/')}, not ${type} ${parts.join('/')}`,
  );
  return proven.value as RecordOf<T>;
}
