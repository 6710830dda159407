import {
  CONSORTIUM_ACCOUNT,
  PLAIN_WEIGHT,
  publicKeyOf,
  ROLES,
  royaltyRoot,
  royaltyTable,
  royaltyTotal,
  sha256Bytes,
  sha256Hex,
  type Account,
  type RequestOf,
  type Role,
  type SubmitName,
} from '@llmchain/protocol';
import { AUTHORITY } from '../../chaincode/src/rules/authority';
import { item, operationId, work } from './consortium';
import { contributed } from './contributed';
import { foreignEntry, sealedEntry } from './external';
import { identity, type TestIdentity } from './identities';
import {
  ABROAD,
  ALIKE,
  ARTIST,
  DIGEST,
  ERASED,
  examples,
  FALSE,
  hers,
  offer,
  plan,
  repeatable,
  result,
  STAINED,
  TREASURY,
  wills,
  type Example,
} from './request-examples';
import { Serving } from './serving';
import { tainted, type Submit } from './tainted';

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
    const publicKey = publicKeyOf(sha256Bytes('guild-worker'));
    const worker = { signer: 'guild-worker', kind: 'worker' as const, publicKey };
    await submit('members:registerSigner', worker, people.operator);
    await submit('members:registerSigner', { ...worker, signer: 'old-worker' }, people.operator);
    await consortium.decide('idle', { kind: 'suspend', worker: 'guild-worker', reason: 'lies' });
    await world.submit(
      'members:setWrappingKey',
      { worker: 'guild-worker', publicKey: DIGEST },
      { as: people.operator },
    );
    const key = { member: 'GuildMSP', worker: 'guild-worker', publicKey: DIGEST };
    const wrap = { ephemeral: DIGEST, wrapped: '00'.repeat(48) };
    await submit('models:register', sealedEntry({ model: 'sealed' }), trainer);
    await world.submit(
      'models:giveKey',
      { model: 'sealed', version: 1, ...key, wrap, replaces: null },
      { as: trainer },
    );
    for (const each of ['guild-worker', 'old-worker'])
      await submit('inference:stake', { worker: each, amount: 50 }, admin);
    const notice = { operationId: operationId(), worker: 'old-worker', amount: 20, through: 0 };
    await world.submit('inference:unstake', notice, { as: admin, at: Date.now() - 60_000 });
    await serving.staked(100);
    const false4 = serving.batchOf(4, FALSE);
    await world.submit('inference:anchorBatch', false4.entry, { as: gateway });
    serving.verdicts.answer = { verdict: 'accept' };
    await serving.accept('GuildMSP', ['ArchiveMSP', 'GuildMSP'], 4);
    // One for which nobody is called upon that leaves.
    await world.submit('inference:anchorBatch', serving.batch({ sequence: 5, sessions: [], amount: 0 }), {
      as: gateway,
    });
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
