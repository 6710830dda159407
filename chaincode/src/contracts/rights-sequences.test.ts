import type { Account, RequestOf, SubmitName } from '@llmchain/protocol';
import fc from 'fast-check';
import { Books } from '../../../test/support/books';
import { item, operationId, TestConsortium, work } from '../../../test/support/consortium';
import { identity, type TestIdentity } from '../../../test/support/identities';
import { pageRoot } from '../rules/dataset';

/** What a test knows of a work without asking the ledger. */
interface Known {
  id: string;
  text: string;
  owner: Account;
  owners: Account[];
  shares: Map<Account, number>;
  permission: 'allowed' | 'constrained' | 'not_allowed';
  withdrawn: boolean;
  disputes: Set<string>;
}
interface Licensed {
  id: string;
  work: string;
  grantor: Account;
  /** `*` for all. */
  licensee: string;
  state: 'offered' | 'active' | 'over';
  irrevocable: boolean;
  until: number;
}
interface Model {
  works: Known[];
  licences: Licensed[];
  sales: { id: string; work: string }[];
  disputes: { id: string; work: string }[];
  /** Pages that were added, each of a dataset of its own, and whether it was sealed. */
  pages: { dataset: string; root: string; items: { known: Known; licence: Licensed | undefined }[]; sealed: boolean }[];
}

const MONEY = 4_000;
const BUYERS: readonly Account[] = [
  'artist:GuildMSP:will',
  'artist:GuildMSP:ann',
  'member:ArchiveMSP',
  'member:LabMSP',
];
const REFUSED =
  /^(wrong_state|insufficient_credits|not_authorised|licence_expired|consent_missing|invalid_argument|too_large)$/;
const seen = new Map<string, number>();
const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
let datasets = 0;

/** Whether the archive may train on a work, said a second time and in other words than the rule. */
function mayUse(known: Known, licence: Licensed | undefined, now: number): boolean {
  const covered =
    licence?.state === 'active' &&
    now < licence.until &&
    licence.work === known.id &&
    (licence.licensee === '*' || licence.licensee === 'ArchiveMSP') &&
    known.owners.includes(licence.grantor);
  if (known.disputes.size > 0) return false;
  if (covered && licence.irrevocable) return true;
  if (known.withdrawn || known.permission === 'not_allowed') return false;
  return licence ? covered : known.permission === 'allowed';
}

