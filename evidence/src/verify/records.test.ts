// First, for it loads the chaincode's shim: generated protobuf classes share one global namespace, and the shim's are older.
import { Requests } from '../../../test/support/requests';
import { canonicalJson, compositeKey, ordinal, RECORDS, splitCompositeKey, type RecordType } from '@llmchain/protocol';
import { EvidenceChain } from '../../../test/support/evidence-chain';
import { flippedAt, leafSamples } from '../../../test/support/evidence-tamper';
import { EvidenceWorld, MEMBERS, NOW, type MemberId } from '../../../test/support/evidence-world';
import { EvidenceCollector } from '../collect/collector';
import { verifyEvidence, type Verification } from './verify';

// Every verification checks some twenty signatures, which takes a while on a busy machine.
jest.setTimeout(60_000);

const PRODUCER = 'ComputeMSP';
const [ACCEPTED, REJECTED, ANCHORED] = [1, 2, 3].map((sequence) => [PRODUCER, ordinal(sequence)]) as [
  string[],
  string[],
  string[],
];
let world: EvidenceWorld;
let requests: Requests;
let chain: EvidenceChain;
let collector: EvidenceCollector;

beforeAll(async () => {
  [world, requests] = await Promise.all([EvidenceWorld.create(), Requests.ready()]);
  const more = [
    ['credits:claim', 'admin'],
    ['inference:reclaim', 'admin'],
    ['members:registerSigner', 'admin'],
    ['artworks:setPreference', 'artist'],
    ['artworks:attest', 'service'],
    ['artworks:flag', 'artist'],
    ['credits:claimReward', 'admin'],
    ['models:setAccess', 'admin'],
    ['inference:tally', 'service'],
    ['inference:reportFault', 'service'],
    ['inference:passOver', 'service'],
    ['inference:refuseBatch', 'service'],
  ] as const;
  for (const [name, role] of more) {
    const example = requests.examples.find((each) => each.name === name)!;
    await requests.submit(example, requests.as(example, [role]));
  }
  // Whoever else has joined has no organisation in the channel of this test.
  const { state } = requests.serving.world;
  for (const parts of [ACCEPTED, REJECTED, ANCHORED]) {
    const batch = requests.serving.record('batch', ...parts);
    const electorate = batch.electorate.filter((member) => MEMBERS.some((each) => each === member));
    state.set(compositeKey('batch', parts), Buffer.from(canonicalJson({ ...batch, electorate })));
  }
});
beforeEach(() => {
  chain = new EvidenceChain(world, requests.serving.world.state);
  collector = new EvidenceCollector({ chaincode: 'llmchain' }, { source: chain });
});
afterAll(() => requests.serving.stop());

const verify = (text: string): Verification => verifyEvidence(text, world.roots, { at: NOW });
const failing = async (bundle: Promise<string>): Promise<string> => {
  const { ok, steps } = verify(await bundle);
  return ok ? 'nothing' : steps.at(-1)!.name;
};
/** One key of each type. */
function keys(): { type: RecordType; parts: readonly string[] }[] {
  const all = [...requests.serving.world.state.keys()].map(
    (key) => splitCompositeKey(key) as { type: RecordType; parts: string[] },
  );
  return all.filter(({ type }, index) => all.findIndex((each) => each.type === type) === index);
}

test('records of every kind are proven', async () => {
  const proven = new Set<string>();
  for (const { type, parts } of keys()) {
    const { ok, proves, steps } = verify(await collector.record(type, parts));
    expect(steps.filter((step) => !step.ok)).toEqual([]);
    expect({ ok, proves }).toEqual({ ok: true, proves: expect.stringContaining(parts.join('/')) });
    proven.add(type);
  }
  expect([...proven].sort()).toEqual(Object.keys(RECORDS).sort());
});

