import type { WorkEntry } from '@llmchain/protocol';
import { item, operationId, TestConsortium, work } from '../../../test/support/consortium';

describe('works, licences and datasets, through the dispatcher of fabric-shim', () => {
  let consortium: TestConsortium;
  beforeEach(async () => {
    consortium = await TestConsortium.founded();
  });

  const offer = (works: readonly WorkEntry[], change: object = {}) => ({
    operationId: operationId(),
    licence: 'verses',
    works: works.map(({ sha256 }) => sha256),
    licensee: '*',
    uses: ['generative_training' as const],
    from: 0,
    until: null,
    price: 0,
    weight: 200,
    ...change,
  });

  test('the same content cannot be registered twice, and the holder is named', async () => {
    const { will, ann } = consortium.people;
    await consortium.registers(will, [work('one', ['will'])]);
    await expect(consortium.registers(ann, [work('one', ['ann'])])).rejects.toThrowWithCode('already_registered', {
      owner: { member: 'GuildMSP', person: 'will' },
    });
  });

  test('shares that do not sum to 10,000 are refused with a pointer', async () => {
    const bad = { ...work('one', ['will']), creators: [{ person: 'will', share: 9_999 }] };
    await expect(consortium.registers(consortium.people.will, [bad])).rejects.toThrowWithCode('invalid_argument', {
      issues: [{ pointer: '/works/0/creators', message: 'shares must sum to 10,000' }],
    });
  });

  test('a dataset is refused while some of its works say no, names every offender, and is sealed without them', async () => {
    const { will } = consortium.people;
    const yes = work('yes', ['will'], 'allowed');
    const no = work('no', ['will'], 'not_allowed');
    const silent = work('silent', ['will']);
    const asks = work('asks', ['will'], 'constrained');
    await consortium.registers(will, [yes, no, silent, asks]);
    await expect(
      consortium.seals(
        'verses',
        1,
        [yes, no, silent, asks].map((entry) => item(entry)),
      ),
    ).rejects.toThrowWithCode('consent_missing', {
      items: expect.arrayContaining([
        { item: no.sha256, reason: 'not_allowed' },
        { item: silent.sha256, reason: 'not_allowed' },
        { item: asks.sha256, reason: 'licence_missing' },
      ]),
    });
    await consortium.world.submit('artworks:offerLicence', offer([asks]), { as: will });
    await expect(consortium.seals('others', 1, [item(yes), item(asks, 'verses')])).rejects.toThrowWithCode(
      'consent_missing',
      {
        items: [{ item: asks.sha256, reason: 'licence_not_in_force' }],
      },
    );
    await consortium.world.submit(
      'artworks:acceptLicence',
      { operationId: operationId(), licence: 'verses' },
      { as: consortium.people.steward },
    );
    await expect(consortium.seals('third', 1, [item(yes), item(asks, 'verses')])).resolves.toBeUndefined();
  });

  test('what is taken back between a page and its seal stops the seal', async () => {
    const { will, steward } = consortium.people;
    const verse = work('verse', ['will'], 'allowed');
    await consortium.registers(will, [verse]);
    const { world } = consortium;
    await world.submit(
      'datasets:create',
      { operationId: operationId(), dataset: 'd', title: 'd', purpose: 'p' },
      { as: steward },
    );
    const { root } = await world.submit(
      'datasets:addPage',
      { operationId: operationId(), dataset: 'd', version: 1, index: 0, items: [item(verse)] },
      { as: steward },
    );
    await world.submit(
      'artworks:setPreference',
      { operationId: operationId(), work: verse.sha256, preference: {} },
      { as: will },
    );
    await expect(
      world.submit(
        'datasets:seal',
        { operationId: operationId(), dataset: 'd', version: 1, pages: 1, root },
        { as: steward },
      ),
    ).rejects.toThrowWithCode('consent_missing');
  });

  test('a sealed version names its reports by their digests', async () => {
    const { will, steward } = consortium.people;
    const verse = work('verse', ['will'], 'allowed');
    await consortium.registers(will, [verse]);
    const { world } = consortium;
    const own = { dataset: 'd', version: 1 };
    await world.submit(
      'datasets:create',
      { operationId: operationId(), dataset: 'd', title: 'd', purpose: 'p' },
      { as: steward },
    );
    const page = { operationId: operationId(), ...own, index: 0, items: [item(verse)] };
    const { root } = await world.submit('datasets:addPage', page, { as: steward });
    const reports = { cleaning: '1'.repeat(64), annotations: ['2'.repeat(64)], diversity: '3'.repeat(64) };
    const seal = { operationId: operationId(), ...own, pages: 1, root };
    await expect(
      world.submit('datasets:seal', { ...seal, cleaning: 'a report' }, { as: steward }),
    ).rejects.toThrowWithCode('invalid_argument');
    await expect(world.submit('datasets:seal', { ...seal, ...reports }, { as: steward })).resolves.toMatchObject(
      reports,
    );
  });

  test('a model cannot be registered on consent that was withdrawn after the seal', async () => {
    const { will } = consortium.people;
    const verse = work('verse', ['will'], 'allowed');
    await consortium.registers(will, [verse]);
    await consortium.seals('d', 1, [item(verse)]);
    await consortium.world.submit(
      'artworks:setPreference',
      { operationId: operationId(), work: verse.sha256, preference: {} },
      { as: will },
    );
    await expect(
      consortium.registersModel('d', [{ work: verse, weight: 100, tokens: verse.bytes }]),
    ).rejects.toThrowWithCode('consent_missing');
  });

  test('a licence of one artist covers no work of another', async () => {
    const { will, ann, steward } = consortium.people;
    const wills = work('his', ['will'], 'constrained');
    const anns = work('hers', ['ann'], 'constrained');
    await consortium.registers(will, [wills]);
    await consortium.registers(ann, [anns]);
    await expect(consortium.world.submit('artworks:offerLicence', offer([anns]), { as: will })).rejects.toThrowWithCode(
      'not_authorised',
    );
    await consortium.world.submit('artworks:offerLicence', offer([wills]), { as: will });
    await consortium.world.submit(
      'artworks:acceptLicence',
      { operationId: operationId(), licence: 'verses' },
      { as: steward },
    );
    await expect(consortium.seals('d', 1, [item(anns, 'verses')])).rejects.toThrowWithCode('consent_missing', {
      items: [{ item: anns.sha256, reason: 'licence_not_of_owner' }],
    });
  });

  test('a priced licence moves money from the treasury to the artist, or nothing happens', async () => {
    const { will, steward } = consortium.people;
    const verse = work('verse', ['will'], 'constrained');
    await consortium.registers(will, [verse]);
    await consortium.world.submit('artworks:offerLicence', offer([verse], { price: 700 }), { as: will });
    const accept = () =>
      consortium.world.submit(
        'artworks:acceptLicence',
        { operationId: operationId(), licence: 'verses' },
        { as: steward },
      );
    await expect(accept()).rejects.toThrowWithCode('insufficient_credits', { available: 0, needed: 700 });
    await consortium.decide('money', {
      kind: 'issue',
      grants: [{ account: 'member:ArchiveMSP', amount: 1_000 }],
      reason: 'start',
    });
    await accept();
    const account = (name: 'member:ArchiveMSP' | 'artist:GuildMSP:will') =>
      consortium.world.submit('credits:account', { account: name }, { as: will });
    expect((await account('member:ArchiveMSP')).balance).toBe(300);
    expect(await account('artist:GuildMSP:will')).toMatchObject({ balance: 0, waiting: 700 });
  });

  test('an operation id repeats its first answer, and refuses another request', async () => {
    const { will } = consortium.people;
    const id = operationId();
    const once = { operationId: id, works: [work('one', ['will'])] };
    const first = await consortium.world.submit('artworks:register', once, { as: will });
    expect(await consortium.world.submit('artworks:register', once, { as: will })).toEqual(first);
    await expect(
      consortium.world.submit('artworks:register', { operationId: id, works: [work('two', ['will'])] }, { as: will }),
    ).rejects.toThrowWithCode('conflict');
  });

  test.each([
    ['malformed JSON', '{"operationId":', 'invalid_argument'],
    ['an unknown field', JSON.stringify({ operationId: 'operation-x', works: [], extra: 1 }), 'invalid_argument'],
    ['no works', JSON.stringify({ operationId: 'operation-x', works: [] }), 'invalid_argument'],
    ['a list', '[]', 'invalid_argument'],
  ])('%s is refused with a code', async (_what, request, code) => {
    await expect(
      consortium.world.raw('artworks:register', [request], { as: consortium.people.will }),
    ).rejects.toThrowWithCode(code);
  });

  test('a transaction that does not exist is not_supported', async () => {
    await expect(consortium.world.raw('artworks:burn', ['{}'], { as: consortium.people.will })).rejects.toThrowWithCode(
      'not_supported',
    );
  });

  test('a proposal from another time is refused', async () => {
    const { will } = consortium.people;
    const late = { operationId: operationId(), works: [work('one', ['will'])] };
    await expect(
      consortium.world.submit('artworks:register', late, { as: will, at: Date.now() + 60_000 }),
    ).rejects.toThrowWithCode('clock_skew');
    await expect(
      consortium.world.submit('artworks:register', late, { as: will, at: Date.now() - 600_000 }),
    ).rejects.toThrowWithCode('clock_skew');
  });
});
