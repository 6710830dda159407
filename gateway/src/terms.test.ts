import { termsDigest } from '@llmchain/protocol';
import { work } from '../../test/support/consortium';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import { NEIGHBOUR_HEADER } from '../../test/support/gateway-peers';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';

const VERSE = work('a private verse', ['ann'], 'constrained');
const TEXT = 'No parody.\n\tNot in Bohemia; the fee is 12,000 crowns.';

describe('private terms', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let guild: TestMember;
  let archive: TestMember;
  let lab: TestMember;
  let ann: string;
  let steward: string;
  let trainer: string;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'GuildMSP', 'ArchiveMSP', 'LabMSP');
    [guild, archive, lab] = ['GuildMSP', 'ArchiveMSP', 'LabMSP'].map((id) => consortium.members.get(id)!) as [
      TestMember,
      TestMember,
      TestMember,
    ];
    await consortium.consortium.registers(consortium.consortium.people.ann, [VERSE]);
    ann = (await guild.key('artist', 'ann')).key;
    steward = (await archive.key('steward', 'archivist')).key;
    trainer = (await lab.key('trainer', 'teacher')).key;
  }, 30_000);
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  const offer = (licence: string, more: object = {}) => ({
    licence,
    works: [VERSE.sha256],
    licensee: 'ArchiveMSP',
    uses: ['generative_training'],
    from: 0,
    until: null,
    price: 0,
    weight: 100,
    terms: { text: TEXT },
    ...more,
  });
  const read = (member: TestMember, key: string, id: string) => member.call(key, 'GET', `/v1/licences/${id}/terms`);
  const accept = (member: TestMember, key: string, id: string, terms?: unknown) =>
    member.call(key, 'POST', `/v1/licences/${id}/accept`, terms === undefined ? {} : { terms });

  test('are offered, read by whom they are for, named and accepted; the ledger has their digest alone', async () => {
    const body = { ...offer('one'), operationId: 'offer-one' };
    const offered = await guild.call(ann, 'POST', '/v1/licences', body);
    expect(offered.status).toBe(201);
    const terms = offered.body['terms'] as string;
    expect((await guild.call(ann, 'POST', '/v1/licences', body)).body['terms']).toBe(terms);

    const shown = await read(archive, steward, 'one');
    expect(shown).toMatchObject({ status: 200, body: { licence: 'one', terms, text: TEXT } });
    const { salt, text } = shown.body as { salt: string; text: string };
    expect(termsDigest({ salt, text })).toBe(terms);
    expect((await read(guild, ann, 'one')).body).toEqual(shown.body);

    expect((await accept(archive, steward, 'one')).body).toMatchObject({ code: 'digest_mismatch', details: { terms } });
    expect((await accept(archive, steward, 'one', 'ab'.repeat(32))).body['code']).toBe('digest_mismatch');
    const accepted = await accept(archive, steward, 'one', terms);
    expect(accepted).toMatchObject({ status: 200, body: { state: 'active', acceptedBy: 'ArchiveMSP', terms } });

    const world = [...consortium.ledger.world.state.values()].map((value) => Buffer.from(value).toString()).join();
    expect(world).toContain(terms);
    for (const secret of [TEXT, 'Bohemia', salt]) expect(world).not.toContain(secret);
    for (const { bucket } of [guild, archive]) {
      const kept = await bucket.get(`terms/${terms}`);
      expect(kept.toString('latin1')).not.toContain('Bohemia');
    }
  });

  test('stay with who accepted when the licensor is away and the licence is over', async () => {
    await guild.call(ann, 'POST', '/v1/licences/one/revoke', {});
    const url = consortium.peerApis.get('GuildMSP')!;
    consortium.peerApis.delete('GuildMSP');
    try {
      expect(await read(archive, steward, 'one')).toMatchObject({ status: 200, body: { text: TEXT } });
    } finally {
      consortium.peerApis.set('GuildMSP', url);
    }
  });

  test('are for nobody else: neither other members, nor other people of the same one', async () => {
    await guild.call(ann, 'POST', '/v1/licences', offer('two'));
    for (const [member, key] of [
      [lab, trainer],
      [guild, (await guild.key('artist', 'ben')).key],
      [guild, (await guild.key('trainer', 'tim')).key],
    ] as const)
      expect(await read(member, key, 'two')).toMatchObject({ status: 403, body: { code: 'not_authorised' } });
    const peer = async (member: string, id = 'two') =>
      (
        await fetch(`${consortium.peerApis.get('GuildMSP')!}/peer/v1/licences/${id}/terms`, {
          headers: { [NEIGHBOUR_HEADER]: member },
        })
      ).status;
    expect([await peer('LabMSP'), await peer('ArchiveMSP'), await peer('ArchiveMSP', 'nothing')]).toEqual([
      403, 200, 404,
    ]);
    await guild.call(ann, 'POST', '/v1/licences/two/revoke', {});
    expect(await peer('ArchiveMSP')).toBe(403);
    const digest = (await guild.call(ann, 'GET', '/v1/licences/two')).body['terms'] as string;
    const content = await fetch(`${consortium.peerApis.get('GuildMSP')!}/peer/v1/content/${digest}`, {
      headers: { [NEIGHBOUR_HEADER]: 'ArchiveMSP' },
    });
    expect(content.status).toBe(404);
  });

  test('of an offer to everyone are for every member', async () => {
    await guild.call(ann, 'POST', '/v1/licences', offer('three', { licensee: '*' }));
    expect(await read(lab, trainer, 'three')).toMatchObject({ status: 200, body: { text: TEXT } });
  });

  test('cannot be accepted unseen: without the licensor’s gateway nothing is submitted', async () => {
    const { body } = await guild.call(ann, 'POST', '/v1/licences', offer('four'));
    const url = consortium.peerApis.get('GuildMSP')!;
    consortium.peerApis.delete('GuildMSP');
    const before = consortium.ledger.submitted.length;
    try {
      expect(await accept(archive, steward, 'four', body['terms'])).toMatchObject({
        status: 503,
        body: { code: 'unavailable' },
      });
    } finally {
      consortium.peerApis.set('GuildMSP', url);
    }
    expect(consortium.ledger.submitted).toHaveLength(before);
  });

  test('that were exchanged elsewhere are handed in at acceptance', async () => {
    const terms = { salt: '0f'.repeat(32), text: 'By letter.' };
    await guild.call(ann, 'POST', '/v1/licences', offer('five', { terms: termsDigest(terms) }));
    expect((await read(archive, steward, 'five')).status).toBe(404);
    expect((await accept(archive, steward, 'five', termsDigest(terms))).body['code']).toBe('not_found');
    expect((await accept(archive, steward, 'five', { ...terms, text: 'By letter!' })).body['code']).toBe(
      'digest_mismatch',
    );
    expect((await accept(archive, steward, 'five', terms)).status).toBe(200);
    expect(await read(archive, steward, 'five')).toMatchObject({ status: 200, body: terms });
  });

  test.each([
    ['no text', { text: '' }],
    ['an escape sequence', { text: '\u001b[2J' }],
    ['a salt that is none', { text: 'a', salt: 'short' }],
    ['something else', 7],
  ])('%s is refused', async (_, terms) => {
    expect((await guild.call(ann, 'POST', '/v1/licences', offer('never', { terms }))).body['code']).toBe(
      'invalid_argument',
    );
  });
});