test('of a model version it is told what it was made from', async () => {
  const { state } = requests.serving.world;
  const { parts } = keys().find(({ type }) => type === 'model')!;
  const key = compositeKey('model', parts);
  const before = state.get(key)!;
  const parent = { model: 'poet', version: 7, by: 'fine_tuning' };
  const record = { ...(JSON.parse(Buffer.from(before).toString()) as object), parent };
  state.set(key, Buffer.from(canonicalJson(record)));
  const { ok, proves } = verify(await collector.record('model', parts));
  state.set(key, before);
  expect({ ok, proves }).toEqual({ ok: true, proves: expect.stringMatching(/, made from poet@7 by fine-tuning$/) });
});

test('of a model version from outside it is told where it comes from, and that its lineage ends there', async () => {
  const { state } = requests.serving.world;
  const told = async (parts: string[]) => verify(await collector.record('model', parts));
  const { gaps, proves } = await told(['foreign', ordinal(1)]);
  expect(gaps).toEqual(['external_base']);
  expect(proves).toMatch(
    /from outside the consortium \(pkg:pypi\/foreign-model@1\.0, under Apache-2\.0\).*undisclosed$/,
  );
  const parts = ['poet', ordinal(1)];
  expect((await told(parts)).gaps).toEqual([]);
  const key = compositeKey('model', parts);
  const before = state.get(key)!;
  const record = { ...(JSON.parse(Buffer.from(before).toString()) as object), class: 'external' };
  state.set(key, Buffer.from(canonicalJson(record)));
  const tuned = await told(parts);
  state.set(key, before);
  expect(tuned).toMatchObject({ gaps: ['external_base'], proves: expect.stringContaining('does not know') as string });
});

test('one altered bit of evidence of any kind is found', async () => {
  const kinds = new Map(keys().map(({ type, parts }) => [type, parts]));
  for (const [type, parts] of kinds) {
    const text = await collector.record(type, parts);
    for (const leaf of leafSamples(JSON.parse(text), { seed: type.length, count: 2 }))
      expect([type, leaf.path, verify(flippedAt(JSON.parse(text), leaf)).ok]).toEqual([type, leaf.path, false]);
  }
});

