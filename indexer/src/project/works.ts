import { ownerAccount, type Dispute, type Licence, type Resemblance, type Sale, type Work } from '@llmchain/protocol';
import { disputeNode, licenceNode, resemblanceNode, saleNode } from './ids';
import { edgesTo, type Lineage } from './node';
import type { FingerprintRow } from './rows';

export function work(record: Work): Lineage {
  const id = record.sha256;
  // Pseudonyms are those of the member that registered the work, whoever owns it now.
  const { member } = record.formerOwners[0] ?? record.owner;
  const creators = record.creators.map(({ person }) => ownerAccount({ member, person }));
  const holders = record.shares.map(({ holder }) => holder).filter((holder) => !creators.includes(holder));
  return {
    node: { id, type: 'work', name: id, state: record.state, label: record.title },
    edges: [
      ...edgesTo(id, 'created by', creators),
      ...edgesTo(id, 'earns for', holders),
      ...(record.derivedFrom === undefined ? [] : [{ from: id, to: record.derivedFrom, kind: 'derived from' }]),
      ...(record.versionOf === undefined ? [] : [{ from: id, to: record.versionOf, kind: 'version of' }]),
    ],
  };
}

/** What a work looks or reads like, by its record in a block; nothing for one without a fingerprint. */
export function fingerprintRows({ sha256, fingerprint }: Work, block: number): FingerprintRow[] {
  if (!fingerprint) return [];
  const value =
    fingerprint.method === 'phash-64'
      ? [fingerprint.bits, ...(fingerprint.windows ?? [])].join(',')
      : fingerprint.signature;
  return [{ work: sha256, block, method: fingerprint.method, value }];
}

export function licence(record: Licence): Lineage {
  const id = licenceNode(record.licence);
  return {
    node: { id, type: 'licence', name: record.licence, state: record.state, label: record.licence },
    edges: edgesTo(id, 'licenses', record.works),
  };
}

export function sale(record: Sale): Lineage {
  const id = saleNode(record.sale);
  return {
    node: { id, type: 'sale', name: record.sale, state: record.state, label: record.sale },
    edges: edgesTo(id, 'sells', [record.work]),
  };
}

export function resemblance({ first, second, method }: Resemblance): Lineage {
  const id = resemblanceNode(first, second);
  return {
    node: { id, type: 'resemblance', name: `${first}/${second}`, label: method },
    edges: edgesTo(id, 'compares', [first, second]),
  };
}

export function dispute(record: Dispute): Lineage {
  const id = disputeNode(record.dispute);
  return {
    node: { id, type: 'dispute', name: record.dispute, state: record.state, label: record.grounds },
    edges: edgesTo(id, 'disputes', [record.work]),
  };
}