describe('rights, whatever is done in whatever order', () => {
  let consortium: TestConsortium;
  let start: Map<string, Uint8Array>;
  let people: Map<Account, TestIdentity>;
  let archivist: TestIdentity;
  let clock: number;
  beforeAll(async () => {
    consortium = await TestConsortium.founded();
    const { will, ann, archive, lab } = consortium.people;
    people = new Map(BUYERS.map((account, index) => [account, [will, ann, archive, lab][index]!]));
    archivist = await identity('ArchiveMSP', { role: 'admin' });
    const grants = BUYERS.map((account) => ({ account, amount: MONEY / BUYERS.length }));
    await consortium.decide('money', { kind: 'issue', grants, reason: 'start' });
    start = new Map(consortium.world.state);
  });
  beforeEach(() => {
    clock = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => clock);
  });
  afterEach(() => jest.restoreAllMocks());

  /** Whether it was done; what is refused is refused with a code and changes nothing. */
  async function submit<N extends SubmitName>(
    name: N,
    request: Omit<RequestOf<N>, 'operationId'>,
    as: TestIdentity,
  ): Promise<boolean> {
    const before = new Map(consortium.world.state);
    const whole = name === 'artworks:expireLicence' ? request : { operationId: operationId(), ...request };
    try {
      await consortium.world.submit(name, whole as RequestOf<N>, { as });
      count(name);
      return true;
    } catch (error) {
      expect((error as { code: string }).code).toMatch(REFUSED);
      expect(consortium.world.state).toEqual(before);
      return false;
    }
  }
  const by = (account: Account): TestIdentity => people.get(account)!;
  const nth = <T>(all: readonly T[], at: number): T | undefined => all[at % all.length];
  const find = (model: Model, id: string): Known => model.works.find((known) => known.id === id)!;

  /** What holds after every step: nobody's share is another's too, and no money comes or goes. */
  function consistent(model: Model): void {
    const books = new Books(consortium.world);
    expect(books.total).toBe(MONEY);
    for (const { record } of books.all('work')) {
      const known = find(model, record.sha256);
      expect(record.shares.reduce((sum, { share }) => sum + share, 0)).toBe(10_000);
      expect(new Map(record.shares.map(({ holder, share }) => [holder, share]))).toEqual(known.shares);
      expect(record.shares).toHaveLength(known.shares.size);
      const { member, person } = record.owner;
      expect(person === undefined ? `member:${member}` : `artist:${member}:${person}`).toBe(known.owner);
    }
  }

  const pick = fc.nat(1_000);
  const who = fc.constantFrom(...BUYERS);
  /** Mostly whoever may, now and then anyone. */
  const someone = fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: who });
  const permission = fc.constantFrom<Known['permission']>('allowed', 'constrained', 'constrained', 'not_allowed');
  type Act<T> = (drawn: T, model: Model) => Promise<void>;
  const step = <T>(name: string, drawn: fc.Arbitrary<T>, act: Act<T>) =>
    drawn.map((of) => ({
      check: () => true,
      toString: () => `${name} ${JSON.stringify(of)}`,
      run: async (model: Model) => {
        await act(of, model);
        consistent(model);
      },
    }));

  const steps = [
    step('register', fc.tuple(fc.constantFrom('will', 'ann'), permission), async ([person, allows], model) => {
      const text = `verse ${model.works.length + 1}`;
      const entry = work(text, [person], allows);
      const owner: Account = `artist:GuildMSP:${person}`;
      if (await submit('artworks:register', { works: [entry] }, by(owner)))
        model.works.push({
          ...{ id: entry.sha256, text, owner, owners: [owner], shares: new Map([[owner, 10_000]]) },
          ...{ permission: allows, withdrawn: false, disputes: new Set() },
        });
    }),
    step('prefer', fc.tuple(pick, someone, permission), async ([at, anyone, allows], model) => {
      const known = nth(model.works, at);
      if (!known) return;
      const as = anyone ?? known.owner;
      const request = { work: known.id, preference: { generative_training: allows } };
      const done = await submit('artworks:setPreference', request, by(as));
      expect(done).toBe(as === known.owner);
      if (done) known.permission = allows;
    }),
    step('withdraw', fc.tuple(pick, someone, fc.nat(4)), async ([at, anyone, rarely], model) => {
      const known = nth(model.works, at);
      if (!known || rarely > 0) return;
      const as = anyone ?? known.owner;
      if (await submit('artworks:withdraw', { work: known.id }, by(as))) {
        expect(as).toBe(known.owner);
        known.withdrawn = true;
      }
    }),
    step(
      'offer a licence',
      fc.tuple(
        pick,
        someone,
        fc.boolean(),
        fc.constantFrom('*', 'ArchiveMSP', 'LabMSP'),
        fc.integer({ min: 1, max: 200 }),
      ),
      async ([at, anyone, irrevocable, licensee, time], model) => {
        const known = nth(model.works, at);
        if (!known) return;
        const as = anyone ?? known.owner;
        const id = `l${model.licences.length + 1}`;
        const until = clock + time;
        const terms = { licensee, from: 0, until, price: time, weight: 100, irrevocable };
        const offer = { licence: id, works: [known.id], uses: ['generative_training' as const], ...terms };
        if (!(await submit('artworks:offerLicence', offer, by(as)))) return;
        expect(as).toBe(known.owner);
        model.licences.push({ id, work: known.id, grantor: as, licensee, state: 'offered', irrevocable, until });
      },
    ),
    step('accept a licence', fc.tuple(pick, fc.constantFrom('archive', 'lab')), async ([at, member], model) => {
      const open = model.licences.filter(({ state }) => state === 'offered');
      const licence = nth(open.length > 0 && at % 5 > 0 ? open : model.licences, at);
      if (!licence) return;
      const as = consortium.people[member];
      if (!(await submit('artworks:acceptLicence', { licence: licence.id }, as))) return;
      expect([licence.state, clock < licence.until]).toEqual(['offered', true]);
      expect(find(model, licence.work).owner).toBe(licence.grantor);
      licence.state = 'active';
    }),
    step('revoke a licence', fc.tuple(pick, someone), async ([at, anyone], model) => {
      const licence = nth(model.licences, at);
      if (!licence) return;
      const as = anyone ?? find(model, licence.work).owner;
      const active = licence.state === 'active';
      if (!(await submit('artworks:revokeLicence', { licence: licence.id }, by(as)))) return;
      expect([active && licence.irrevocable, find(model, licence.work).owner]).toEqual([false, as]);
      licence.state = 'over';
    }),
    step('expire a licence', pick, async (at, model) => {
      const licence = nth(model.licences, at);
      if (!licence) return;
      if (!(await submit('artworks:expireLicence', { licence: licence.id }, by('member:LabMSP')))) return;
      expect(clock >= licence.until).toBe(true);
      licence.state = 'over';
    }),
    step(
      'offer a sale',
      fc.tuple(pick, someone, fc.integer({ min: 0, max: 10_000 }), fc.boolean()),
      async (drawn, model) => {
        const [at, anyone, share, ownership] = drawn;
        const known = nth(model.works, at);
        if (!known) return;
        const seller = anyone ?? known.owner;
        const id = `s${model.sales.length + 1}`;
        const sale = { sale: id, work: known.id, seller, share, ownership, price: share % 700, until: null };
        if (await submit('artworks:offerSale', sale, by(seller))) model.sales.push({ id, work: known.id });
      },
    ),
    step('buy', fc.tuple(pick, who), async ([at, account], model) => {
      const sale = nth(model.sales, at);
      if (!sale) return;
      if (!(await submit('artworks:buy', { sale: sale.id, account }, by(account)))) return;
      const { record } = new Books(consortium.world).all('sale').find(({ record: each }) => each.sale === sale.id)!;
      const known = find(model, sale.work);
      const held = (of: Account) => known.shares.get(of) ?? 0;
      expect(held(record.seller)).toBeGreaterThanOrEqual(record.share);
      const after: [Account, number][] = [
        [record.seller, held(record.seller) - record.share],
        [account, held(account) + record.share],
      ];
      for (const [holder, share] of after) {
        if (share > 0) known.shares.set(holder, share);
        else known.shares.delete(holder);
      }
      if (record.ownership) {
        expect(known.owner).toBe(record.seller);
        known.owner = account;
        known.owners.push(account);
      }
    }),
    step('dispute', fc.tuple(pick, who, fc.nat(4)), async ([at, as, rarely], model) => {
      const known = nth(model.works, at);
      if (!known || rarely > 0) return;
      const id = `d${model.disputes.length + 1}`;
      const dispute = { dispute: id, work: known.id, grounds: 'consent' as const, evidence: known.id };
      if (!(await submit('artworks:openDispute', dispute, by(as)))) return;
      expect(as).not.toBe(known.owner);
      model.disputes.push({ id, work: known.id });
      known.disputes.add(id);
    }),
    step('decide a dispute', fc.tuple(pick, fc.nat(3)), async ([at, how], model) => {
      const open = model.disputes.filter((each) => find(model, each.work).disputes.has(each.id));
      const dispute = nth(open, at);
      if (!dispute) return;
      const known = find(model, dispute.work);
      const outcome = how === 0 ? ('upheld' as const) : ('dismissed' as const);
      const remedy = how === 0 ? { remedy: { kind: 'withdraw' as const } } : {};
      const motion = { kind: 'settleDispute' as const, dispute: dispute.id, outcome, ...remedy, reason: 'decided' };
      await consortium.decide(operationId(), motion);
      known.disputes.delete(dispute.id);
      known.withdrawn ||= how === 0;
    }),
    step('let time pass', fc.integer({ min: 1, max: 60 }), (milliseconds) => {
      clock += milliseconds;
      return Promise.resolve();
    }),
    step('add a page', fc.array(fc.tuple(pick, fc.nat(4)), { minLength: 1, maxLength: 3 }), async (wanted, model) => {
      const pairs = model.works.flatMap((known) => [
        { known, licence: undefined },
        ...model.licences.filter(({ work: of }) => of === known.id).map((licence) => ({ known, licence })),
      ]);
      if (pairs.length === 0) return;
      const usable = pairs.filter(({ known, licence }) => mayUse(known, licence, clock));
      const chosen = new Map(
        wanted.map(([at, rarely]) => {
          const pair = nth(usable.length > 0 && rarely > 0 ? usable : pairs, at)!;
          return [pair.known.id, pair] as const;
        }),
      );
      const items = [...chosen.values()].map(({ known, licence }) => item(work(known.text, ['will']), licence?.id));
      const allowed = [...chosen.values()].every(({ known, licence }) => mayUse(known, licence, clock));
      const dataset = `v${++datasets}`;
      await submit('datasets:create', { dataset, title: dataset, purpose: 'verses' }, archivist);
      const sorted = items.sort((a, b) => (a.digest < b.digest ? -1 : 1));
      const page = { dataset, version: 1, index: 0, items: sorted };
      expect([dataset, await submit('datasets:addPage', page, archivist)]).toEqual([dataset, allowed]);
      count(allowed ? 'added' : 'refused');
      if (allowed) model.pages.push({ dataset, root: pageRoot(sorted), items: [...chosen.values()], sealed: false });
    }),
    step('seal', pick, async (at, model) => {
      const page = nth(model.pages, at);
      if (!page || page.sealed) return;
      const { dataset, root, items } = page;
      const allowed = items.every(({ known, licence }) => mayUse(known, licence, clock));
      page.sealed = await submit('datasets:seal', { dataset, version: 1, pages: 1, root }, archivist);
      expect([dataset, page.sealed]).toEqual([dataset, allowed]);
      count(allowed ? 'sealed' : 'not sealed any more');
    }),
  ];

  test('no item without consent gets into a dataset, no share has two owners, no money comes or goes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(steps, { maxCommands: 80, size: '+1' }), async (commands) => {
        consortium.world.state.clear();
        for (const [key, value] of start) consortium.world.state.set(key, value);
        const model: Model = { works: [], licences: [], sales: [], disputes: [], pages: [] };
        await fc.asyncModelRun(() => ({ model, real: undefined }), commands);
      }),
      { numRuns: 100, interruptAfterTimeLimit: 45_000 },
    );
    for (const name of ['artworks:acceptLicence', 'artworks:buy', 'artworks:openDispute', 'added', 'refused', 'sealed'])
      expect([name, (seen.get(name) ?? 0) > 0]).toEqual([name, true]);
  }, 120_000);
});
