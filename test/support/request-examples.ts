import {
  canonicalJson,
  merkleRoot,
  publicKeyOf,
  sha256Bytes,
  sha256Hex,
  toHex,
  TRANSACTIONS,
  type Account,
  type Motion,
  type Owner,
  type QueryName,
  type RequestOf,
  type SubmitName,
  type WorkEntry,
} from '@llmchain/protocol';
import { CHARTER, item, operationId, work } from './consortium';
import { partOf, rewarding, SHARDING } from './contributed';
import { foreignEntry } from './external';
import type { Serving } from './serving';
import type { Answer } from './verdicts';

/** One request that succeeds, and whose records it touches. */
export interface Example<N extends SubmitName = SubmitName> {
  name: N;
  /** Tells examples of one transaction apart. */
  about: string;
  request: RequestOf<N>;
  owner: Owner;
  /** What its endorser's verifier says. */
  verdict?: Answer;
}

const MINE: Owner = { member: 'GuildMSP', person: 'will' };
const GUILD: Owner = { member: 'GuildMSP' };
export const TREASURY: Account = 'member:GuildMSP';
export const ARTIST: Account = 'artist:GuildMSP:will';
export const DIGEST = sha256Hex('a digest');

export const wills = { ...work('of will', ['will'], 'constrained'), created: '1609', jurisdiction: 'GB' };
export const hers = work('hers', ['ann'], 'allowed');
export const offer = (licence: string, works: readonly string[]) => ({
  licence,
  works: [...works],
  licensee: '*',
  uses: ['generative_training' as const],
  from: 0,
  until: 4_000_000_000_000,
  price: 0,
  weight: 200,
});
export const STAINED = { dataset: 'stained', version: 1 };
/** A majority of the members without the producer. */
const FINDERS = ['ArchiveMSP', 'GuildMSP', 'LabMSP'] as const;
/** Two images of will's that are alike, though neither says so. */
export const ALIKE = (['image', 'copy of it'] as const).map((title) => ({
  ...work(title, ['will'], 'allowed'),
  medium: 'image' as const,
  fingerprint: { method: 'phash-64' as const, bits: '00000000ffffffff' },
})) as [WorkEntry, WorkEntry];
/** A work of the archive's. */
export const ABROAD = work('abroad', ['eve'], 'allowed');
/** A work of the archive's that is to be erased. */
export const ERASED = work('erased', ['eve'], 'allowed');
/** What the receipts of a batch cost that was accepted though one of them is false. */
export const FALSE = [
  { session: 'g1', amount: 3 },
  { session: 'g1', amount: 4 },
];
export const plan = (job: string) => ({
  job,
  purpose: 'verses',
  datasets: [{ dataset: 'verses', version: 1 }],
  architecture: { layers: 2, tied: true, kind: 'gpt' },
  graph: DIGEST,
  tokenizer: DIGEST,
  initialParameters: DIGEST,
  seed: 1,
  steps: 10,
});
export const result = {
  parameters: DIGEST,
  steps: 10,
  tokens: 100,
  initialLoss: 5_000,
  finalLoss: 2_000,
  heldOutLoss: 2_100,
};

/** One motion of each kind that the members could carry. */
const MOTIONS: Motion[] = [
  { kind: 'issue', grants: [{ account: ARTIST, amount: 5 }], reason: 'a prize' },
  { kind: 'pay', payments: [{ account: ARTIST, amount: 5 }], reason: 'a prize' },
  { kind: 'join', member: { member: 'PressMSP', name: 'press', roles: ['admin', 'artist'] } },
  {
    kind: 'policy',
    terms: { fees: CHARTER.fees, verifiersNeeded: 3, batchTimeoutMs: 2_000, externalModels: 'forbidden' },
  },
  { kind: 'revokeRole', member: 'LabMSP', role: 'steward' },
  { kind: 'grantRole', member: 'LabMSP', role: 'artist' },
  { kind: 'leave', member: 'ShopMSP', reason: 'closed' },
  { kind: 'alias', model: 'poet', alias: 'canary', version: 1, weight: 100 },
  { kind: 'alias', model: 'poet', alias: 'production', version: null },
  { kind: 'retire', model: 'bard', version: 1, reason: 'old' },
  { kind: 'revoke', model: 'bard', version: 1, reason: 'wrong' },
  { kind: 'suspend', worker: 'compute-worker-1', reason: 'lies' },
  { kind: 'reinstate', worker: 'guild-worker', reason: 'mended' },
  { kind: 'settleDispute', dispute: 'of-will', outcome: 'dismissed', reason: 'no proof' },
  { kind: 'arbitrate', escrow: 'by-will', outcome: 'refunded', reason: 'never came' },
];

/** With a fresh operation id, where the transaction takes one. */
export function repeatable(name: SubmitName, request: object): object {
  return 'operationId' in TRANSACTIONS[name].request.shape ? { operationId: operationId(), ...request } : request;
}

