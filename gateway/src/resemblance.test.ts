import { encodeSignature, sha256Hex, type Resemblance, type WorkEntry } from '@llmchain/protocol';
import { work } from '../../test/support/consortium';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';

/** A text of which so many of 128 values differ from those of version 0. */
const text = (name: string, version: number, more: Partial<WorkEntry> = {}): WorkEntry => ({
  ...work(name, [], 'allowed'),
  fingerprint: {
    method: 'minhash-128',
    signature: encodeSignature(Uint32Array.from({ length: 128 }, (_, at) => (at < version ? 9_000 + at : at))),
  },
  ...more,
});

describe('works registered at the same moment', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let guild: TestMember;
  let archive: TestMember;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'GuildMSP', 'ArchiveMSP');
    guild = consortium.members.get('GuildMSP')!;
    archive = consortium.members.get('ArchiveMSP')!;
  }, 30_000);
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  /** As a gateway does it that has not seen the other, or does not want to. */
  const registers = async (member: TestMember, person: string, works: WorkEntry[]): Promise<void> => {
    const ledger = await member.ports.ledgers.as({ key: `key-${person}`, role: 'artist', name: person });
    const entries = works.map((each) => ({ ...each, creators: [{ person, share: 10_000 }] }));
    await ledger.submit('artworks:register', { operationId: `op-${sha256Hex(works[0]!.title)}`, works: entries });
  };
  const flags = async (member: TestMember, id: string): Promise<Resemblance[]> => {
    const { key } = await member.key('caller', 'reader');
    return (await member.call(key, 'GET', `/v1/artworks/${id}/resemblances`)).body['data'] as Resemblance[];
  };
  const submitted = (): number => consortium.ledger.submitted.filter(({ name }) => name === 'artworks:flag').length;

  test('are flagged by the member of the earlier one, and only once', async () => {
    const [earlier, later] = [text('one', 0), text('two', 20)].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)) as [
      WorkEntry,
      WorkEntry,
    ];
    await registers(guild, 'ann', [earlier]);
    await registers(archive, 'eve', [later]);
    await guild.gateway.flag();
    const found = { first: earlier.sha256, second: later.sha256, method: 'minhash-128', differing: 20 };
    for (const [member, id] of [
      [guild, earlier.sha256],
      [archive, later.sha256],
    ] as const)
      expect(await flags(member, id)).toMatchObject([{ ...found, owner: { member: 'GuildMSP' } }]);
    expect(submitted()).toBe(1);
    await archive.gateway.flag();
    await guild.gateway.flag();
    expect(submitted()).toBe(1);
  });

  test('are flagged by another member when that one does not', async () => {
    const [earlier, later] = [text('three', 64), text('four', 70)].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)) as [
      WorkEntry,
      WorkEntry,
    ];
    // As if it were a gateway that had never looked: the bookmark lies behind these works.
    await archive.ports.bookmarks.put('resemblance', { block: -1, work: '' });
    await registers(guild, 'ann', [earlier]);
    await registers(guild, 'ben', [later]);
    await archive.gateway.flag();
    expect(await flags(guild, later.sha256)).toMatchObject([{ owner: { member: 'ArchiveMSP' }, differing: 6 }]);
  });

  test('a person flags, too, and the ledger says what is not alike', async () => {
    const { key } = await guild.key('artist', 'ann');
    await registers(guild, 'ann', [text('five', 100), text('six', 128)]);
    const [work, other] = [sha256Hex('five'), sha256Hex('six')];
    const flagged = await guild.call(key, 'POST', '/v1/resemblances', { work, other });
    expect(flagged).toMatchObject({ status: 200, body: { method: 'minhash-128', differing: 28 } });
    const { first, second } = flagged.body;
    const read = await guild.call(key, 'GET', `/v1/resemblances/${String(first)}/${String(second)}`);
    expect(read).toMatchObject({ status: 200, body: { differing: 28 } });
    const unlike = await guild.call(key, 'POST', '/v1/resemblances', { work: sha256Hex('one'), other });
    expect(unlike).toMatchObject({ status: 409, body: { code: 'wrong_state', details: { differing: 128 } } });
  });
});