describe('a batch and its money', () => {
  test.each([
    ['accepted', ACCEPTED, /are spent; the settlement is released: .* to the artists' pool$/],
    ['rejected', REJECTED, /are released; the settlement is void$/],
    ['anchored', ANCHORED, /are held; the settlement is pending$/],
  ])('%s', async (_, parts, detail) => {
    const { steps, ok } = verify(await collector.record('batch', parts));
    expect(ok).toBe(true);
    expect(steps.find(({ name }) => name === 'settlement')).toMatchObject({ rests: 'arithmetic', detail });
  });

  /** Evidence with another value of a record in the state. */
  async function otherwise(type: RecordType, parts: readonly string[], change: object): Promise<string> {
    const { state } = requests.serving.world;
    const key = compositeKey(type, parts);
    const before = state.get(key)!;
    const record = { ...(JSON.parse(Buffer.from(before).toString()) as object), ...change };
    state.set(key, Buffer.from(canonicalJson(record)));
    try {
      return await failing(collector.record('batch', ACCEPTED));
    } finally {
      state.set(key, before);
    }
  }
  test('that does not add up is refused', async () => {
    expect(await otherwise('settlement', ACCEPTED, { pool: 0 })).toBe('settlement');
    expect(await otherwise('settlement', ACCEPTED, { state: 'pending' })).toBe('settlement');
    expect(await otherwise('settlement', ACCEPTED, { version: 2 })).toBe('settlement');
    expect(await otherwise('debit', [...ACCEPTED, 'g1'], { amount: 1 })).toBe('settlement');
    expect(await otherwise('debit', [...ACCEPTED, 'g1'], { state: 'held' })).toBe('settlement');
    expect(await otherwise('debit', [...ACCEPTED, 'g1'], { session: 's1' })).toBe('settlement');
  });

  test.each(['settlement', 'debit'] as const)('a %s is decided by the batch’s verifiers', async (type) => {
    const parts = type === 'debit' ? [...ACCEPTED, 'g1'] : ACCEPTED;
    const bundle = () => {
      chain = new EvidenceChain(world, requests.serving.world.state);
      collector = new EvidenceCollector({ chaincode: 'llmchain' }, { source: chain });
      return collector;
    };
    const endorsedBy = async (...members: MemberId[]): Promise<string> => {
      const collector = bundle();
      chain.faults = { transaction: { endorsers: world.peers(...members) } };
      return failing(collector.record(type, parts));
    };
    expect(await endorsedBy('GuildMSP', 'LabMSP')).toBe('nothing');
    expect(await endorsedBy('GuildMSP')).toBe('endorsers');
    expect(await endorsedBy('GuildMSP', 'LabMSP', 'ComputeMSP')).toBe('endorsers');
    const text = await bundle().record(type, parts);
    const whole = JSON.parse(text) as { subject: { batch?: unknown } };
    const { batch: _, ...subject } = whole.subject;
    const without = `${JSON.stringify({ ...whole, subject })}\n`;
    expect(verify(without).steps.at(-1)).toMatchObject({ name: 'signed read', ok: false });
  });

  test.each(['batch', 'settlement', 'debit'] as const)(
    'a %s stays proven when the electorate is rotated',
    async (type) => {
      const parts = type === 'debit' ? [...ANCHORED, 'g1'] : ANCHORED;
      const text = Buffer.from(requests.serving.world.state.get(compositeKey('batch', ANCHORED))!).toString();
      const rotated = {
        call: 'inference:rotateBatch',
        writes: { [compositeKey('batch', ANCHORED)]: text },
        policies: [compositeKey('settlement', ANCHORED), compositeKey('debit', [...ANCHORED, 'g1'])],
        endorsers: world.peers('ArchiveMSP', 'LabMSP'),
      };
      const failing = async (change: object): Promise<string> => {
        chain = new EvidenceChain(world, requests.serving.world.state);
        collector = new EvidenceCollector({ chaincode: 'llmchain' }, { source: chain });
        chain.faults = { transaction: { ...rotated, ...change } };
        const { ok, steps } = verify(await collector.record(type, parts));
        return ok ? 'nothing' : steps.at(-1)!.name;
      };
      expect(await failing({})).toBe('nothing');
      expect(await failing({ endorsers: world.peers('LabMSP') })).toBe('endorsers');
      expect(await failing({ endorsers: world.peers('ComputeMSP', 'LabMSP') })).toBe('endorsers');
      expect(await failing({ policies: [] })).toBe(type === 'batch' ? 'settlement' : 'record');
    },
  );

  test('a settlement does not come with another batch, and a work with none', async () => {
    const settlement = JSON.parse(await collector.record('settlement', ACCEPTED)) as { subject: { batch: unknown } };
    const other = JSON.parse(await collector.record('settlement', REJECTED)) as { subject: { batch: unknown } };
    const swapped = { ...settlement, subject: { ...settlement.subject, batch: other.subject.batch } };
    expect(verify(`${JSON.stringify(swapped)}\n`).steps.at(-1)).toMatchObject({ name: 'batch', ok: false });
    const session = JSON.parse(await collector.record('session', ['g1'])) as { subject: object };
    const more = { ...session, subject: { batch: settlement.subject.batch, ...session.subject } };
    expect(verify(`${JSON.stringify(more)}\n`).steps.at(-1)).toMatchObject({ name: 'signed read', ok: false });
  });
});

test('what too few endorsed, or too few orderers signed, is refused', async () => {
  chain.faults = { transaction: { endorsers: world.peers('GuildMSP', 'LabMSP') } };
  expect(await failing(collector.record('session', ['g1']))).toBe('endorsers');
  chain.faults = { signedBy: ['GuildMSP', 'LabMSP'] };
  expect(await failing(collector.record('session', ['s1']))).toBe('block');
  chain.faults = { read: { endorsers: world.peers('GuildMSP') } };
  await expect(collector.record('session', ['s1'])).rejects.toThrow('1 members say so, 2 are needed');
});
