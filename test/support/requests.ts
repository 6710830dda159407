import {
  canonicalJson,
  CONSORTIUM_ACCOUNT,
  merkleRoot,
  PLAIN_WEIGHT,
  ROLES,
  royaltyRoot,
  royaltyTable,
  royaltyTotal,
  sha256Hex,
  toHex,
  TRANSACTIONS,
  type Account,
  type Motion,
  type Owner,
  type QueryName,
  type RequestOf,
  type Role,
  type SubmitName,
  type WorkEntry,
} from '@llmchain/protocol';
import { AUTHORITY } from '../../chaincode/src/rules/authority';
import { CHARTER, item, operationId, work } from './consortium';
import { contributed, partOf, rewarding, SHARDING } from './contributed';
import { foreignEntry, sealedEntry } from './external';
import { identity, type TestIdentity } from './identities';
import { Serving } from './serving';
import { tainted, type Submit } from './tainted';
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
const TREASURY: Account = 'member:GuildMSP';
const ARTIST: Account = 'artist:GuildMSP:will';
const DIGEST = sha256Hex('a digest');

const wills = { ...work('of will', ['will'], 'constrained'), created: '1609', jurisdiction: 'GB' };
const hers = work('hers', ['ann'], 'allowed');
const offer = (licence: string, works: readonly string[]) => ({
  licence,
  works: [...works],
  licensee: '*',
  uses: ['generative_training' as const],
  from: 0,
  until: 4_000_000_000_000,
  price: 0,
  weight: 200,
});
const STAINED = { dataset: 'stained', version: 1 };
/** A majority of the members without the producer. */
const FINDERS = ['ArchiveMSP', 'GuildMSP', 'LabMSP'] as const;
/** Two images of will's that are alike, though neither says so. */
const ALIKE = (['image', 'copy of it'] as const).map((title) => ({
  ...work(title, ['will'], 'allowed'),
  medium: 'image' as const,
  fingerprint: { method: 'phash-64' as const, bits: '00000000ffffffff' },
})) as [WorkEntry, WorkEntry];
/** A work of the archive's. */
const ABROAD = work('abroad', ['eve'], 'allowed');
/** A work of the archive's that is to be erased. */
const ERASED = work('erased', ['eve'], 'allowed');
/** What the receipts of a batch cost that was accepted though one of them is false. */
const FALSE = [
  { session: 'g1', amount: 3 },
  { session: 'g1', amount: 4 },
];
const plan = (job: string) => ({
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
const result = { parameters: DIGEST, steps: 10, tokens: 100, initialLoss: 5_000, finalLoss: 2_000, heldOutLoss: 2_100 };

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
  { kind: 'settleDispute', dispute: 'of-will', outcome: 'dismissed', reason: 'no proof' },
  { kind: 'arbitrate', escrow: 'by-will', outcome: 'refunded', reason: 'never came' },
];

/**
 * A consortium in which every transaction has an example that succeeds, made so that what has an owner is the guild's
 * or, where it is a person's, that of the guild's `will`.
 */
export class Requests {
  private constructor(
    readonly serving: Serving,
    /** The guild's `will`, in every role. */
    readonly people: Readonly<Record<Role, TestIdentity>>,
    readonly examples: readonly Example[],
  ) {}

  static async ready(): Promise<Requests> {
    const serving = await Serving.start();
    process.env.LLMCHAIN_VERIFIER_TIMEOUT_MS = '10000';
    const { world, consortium } = serving;
    const entries = ROLES.map(async (role) => [role, await identity('GuildMSP', { role, person: 'will' })] as const);
    const people = Object.fromEntries(await Promise.all(entries)) as Record<Role, TestIdentity>;
    const { admin, artist, steward, trainer } = people;
    const { lab, archive, gateway } = consortium.people;
    const submit = <N extends SubmitName>(name: N, request: Omit<RequestOf<N>, 'operationId'>, as: TestIdentity) =>
      world.submit(name, repeatable(name, request) as RequestOf<N>, { as });

    await consortium.decide('terms', { kind: 'policy', terms: { batchTimeoutMs: 1_000 } });
    await consortium.decide('mill', { kind: 'join', member: { member: 'MillMSP', name: 'mill' } });
    await consortium.decide('less', { kind: 'revokeRole', member: 'LabMSP', role: 'artist' });
    await consortium.decide('first', { kind: 'alias', model: 'poet', alias: 'production', version: 1 });
    await consortium.decide('more-money', {
      kind: 'issue',
      grants: ([TREASURY, ARTIST, CONSORTIUM_ACCOUNT] as const).map((account) => ({ account, amount: 10_000 })),
      reason: 'start',
    });
    for (const to of [TREASURY, ARTIST, CONSORTIUM_ACCOUNT] as const)
      await submit('credits:transfer', { from: 'member:LabMSP', to, amount: 5 }, lab);

    await submit('artworks:register', { works: [wills, ...ALIKE] }, artist);
    await submit('artworks:offerLicence', offer('offered', [wills.sha256]), artist);
    for (const dataset of ['mine', 'paged'])
      await submit('datasets:create', { dataset, title: 'mine', purpose: 'verses' }, steward);
    await submit('datasets:addPage', { dataset: 'paged', version: 1, index: 0, items: [item(hers)] }, steward);
    for (const job of ['started', 'done']) await submit('training:open', plan(job), trainer);
    await submit('training:complete', { job: 'done', result }, trainer);
    const poet = serving.record('model', 'poet', 1);
    const entry = (model: string): Omit<RequestOf<'models:register'>, 'operationId'> => {
      const { title, datasets, modelParamsAddress, manifest, files, format, precision } = poet;
      const { contextTokens, prices, verification, royalty } = poet;
      const made = { title, datasets, modelParamsAddress, manifest, files, format, precision, contextTokens };
      return { model, version: 1, job: 'done', ...made, prices, verification, royalty };
    };
    await submit('models:register', entry('bard'), trainer);
    await submit('models:register', foreignEntry(), trainer);
    await rightsInMotion(serving, submit, people);
    await contributed(world, submit, people);
    await tainted('stained', submit, people, { plan, result, entry: (model) => ofOneWork(entry(model)) });
    const reading = { subject: { kind: 'dataset' as const, ...STAINED }, purpose: 'a concordance', until: null };
    const reader = await identity('LabMSP', { role: 'trainer' });
    await submit('access:request', { grant: 'asked-verses', ...reading }, reader);
    const cleared = await tainted('cleared', submit, people, {
      plan,
      result,
      entry: (model) => ofOneWork(entry(model)),
    });
    await submit(
      'artworks:setPreference',
      { work: cleared.work, preference: { generative_training: 'allowed' } },
      artist,
    );
    await submit('datasets:lift', { dataset: 'cleared', version: 1 }, trainer);
    await submit('training:lift', { job: 'cleared' }, trainer);

    await submit('inference:openSession', { session: 'g1', caller: 'k2', amount: 5_000 }, admin);
    const sessions = [{ session: 'g1', amount: 1_001 }];
    const anchor = async (sequence: number) =>
      world.submit('inference:anchorBatch', serving.batch({ sequence, sessions }), {
        as: gateway,
        at: Date.now() - 60_000,
      });
    await anchor(1);
    serving.verdicts.answer = { verdict: 'accept' };
    await serving.accept();
    await anchor(2);
    serving.verdicts.answer = { verdict: 'reject', reason: 'output_mismatch' };
    await serving.reject(undefined, { sequence: 2 });
    await anchor(3);
    await consortium.decide('stakes', {
      kind: 'policy',
      terms: { stake: { minimum: 0, unbondingMs: 5_000, slash: 5, finders: 5_000 } },
    });
    const worker = { signer: 'guild-worker', kind: 'worker' as const, publicKey: DIGEST };
    await submit('members:registerSigner', worker, people.operator);
    await submit('members:registerSigner', { ...worker, signer: 'old-worker' }, people.operator);
    await world.submit(
      'members:setWrappingKey',
      { worker: 'guild-worker', publicKey: DIGEST },
      { as: people.operator },
    );
    const key = { member: 'GuildMSP', worker: 'guild-worker', publicKey: DIGEST };
    const wrap = { ephemeral: DIGEST, wrapped: '00'.repeat(48) };
    await submit('models:register', sealedEntry({ model: 'sealed' }), trainer);
    await world.submit('models:giveKey', { model: 'sealed', version: 1, ...key, wrap }, { as: trainer });
    for (const each of ['guild-worker', 'old-worker'])
      await submit('inference:stake', { worker: each, amount: 50 }, admin);
    const notice = { operationId: operationId(), worker: 'old-worker', amount: 20, through: 0 };
    await world.submit('inference:unstake', notice, { as: admin, at: Date.now() - 60_000 });
    await serving.staked(100);
    const false4 = serving.batchOf(4, FALSE);
    await world.submit('inference:anchorBatch', false4.entry, { as: gateway });
    serving.verdicts.answer = { verdict: 'accept' };
    await serving.accept('GuildMSP', ['GuildMSP', 'LabMSP'], 4);
    await consortium.decide('closed', { kind: 'leave', member: 'MillMSP', reason: 'closed' });
    await consortium.decide('shop', { kind: 'join', member: { member: 'ShopMSP', name: 'shop' } });

    const hold = (escrow: string, payer: Account, payee: Account, as: TestIdentity) =>
      submit('credits:escrow', { escrow, payer, payee, amount: 7, purpose: 'a verse' }, as);
    await hold('by-guild', TREASURY, 'member:LabMSP', admin);
    await hold('by-will', ARTIST, 'member:LabMSP', artist);
    await hold('to-guild', 'member:LabMSP', TREASURY, lab);
    await hold('to-will', 'member:LabMSP', ARTIST, lab);
    const vote = { proposal: 'open', motion: { kind: 'policy', terms: { batchTimeoutMs: 3_000 } } } as const;
    await submit('members:propose', vote, archive);

    const deltas = async (account: Account) => (await serving.account(account)).deltas;
    return new Requests(serving, people, [
      ...examples(serving, entry, { treasury: await deltas(TREASURY), artist: await deltas(ARTIST) }),
    ]);
  }

  /** Who may submit the example: the guild's `will`, in the first of these roles that fits. */
  as({ name, owner }: Example, roles: readonly Role[]): TestIdentity {
    const fits = roles.find(
      (role) =>
        !(['account', 'held'].includes(AUTHORITY[name].touches) && role === 'artist' && owner.person === undefined),
    );
    return this.people[fits ?? 'auditor'];
  }

  async submit(example: Example, as: TestIdentity, request: object = example.request): Promise<unknown> {
    this.serving.verdicts.answer = example.verdict ?? { verdict: 'pending' };
    const endorser = example.verdict ? 'GuildMSP' : as.mspId;
    return this.serving.world.raw(example.name, [JSON.stringify(request)], { as, endorser });
  }
}

/** With a fresh operation id, where the transaction takes one. */
function repeatable(name: SubmitName, request: object): object {
  return 'operationId' in TRANSACTIONS[name].request.shape ? { operationId: operationId(), ...request } : request;
}

/** Licences over, works for sale and works disputed, so that what ends them has something to end. */
async function rightsInMotion(
  { world }: Serving,
  submit: Submit,
  { artist }: Readonly<Record<Role, TestIdentity>>,
): Promise<void> {
  const foreign = await identity('ArchiveMSP', { role: 'artist', person: 'eve' });
  const past = Date.now() - 200_000;
  const over = { operationId: operationId(), ...offer('over', [wills.sha256]), until: past + 100_000 };
  await world.submit('artworks:offerLicence', over, { as: artist, at: past });
  await submit('artworks:register', { works: [ABROAD, work('contested', ['eve'])] }, foreign);
  await submit('artworks:register', { works: [ERASED] }, foreign);
  await submit('artworks:erase', { work: ERASED.sha256 }, foreign);
  const trainer = await identity('LabMSP', { role: 'trainer' });
  const until = 4_000_000_000_000;
  const toRead = { subject: { kind: 'work' as const, work: wills.sha256 }, purpose: 'a concordance', until };
  for (const grant of ['asked', 'granted']) await submit('access:request', { ...toRead, grant }, trainer);
  await submit('access:decide', { grant: 'granted', approve: true }, artist);
  const ended = { operationId: operationId(), ...toRead, grant: 'past', until: past + 100_000 };
  await world.submit('access:request', ended, { as: trainer, at: past });
  const sale = { share: 500, ownership: false, price: 3, until: null };
  await submit('artworks:offerSale', { sale: 'of-will', work: wills.sha256, seller: ARTIST, ...sale }, artist);
  const eve = { work: ABROAD.sha256, seller: 'artist:ArchiveMSP:eve' as const };
  for (const whom of ['guild', 'will'])
    await submit('artworks:offerSale', { sale: `to-${whom}`, ...eve, ...sale }, foreign);
  const claim = { grounds: 'ownership' as const, evidence: DIGEST };
  await submit('artworks:openDispute', { dispute: 'of-will', work: sha256Hex('contested'), ...claim }, artist);
}

/** A model version that was trained on one work of will's alone. */
function ofOneWork(entry: Omit<RequestOf<'models:register'>, 'operationId'>): object {
  const bytes = work(entry.model, ['will']).bytes;
  const table = royaltyTable([{ shares: [{ holder: ARTIST, share: 10_000 }], tokens: bytes, weight: PLAIN_WEIGHT }]);
  const sums = { root: royaltyRoot(table), total: royaltyTotal(table), entries: table.length };
  return { ...entry, royalty: { ...entry.royalty, ...sums } };
}

function* examples(
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
  yield example('members:registerSigner', GUILD, { signer: 'fresh', kind: 'worker', publicKey: DIGEST });

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
  yield example('models:giveKey', GUILD, { model: 'sealed', version: 1, ...holder, publicKey: DIGEST, wrap });
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
  yield example('inference:anchorBatch', GUILD, serving.batch({ workers: ['guild-worker'] }));
  yield example('inference:acceptBatch', GUILD, { ...batch, verifiers }, { verdict: { verdict: 'accept' } });
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
