import { sha256Hex, type RequestOf } from '@llmchain/protocol';
import { item, operationId, TestConsortium, work } from '../../../test/support/consortium';
import { identity, type TestIdentity } from '../../../test/support/identities';

const DAY = 86_400_000;
const FILES = ['first', 'second', 'third'].map((text, at) => ({
  digest: sha256Hex(text),
  pages: 1,
  bytes: 1_000 * (at + 1),
}));
const VERSES = { dataset: 'verses', version: 1 };
const hers = work('hers', ['ann'], 'allowed');

describe('shards', () => {
  let consortium: TestConsortium;
  const gateways = {} as Record<'archive' | 'lab' | 'compute', TestIdentity>;
  beforeEach(async () => {
    consortium = await TestConsortium.founded();
    await consortium.registers(consortium.people.ann, [hers]);
    await consortium.seals('verses', 1, [item(hers)]);
    for (const name of ['archive', 'lab', 'compute'] as const) {
      const member = `${name[0]!.toUpperCase()}${name.slice(1)}MSP`;
      gateways[name] = await identity(member, { role: 'service' });
      await register(name);
    }
  });
  const register = (name: keyof typeof gateways, change: Partial<RequestOf<'datasets:registerNode'>> = {}) =>
    consortium.world.submit(
      'datasets:registerNode',
      { operationId: operationId(), node: 'storage', kind: 'storage', capacity: 10_000, state: 'active', ...change },
      { as: gateways[name] },
    );
  const node = async (member: string, id = 'storage') =>
    (await consortium.world.submit('ledger:get', { type: 'data-node', parts: [member, id] }, { as: gateways.lab }))
      .record;
  const grant = async (id: string, member: string, until: number | null = null, subject: object = VERSES) => {
    const as = await identity(member, { role: 'trainer' });
    const of = { kind: 'dataset' as const, ...(subject as typeof VERSES) };
    const asked = { operationId: operationId(), grant: id, subject: of, purpose: 'training', until };
    await consortium.world.submit('access:request', asked, { as });
    const decision = { operationId: operationId(), grant: id, approve: true };
    await consortium.world.submit('access:decide', decision, { as: consortium.people.steward });
  };
  const shard = (change: Partial<RequestOf<'datasets:shard'>> = {}, as = consortium.people.steward) =>
    consortium.world.submit(
      'datasets:shard',
      { operationId: operationId(), ...VERSES, replicas: 1, grants: [], shards: [FILES[0]!], ...change },
      { as },
    );
  const hold = (as: TestIdentity, change: Partial<RequestOf<'datasets:hold'>> = {}, at?: number) =>
    consortium.world.submit(
      'datasets:hold',
      { ...VERSES, node: 'storage', shards: [{ index: 0, digest: FILES[0]!.digest }], ...change },
      { as, ...(at === undefined ? {} : { at }) },
    );

  test('are placed on the owner, and on members whose grants stand', async () => {
    expect(await shard()).toEqual({
      placement: [{ member: 'ArchiveMSP', node: 'storage', shards: [0], bytes: 1_000 }],
    });
    await expect(shard({ replicas: 2 })).rejects.toThrowWithCode('invalid_argument', { members: 1 });
    await grant('lab-reads', 'LabMSP');
    expect(await shard({ replicas: 2, grants: ['lab-reads'] })).toMatchObject({
      placement: [{ member: 'ArchiveMSP' }, { member: 'LabMSP', node: 'storage', shards: [0] }],
    });
    expect([await node('ArchiveMSP'), await node('LabMSP')]).toMatchObject([{ placed: 1_000 }, { placed: 1_000 }]);
  });

  test('go to the emptier of two nodes, and from one that drains when they are placed anew', async () => {
    await grant('lab-reads', 'LabMSP');
    await register('lab', { node: 'spare', kind: 'training' });
    const both = { replicas: 2, grants: ['lab-reads'] };
    expect((await shard(both)).placement[1]).toMatchObject({ member: 'LabMSP', node: 'spare' });
    expect(await node('LabMSP', 'spare')).toMatchObject({ kind: 'training', placed: 1_000 });
    expect((await shard(both)).placement[1]).toMatchObject({ node: 'spare' });
    await register('lab', { node: 'spare', kind: 'training', state: 'draining' });
    expect((await hold(gateways.lab, { grant: 'lab-reads', node: 'spare' })).holdings).toMatchObject([
      { node: 'spare' },
    ]);
    expect((await shard(both)).placement[1]).toMatchObject({ node: 'storage' });
    expect([await node('LabMSP', 'spare'), await node('LabMSP')]).toMatchObject([{ placed: 0 }, { placed: 1_000 }]);
    await expect(hold(gateways.lab, { grant: 'lab-reads', node: 'spare' })).rejects.toThrowWithCode('not_authorised');
    await hold(gateways.lab, { grant: 'lab-reads' });
    // The node that had the copy before does not speak for the one that has it now.
    const left = { ...VERSES, node: 'spare', shards: [0], reason: 'moved' as const };
    expect(await consortium.world.submit('datasets:release', left, { as: gateways.lab })).toMatchObject({
      holdings: [{ node: 'storage', state: 'held' }],
    });
  });

  test('go nowhere without a node that is active and has room', async () => {
    await register('archive', { state: 'draining' });
    await expect(shard()).rejects.toThrowWithCode('wrong_state', { member: 'ArchiveMSP' });
    await register('archive', { capacity: 999 });
    await expect(shard()).rejects.toThrowWithCode('too_large', { index: 0, bytes: 1_000 });
    expect(await node('ArchiveMSP')).toMatchObject({ placed: 0 });
    await register('archive');
    await shard();
    await expect(register('archive', { capacity: 999 })).rejects.toThrowWithCode('wrong_state', { placed: 1_000 });
    await register('archive', { state: 'gone' });
    await expect(hold(gateways.archive)).rejects.toThrowWithCode('wrong_state', { node: 'storage' });
    await expect(
      consortium.world.submit(
        'datasets:registerNode',
        { operationId: operationId(), node: 'mine', kind: 'storage', capacity: 1, state: 'active' },
        { as: consortium.people.ann },
      ),
    ).rejects.toThrowWithCode('not_authorised');
  });

  test.each([
    ['a grant on another version', () => ({ grants: ['other'] }), 'not_authorised'],
    ['a grant that is not there', () => ({ grants: ['none'] }), 'not_found'],
    ['pages too many', () => ({ shards: FILES.slice(0, 2) }), 'invalid_argument'],
    ['a version that is not sealed', () => ({ version: 2 }), 'not_found'],
  ] as const)('not with %s', async (_, change, code) => {
    const steward = consortium.people.steward;
    await consortium.world.submit(
      'datasets:create',
      { operationId: operationId(), dataset: 'prose', title: 'prose', purpose: 'x' },
      { as: steward },
    );
    await consortium.seals('other', 1, [item(hers)]);
    await grant('other', 'LabMSP', null, { dataset: 'other', version: 1 });
    await expect(shard(change() as Partial<RequestOf<'datasets:shard'>>)).rejects.toThrowWithCode(code);
  });

  test('stay the files that they are, and are the owner’s to place', async () => {
    await shard();
    await expect(shard({ shards: [FILES[1]!] })).rejects.toThrowWithCode('already_registered');
    await expect(shard({}, await identity('LabMSP', { role: 'steward' }))).rejects.toThrowWithCode('not_authorised');
  });

  test('are not placed while an artist says no', async () => {
    const change = { operationId: operationId(), work: hers.sha256, preference: {} };
    await consortium.world.submit('artworks:setPreference', change, { as: consortium.people.ann });
    await expect(shard()).rejects.toThrowWithCode('consent_missing');
  });

  test('a member says for itself what it holds, and only what is placed on it', async () => {
    await grant('lab-reads', 'LabMSP');
    await grant('compute-reads', 'ComputeMSP');
    await shard({ replicas: 2, grants: ['lab-reads'] });
    expect(await hold(gateways.archive)).toMatchObject({ holdings: [{ member: 'ArchiveMSP', state: 'held' }] });
    await expect(hold(gateways.compute, { grant: 'compute-reads' })).rejects.toThrowWithCode('not_authorised');
    await expect(hold(gateways.lab)).rejects.toThrowWithCode('not_authorised');
    await expect(hold(gateways.lab, { grant: 'compute-reads' })).rejects.toThrowWithCode('not_authorised');
    const other = [{ index: 0, digest: FILES[1]!.digest }];
    await expect(hold(gateways.lab, { grant: 'lab-reads', shards: other })).rejects.toThrowWithCode('digest_mismatch');
    const { holdings } = await hold(gateways.lab, { grant: 'lab-reads' });
    expect(holdings).toMatchObject([{ member: 'LabMSP', digest: FILES[0]!.digest }]);
    expect(await hold(gateways.lab, { grant: 'lab-reads' })).toEqual({ holdings });
    await expect(hold(consortium.people.steward)).rejects.toThrowWithCode('not_authorised');
  });

  test('a grant that has ended lets nobody hold', async () => {
    await grant('lab-reads', 'LabMSP', Date.now() + DAY);
    await shard({ replicas: 2, grants: ['lab-reads'] });
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 2 * DAY);
    await expect(hold(gateways.lab, { grant: 'lab-reads' }, Date.now())).rejects.toThrowWithCode('not_authorised');
    clock.mockRestore();
  });

  test('what is released may be held again; what was never held is not released', async () => {
    await shard();
    const release = (as: TestIdentity, reason: 'moved' | 'erased') =>
      consortium.world.submit('datasets:release', { ...VERSES, node: 'storage', shards: [0], reason }, { as });
    await expect(release(gateways.archive, 'moved')).rejects.toThrowWithCode('not_authorised');
    await hold(gateways.archive);
    await expect(release(gateways.lab, 'moved')).rejects.toThrowWithCode('not_authorised');
    const released = await release(gateways.archive, 'moved');
    expect(released).toMatchObject({ holdings: [{ state: 'released', reason: 'moved' }] });
    expect(await release(gateways.archive, 'erased')).toEqual(released);
    const { holdings } = await hold(gateways.archive);
    expect(holdings[0]).toMatchObject({ state: 'held' });
    expect(holdings[0]).not.toHaveProperty('reason');
  });

  test('a shard that holds an erased work is held by nobody any more', async () => {
    await shard();
    const erase = { operationId: operationId(), work: hers.sha256 };
    await consortium.world.submit('artworks:erase', erase, { as: consortium.people.ann });
    await expect(hold(gateways.archive)).rejects.toThrowWithCode('wrong_state', { work: hers.sha256 });
  });
});
