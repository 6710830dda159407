import { setTimeout as delay } from 'node:timers/promises';
import { LlmchainError, sha256Hex, type Preference, type Refusal } from '@llmchain/protocol';
import { z } from 'zod';
import type { MemberApi } from '../../cli/src/api/member-api';
import { decide } from '../../cli/src/consortium/decide';
import { everywhere, Placed, settled } from '../../cli/src/consortium/settled';
import { sonnets } from '../../cli/src/demo/sonnets';
import { train } from '../../cli/src/demo/train';
import { refusalOf, untilServed } from '../../cli/src/demo/verses';
import { Scenario } from './support/consortium';

const Anything = z.looseObject({});
const DATASET = 'verses';
const TAINTS = ['datasets/verses/versions/1', 'training/jobs/poet-1', 'models/poet/versions/1'];
/** The router must not serve what is tainted longer than this after the commit, ms. */
const AT_MOST = 2_000;

/** What an artist owns, what they allow, and what follows from it: from REST to the ledger to the index and back. */
describe('rights in works, on a real network', () => {
  let scenario: Scenario;
  let artist: MemberApi;
  let caller: MemberApi;
  let steward: MemberApi;
  let texts: { id: string; title: string; text: string }[];

  beforeAll(async () => {
    scenario = await Scenario.up(30_000);
    artist = await scenario.someone('guild', 'artist', 'fair-youth');
    steward = await scenario.someone('archive', 'steward', 'archivist');
    texts = (await sonnets()).slice(0, 40).map(({ title, text }) => ({ id: sha256Hex(text), title, text }));
    const issue = ['artist:GuildMSP:rival-poet', 'member:ArchiveMSP', 'member:LabMSP'].map((account) => ({
      account: account as 'member:LabMSP',
      amount: 1_000_000,
    }));
    await decide(scenario.members, 'money', { kind: 'issue', grants: issue, reason: 'a start' });
  });
  afterAll(() => scenario.reset());

  const registers = (works: typeof texts, preference: Preference) =>
    settled(scenario.members, artist, '/v1/artworks', {
      works: works.map(({ title, text }) => ({
        title,
        medium: 'text',
        creators: [{ person: 'fair-youth', share: 10_000 }],
        preference,
        content: { text },
      })),
    });
  const prefers = async (preference: Preference): Promise<number> => {
    const body = { preference };
    const { block } = await artist.call('PUT /v1/artworks/{id}/preference', { params: { id: texts[0]!.id }, body });
    return block;
  };
  /** How long after it was committed a change shows in what the caller is answered, ms. */
  async function untilRefusal(code: string | undefined): Promise<number> {
    const committed = performance.now();
    for (;;) {
      const refusal = await refusalOf(caller, 'poet');
      const took = performance.now() - committed;
      if (refusal === code) return took;
      if (took > 30_000) throw new Error(`still ${refusal ?? 'answered'}, not ${code ?? 'answered'}`);
    }
  }
  async function untilTaints(state: string): Promise<void> {
    const seen = (): Promise<string[]> =>
      Promise.all(
        TAINTS.map((path) =>
          caller.get(`/v1/${path}/taint`, z.looseObject({ state: z.string() })).then(
            (taint) => taint.state,
            (error: unknown) => (error as LlmchainError).code,
          ),
        ),
      );
    for (let left = 100; left > 0 && (await seen()).some((each) => each !== state); left--) await delay(300);
    expect(await seen()).toEqual(TAINTS.map(() => state));
  }
  const standing = async (path: string): Promise<Refusal[]> => {
    const { offences } = await caller.get(
      `/v1/${path}/standing`,
      z.looseObject({ offences: z.array(z.looseObject({ reason: z.string() })) }),
    );
    return [...new Set(offences.map(({ reason }) => reason as Refusal))];
  };

  test('works are registered and a model is trained on them, approved and served', async () => {
    await registers(texts, { generative_training: 'allowed' });
    await settled(scenario.members, steward, '/v1/datasets', { dataset: DATASET, title: 'Verses', purpose: 'A poet' });
    const items = texts.map(({ id }) => ({ work: id, spdx: 'CC0-1.0' }));
    await settled(scenario.members, steward, `/v1/datasets/${DATASET}/versions`, { version: 1, items });
    const trainer = await scenario.someone('lab', 'trainer', 'trainer');
    const order = { gateway: trainer.url, key: trainer.credentials.apiKey, dataset: 'verses@1', model: 'poet@1' };
    const { block } = await train({ ...order, job: 'poet-1', title: 'A poet', threads: 2, steps: 10 }, () => undefined);
    await everywhere(scenario.members, block);
    for (const name of ['guild', 'archive', 'lab'])
      await settled(scenario.members, scenario.member(name).admin, '/v1/models/poet/versions/1/approve', {});
    caller = await scenario.someone('archive', 'caller', 'reader', 5_000_000);
    await untilServed(caller, 'poet@1');
    expect(await refusalOf(caller, 'poet')).toBeUndefined();
  });

  test('an artist says no: the router stops within two seconds of the commit, and the ledger is told edge by edge', async () => {
    await prefers({});
    expect(await untilRefusal('tainted')).toBeLessThan(AT_MOST);
    expect(await standing('models/poet/versions/1')).toEqual(['not_allowed']);
    await untilTaints('tainted');
    const motion = { kind: 'alias' as const, model: 'poet', alias: 'production' as const, version: 1 };
    await expect(decide(scenario.members, 'too-late', motion)).rejects.toThrowWithCode('tainted');
    const trace = await caller.call('GET /v1/trace/{id}', {
      params: { id: texts[0]!.id },
      query: { direction: 'down' },
    });
    expect(trace.nodes.map(({ type }) => type)).toEqual(expect.arrayContaining(['dataset', 'job', 'model', 'taint']));
  });

  test('and says yes again: what rested on the work is served, and the taint is lifted from the top down', async () => {
    await prefers({ generative_training: 'allowed' });
    expect(await untilRefusal(undefined)).toBeLessThan(2 * AT_MOST);
    await untilTaints('lifted');
  });

  test('a dispute suspends what rests on the work until the members dismiss it', async () => {
    const dispute = { dispute: 'whose', work: texts[0]!.id, grounds: 'authorship', evidence: sha256Hex('a letter') };
    await settled(scenario.members, steward, '/v1/disputes', dispute);
    await untilRefusal('tainted');
    expect(await standing('models/poet/versions/1')).toEqual(['disputed']);
    await untilTaints('tainted');
    await expect(artist.post('/v1/disputes', { ...dispute, dispute: 'mine' }, Anything)).rejects.toThrowWithCode(
      'invalid_argument',
    );
    await decide(scenario.members, 'whose-it-is', {
      kind: 'settleDispute',
      dispute: 'whose',
      outcome: 'dismissed',
      reason: 'no proof',
    });
    await untilRefusal(undefined);
    // Until the last edge is lifted, a worker that reads it on the ledger refuses.
    await untilTaints('lifted');
    expect(await caller.call('GET /v1/disputes/{id}', { params: { id: 'whose' } })).toMatchObject({
      state: 'dismissed',
    });
  });

  test('of two buyers at once exactly one wins and pays; ownership and every trade can be looked up', async () => {
    const work = texts[1]!.id;
    const sale = { sale: 'sonnet', work, seller: 'artist:GuildMSP:fair-youth', share: 10_000, ownership: true };
    await settled(scenario.members, artist, '/v1/sales', { ...sale, price: 700, until: null });
    const buyers = ['archive', 'lab'] as const;
    const tries = await Promise.allSettled(
      buyers.map((name) =>
        scenario
          .member(name)
          .admin.post('/v1/sales/sonnet/buy', { account: `member:${scenario.member(name).mspId}` }, Placed),
      ),
    );
    const won = tries.findIndex(({ status }) => status === 'fulfilled');
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = tries.find((each) => each.status === 'rejected');
    expect(['wrong_state', 'conflict']).toContain((lost?.reason as LlmchainError).code);
    const winner = `member:${scenario.member(buyers[won]!).mspId}`;
    await everywhere(scenario.members, (tries[won] as PromiseFulfilledResult<{ block: number }>).value.block);
    const balances = await Promise.all(
      buyers.map((name) =>
        caller.get(`/v1/accounts/member:${scenario.member(name).mspId}`, z.looseObject({ balance: z.number() })),
      ),
    );
    expect(Math.abs(balances[0]!.balance - balances[1]!.balance) % 1_000_000).not.toBe(0);
    const history = await caller.call('GET /v1/artworks/{id}/history', { params: { id: work } });
    expect(history.versions.map((version) => version.record.shares)).toEqual([
      [{ holder: 'artist:GuildMSP:fair-youth', share: 10_000 }],
      [{ holder: winner, share: 10_000 }],
    ]);
    expect(history.sales).toMatchObject([{ sale: 'sonnet', state: 'sold', soldTo: winner, price: 700 }]);
    await expect(
      artist.call('PUT /v1/artworks/{id}/preference', { params: { id: work }, body: { preference: {} } }),
    ).rejects.toThrowWithCode('not_authorised');
    expect(await refusalOf(caller, 'poet')).toBeUndefined();
  });

  test('a licence that ends takes its works with it, and the gateway of its grantor says so on the ledger', async () => {
    const verse = { id: sha256Hex('a verse of its own'), title: 'Lent', text: 'a verse of its own' };
    await registers([verse], { generative_training: 'constrained' });
    const licence = { licence: 'lent', works: [verse.id], licensee: '*', uses: ['generative_training'] };
    const terms = { from: 0, until: Date.now() + 20_000, price: 0, weight: 100, exclusive: false };
    await settled(scenario.members, artist, '/v1/licences', { ...licence, ...terms });
    await settled(scenario.members, steward, '/v1/licences/lent/accept', {});
    await settled(scenario.members, steward, '/v1/datasets', { dataset: 'lent', title: 'Lent', purpose: 'A while' });
    const items = [{ work: verse.id, licence: 'lent', spdx: 'CC0-1.0' }];
    await settled(scenario.members, steward, '/v1/datasets/lent/versions', { version: 1, items });
    expect(await standing('datasets/lent/versions/1')).toEqual([]);
    await delay(Math.max(0, terms.until - Date.now()));
    expect(await standing('datasets/lent/versions/1')).toEqual(['licence_not_in_force']);
    const state = async () => (await caller.call('GET /v1/licences/{id}', { params: { id: 'lent' } })).state;
    for (let left = 200; left > 0 && (await state()) === 'active'; left--) await delay(300);
    expect(await state()).toBe('expired');
    await expect(steward.post('/v1/licences/lent/accept', {}, Anything)).rejects.toThrowWithCode('wrong_state');
  });
});