/** @param serving in which everything that the examples are about was made ready, see `Requests` */
export function* examples(
  serving: Serving,
  entry: (model: string) => Omit<RequestOf<'models:register'>, 'operationId'>,
  deltas: { treasury: string[]; artist: string[] },
): Generator<Example> {
  const example = <N extends SubmitName>(
    name: N,
    owner: Owner,
    request: Omit<RequestOf<N>, 'operationId'>,
    more: { about?: string; verdict?: Answer } = {},
  ): Example => {
    return { name, about: '', owner, request: repeatable(name, request) as RequestOf<N>, ...more };
  };
  for (const motion of MOTIONS) {
    const about = motion.kind === 'alias' ? `${motion.kind} ${motion.alias}` : motion.kind;
    yield example('members:propose', GUILD, { proposal: 'fresh', motion }, { about });
  }
  yield example('members:vote', GUILD, { proposal: 'open', approve: true });
  yield example('members:setWrappingKey', GUILD, { worker: 'guild-worker', publicKey: sha256Hex('another key') });
  yield example('members:revokeWrappingKey', GUILD, { worker: 'guild-worker' });
  yield example('members:registerSigner', GUILD, {
    signer: 'fresh',
    kind: 'worker',
    publicKey: publicKeyOf(sha256Bytes('a key')),
  });

  const works = [{ ...wills, ...work('fresh', ['will', 'ann'], 'allowed'), derivedFrom: wills.sha256 }];
  yield example('artworks:register', MINE, { works });
  yield example('artworks:setPreference', MINE, { work: wills.sha256, preference: { training: 'allowed' } });
  const changes = [{ work: wills.sha256, preference: { training: 'allowed' as const } }];
  yield example('artworks:setPreferences', MINE, { changes });
  yield example('artworks:flag', MINE, { work: ALIKE[0].sha256, other: ALIKE[1].sha256 });
  yield example('artworks:offerLicence', MINE, offer('fresh', [wills.sha256]));
  yield example('artworks:acceptLicence', MINE, { licence: 'offered' });
  yield example('artworks:revokeLicence', MINE, { licence: 'offered' });
  yield example('artworks:expireLicence', MINE, { licence: 'over' });
  yield example('artworks:withdraw', MINE, { work: wills.sha256 });
  const sale = {
    work: wills.sha256,
    seller: ARTIST,
    share: 100,
    ownership: true,
    price: 5,
    buyer: TREASURY,
    until: null,
  };
  yield example('artworks:offerSale', MINE, { sale: 'fresh', ...sale });
  yield example('artworks:withdrawSale', MINE, { sale: 'of-will' });
  const claim = { grounds: 'authorship' as const, evidence: DIGEST };
  yield example('artworks:openDispute', MINE, { dispute: 'fresh', work: ABROAD.sha256, ...claim });
  yield example('artworks:dropDispute', MINE, { dispute: 'of-will' });

  yield example('artworks:erase', MINE, { work: wills.sha256 });
  yield example('artworks:attest', GUILD, { work: ERASED.sha256, outcome: 'destroyed', reads: 2, derived: 1 });
  const toRead = { grant: 'fresh', purpose: 'a concordance', until: 4_000_000_000_000 };
  yield example('access:request', GUILD, { ...toRead, subject: { kind: 'work', work: ABROAD.sha256 } });
  yield example('access:decide', MINE, { grant: 'asked', approve: true, until: 3_000_000_000_000 });
  yield example('access:decide', GUILD, { grant: 'asked-verses', approve: true }, { about: 'of a dataset' });
  yield example('access:revoke', MINE, { grant: 'granted' });
  yield example('access:expire', MINE, { grant: 'past' });

  yield example('datasets:create', GUILD, { dataset: 'fresh', title: 'fresh', purpose: 'verses' });
  yield example('datasets:addPage', GUILD, { dataset: 'mine', version: 1, index: 0, items: [item(hers)] });
  const root = toHex(merkleRoot([canonicalJson(item(hers))]));
  yield example('datasets:seal', GUILD, { dataset: 'paged', version: 1, pages: 1, root });
  yield example('datasets:taint', GUILD, { ...STAINED, page: 0, item: sha256Hex('stained') });
  yield example('datasets:lift', GUILD, { dataset: 'cleared', version: 1 });
  yield example('datasets:shard', GUILD, SHARDING.shard);
  yield example('datasets:registerNode', GUILD, SHARDING.node);
  yield example('datasets:hold', GUILD, SHARDING.hold);
  yield example('datasets:release', GUILD, SHARDING.release);
  yield example('training:taint', GUILD, { job: 'stained' });
  yield example('training:lift', GUILD, { job: 'cleared' });
  yield example('models:taint', GUILD, { model: 'stained', version: 1 });
  const holder = { member: 'GuildMSP', worker: 'guild-worker' };
  const wrap = { ephemeral: DIGEST, wrapped: '00'.repeat(48) };
  yield example('models:giveKey', GUILD, {
    model: 'sealed',
    version: 1,
    ...holder,
    publicKey: DIGEST,
    wrap,
    replaces: null,
  });
  yield example('models:withdrawKey', GUILD, { model: 'sealed', version: 1, ...holder });
  yield example('models:setAccess', GUILD, { model: 'bard', version: 1, policy: { callers: 'owner' } });
  yield example('models:lift', GUILD, { model: 'cleared', version: 1 });
  yield example('training:open', GUILD, plan('fresh'));
  yield example('training:complete', GUILD, { job: 'started', result });
  yield example('models:register', GUILD, entry('fresh'));
  const parent = { model: 'bard', version: 1, by: 'quantisation' as const };
  yield example('models:register', GUILD, { ...entry('fresh'), parent }, { about: 'made from another' });
  const rounded = { model: 'foreign', version: 1, by: 'quantisation' } as const;
  const next = foreignEntry({ version: 2, parent: rounded });
  yield example('models:register', GUILD, next, { about: 'from outside' });
  yield example('models:approve', GUILD, { model: 'bard', version: 1 });

  yield example('inference:openSession', GUILD, { session: 'fresh', caller: 'k1', amount: 5 });
  yield example('inference:topUpSession', GUILD, { session: 'g1', amount: 5 });
  yield example('inference:closeSession', GUILD, { session: 'g1' });
  yield example('inference:reclaim', GUILD, { session: 'g1', batches: [{ producer: 'ComputeMSP', sequence: 2 }] });
  const batch = { producer: 'ComputeMSP', sequence: 3 };
  const verifiers = ['GuildMSP', 'LabMSP'];
  const found = { reason: 'output_mismatch' as const, receipt: DIGEST };
  yield example('inference:anchorBatch', GUILD, serving.batch({ workers: [{ worker: 'guild-worker', lastOrder: 0 }] }));
  const accepts = { producer: 'ComputeMSP', sequence: 5, verifiers };
  yield example('inference:acceptBatch', GUILD, accepts, { verdict: { verdict: 'accept' } });
  yield example('inference:refuseBatch', GUILD, { ...batch, ...found }, { verdict: { verdict: 'reject', ...found } });
  yield example('inference:passOver', GUILD, { ...batch, member: 'ArchiveMSP' });
  const findings = verifiers.map((member) => ({ member, ...found }));
  yield example('inference:rejectBatch', GUILD, { ...batch, findings }, { verdict: { verdict: 'reject', ...found } });
  yield example('inference:expireBatch', GUILD, batch);
  yield example('inference:rotateBatch', GUILD, batch);
  yield example('inference:stake', GUILD, { worker: 'guild-worker', amount: 5 });
  yield example('inference:unstake', GUILD, { worker: 'guild-worker', amount: 5, through: 0 });
  yield example('inference:withdrawStake', GUILD, { worker: 'old-worker' });
  yield example('inference:tally', GUILD, { producer: 'ComputeMSP', sequence: 2 });
  const { receipts } = serving.batchOf(4, FALSE);
  yield example('inference:reportFault', GUILD, serving.fault(receipts, 1, { sequence: 4, finders: [...FINDERS] }), {
    verdict: { verdict: 'reject', reason: 'output_mismatch' },
  });

  for (const [about, owner, account] of [
    ['of a treasury', GUILD, TREASURY],
    ['of an artist', MINE, ARTIST],
  ] as const) {
    const of = owner.person === undefined ? 'guild' : 'will';
    const list = owner.person === undefined ? deltas.treasury : deltas.artist;
    const place = serving.entryOf(account);
    const claim = { payee: account, producer: 'ComputeMSP', model: 'poet', version: 1, upTo: 2, ...place };
    const escrow = { escrow: 'fresh', payer: account, payee: 'member:LabMSP', amount: 5, purpose: 'a verse' } as const;
    yield example('artworks:buy', owner, { sale: `to-${of}`, account }, { about });
    yield example('credits:transfer', owner, { from: account, to: 'member:LabMSP', amount: 5 }, { about });
    yield example('credits:compact', owner, { account, deltas: list }, { about });
    yield example('credits:claim', owner, claim, { about });
    yield example('credits:escrow', owner, escrow, { about });
    yield example('credits:release', owner, { escrow: `by-${of}` }, { about });
    yield example('credits:fundReward', owner, rewarding('fresh', account), { about });
    yield example('credits:claimReward', owner, { reward: 'of-guild', payee: account, ...partOf(account) }, { about });
    yield example('credits:recoverReward', owner, { reward: `over-${of}` }, { about });
    yield example('credits:refund', owner, { escrow: `to-${of}` }, { about });
  }
}

/** One request for each query that has an answer. */
export const QUERIES: { readonly [N in QueryName]: RequestOf<N> } = {
  'ledger:get': { type: 'model', parts: ['poet', '0000000001'] },
  'ledger:list': { type: 'model', parts: ['poet'], limit: 10 },
  'ledger:whoami': {},
  'datasets:consent': { items: [item(hers)] },
  'models:aliasHistory': { model: 'poet', alias: 'production', limit: 10, before: 5 },
  'credits:account': { account: TREASURY },
};
