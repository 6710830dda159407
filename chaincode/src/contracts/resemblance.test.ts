import { sha256Hex, type Resemblance, type WorkEntry } from '@llmchain/protocol';
import { identity } from '../../../test/support/identities';
import { operationId, TestConsortium, work } from '../../../test/support/consortium';

const image = (content: string, bits: string): WorkEntry => ({
  ...work(content, ['ann'], 'allowed'),
  medium: 'image',
  fingerprint: { method: 'phash-64', bits },
});

const FIRST = image('first', '00000000000000ff');
const COPY = image('copy', '00000000000000fe');
const OTHER = image('other', 'ffffffff00000000');
const PLAIN = work('plain', ['ann'], 'allowed');

describe('works that are alike', () => {
  let consortium: TestConsortium;
  beforeEach(async () => {
    consortium = await TestConsortium.founded();
    await consortium.registers(consortium.people.ann, [FIRST, COPY, OTHER, PLAIN]);
  });

  const flag = async (works: [WorkEntry, WorkEntry], member = 'LabMSP'): Promise<Resemblance> => {
    const [a, b] = works;
    const as = await identity(member, { role: 'service' });
    return consortium.world.submit('artworks:flag', { work: a.sha256, other: b.sha256 }, { as });
  };

  test('are flagged by anyone, once, whichever is named first', async () => {
    const flagged = await flag([FIRST, COPY]);
    const [first, second] = [FIRST.sha256, COPY.sha256].sort();
    expect(flagged).toMatchObject({ first, second, method: 'phash-64', differing: 1, owner: { member: 'LabMSP' } });
    expect(await flag([COPY, FIRST], 'ArchiveMSP')).toEqual(flagged);
  });

  test('what is not alike is refused, with the distance that the ledger finds', async () => {
    await expect(flag([FIRST, OTHER])).rejects.toThrowWithCode('wrong_state', { differing: 40 });
    await expect(flag([FIRST, PLAIN])).rejects.toThrowWithCode('wrong_state', { differing: null });
    await expect(flag([FIRST, FIRST])).rejects.toThrowWithCode('invalid_argument');
    await expect(flag([FIRST, work('nowhere', ['ann'], 'allowed')])).rejects.toThrowWithCode('not_found');
  });

  test('what names the other is told already', async () => {
    const { ann } = consortium.people;
    const near = '00000000000000fd';
    const derived = { ...image('derived', near), derivedFrom: FIRST.sha256 };
    const said = { ...image('said', near), resembles: [FIRST.sha256] };
    await consortium.registers(ann, [derived, said]);
    for (const each of [derived, said]) {
      await expect(flag([FIRST, each])).rejects.toThrowWithCode('wrong_state');
      await expect(flag([each, FIRST])).rejects.toThrowWithCode('wrong_state');
    }
    expect(await flag([derived, COPY])).toMatchObject({ differing: 2 });
  });

  test('a repetition by another operation finds the same', async () => {
    await expect(
      consortium.world.submit(
        'artworks:register',
        { operationId: operationId(), works: [{ ...FIRST, sha256: sha256Hex('more') }] },
        { as: consortium.people.ann },
      ),
    ).resolves.toMatchObject({ works: [sha256Hex('more')] });
    expect(await flag([FIRST, { ...FIRST, sha256: sha256Hex('more') }])).toMatchObject({ differing: 0 });
  });
});
