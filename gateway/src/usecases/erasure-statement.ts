import type { Attestation, Erasure, Owner } from '@llmchain/protocol';
import type { AccessLog } from '../ports/access-log';
import type { IndexRecords } from '../ports/index-records';
import type { Ledgers } from '../ports/ledger';
import { collect } from './concurrency';

/** One member that held a copy, or was allowed one, and what it attests. */
export interface HolderStatement {
  member: string;
  /** Why it is asked: it owned the work, was licensed or granted leave, has items of it, or read it by this member's log. */
  grounds: string[];
  /** Null while it has said nothing. */
  attestation: Attestation | null;
  /** Where what proves the attestation is found. */
  evidence: string | null;
}

/** One answer for the person who asked. */
export interface ErasureAnswer {
  erasure: Erasure;
  /** Whether every member has attested, and none retains a copy. */
  complete: boolean;
  members: HolderStatement[];
  /** Works that say they were made from it: they stay what their owners decide. */
  madeFrom: { work: string; title: string; owner: Owner }[];
  evidence: string;
}

/** What became of a work's copies, by the ledger and by this member's access log. */
export class ErasureStatement {
  readonly #ports: { ledgers: Ledgers; index: IndexRecords; accessLog: AccessLog };

  constructor(_options: object, ports: { ledgers: Ledgers; index: IndexRecords; accessLog: AccessLog }) {
    this.#ports = ports;
  }

  /** @throws {LlmchainError} `not_found` when no erasure was asked for */
  async run(id: string): Promise<ErasureAnswer> {
    const { ledgers, index, accessLog } = this.#ports;
    const erasure = await ledgers.service.get('erasure', id);
    const [work, licences, grants, readers, attestations, pages, madeFrom] = await Promise.all([
      ledgers.service.get('work', id),
      index.records.licencesOf(id),
      index.records.grantsOn(id),
      accessLog.readers(id),
      collect(ledgers.service.list('attestation', id)),
      index.records.pagesWith(id),
      index.records.madeFrom(id),
    ]);
    const grounds = new Map<string, string[]>();
    const add = (member: string | undefined, ground: string): void => {
      if (member !== undefined) grounds.set(member, [...(grounds.get(member) ?? []), ground]);
    };
    for (const member of new Set([work.owner, ...work.formerOwners].map((owner) => owner.member))) add(member, 'owner');
    for (const { acceptedBy, licence } of licences) add(acceptedBy, `licence ${licence}`);
    for (const { grantee, state, grant } of grants)
      if (state !== 'requested' && state !== 'denied') add(grantee, `grant ${grant}`);
    const datasets = pages.map(({ dataset, version, owner }): [string, string] => [
      `dataset ${dataset}@${version}`,
      owner.member,
    ]);
    for (const [ground, member] of new Map(datasets)) add(member, ground);
    for (const [member, times] of readers) add(member, `read ${times} times`);
    const said = new Map(attestations.map((attestation) => [attestation.member, attestation]));
    for (const member of said.keys()) if (!grounds.has(member)) add(member, 'attested of itself');
    const members = [...grounds].sort().map(([member, why]): HolderStatement => {
      const attestation = said.get(member) ?? null;
      const evidence = attestation && `/v1/erasures/${id}/attestations/${member}/evidence`;
      return { member, grounds: why, attestation, evidence };
    });
    const complete = members.every(({ attestation }) => attestation !== null && attestation.outcome !== 'retained');
    const made = madeFrom.map(({ sha256, title, owner }) => ({ work: sha256, title, owner }));
    return { erasure, complete, members, madeFrom: made, evidence: `/v1/erasures/${id}/evidence` };
  }
}
