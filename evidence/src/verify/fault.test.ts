// First, for it loads the chaincode's shim: generated protobuf classes share one global namespace, and the shim's are older.
import { Serving } from '../../../test/support/serving';
import {
  batchRoot,
  canonicalJson,
  compositeKey,
  ordinal,
  publicKeyOf,
  receiptId,
  sha256Hex,
  splitCompositeKey,
  type Batch,
  type Fault,
  type RecordType,
  type SignedReceipt,
} from '@llmchain/protocol';
import { EvidenceChain } from '../../../test/support/evidence-chain';
import { altered, flippedAt, leafSamples, leavesOf } from '../../../test/support/evidence-tamper';
import { EvidenceWorld, NOW, type MemberId } from '../../../test/support/evidence-world';
import { GATEWAY_KEY, receiptOf, WORKER_KEY } from '../../../test/support/receipts';
import type { EvidenceBundle } from '../bundle/schema';
import { EvidenceCollector } from '../collect/collector';
import { verifyEvidence, type Verification } from './verify';

// Every verification checks some twenty signatures, which takes a while on a busy machine.
jest.setTimeout(60_000);

const COSTS = [
  { session: 's1', amount: 300 },
  { session: 's1', amount: 701 },
];
const STAMPS = { createdTx: 'tx', updatedTx: 'tx' };
const WORKER = {
  ...{ schema: 'signer/1', signer: 'compute-worker-1', kind: 'worker', publicKey: publicKeyOf(WORKER_KEY) },
  ...{ owner: { member: 'ComputeMSP' }, ...STAMPS },
};
const GATEWAY = {
  ...{ schema: 'signer/1', signer: 'archive-gateway-1', kind: 'gateway', publicKey: publicKeyOf(GATEWAY_KEY) },
  ...{ owner: { member: 'ArchiveMSP' }, ...STAMPS },
};

type Bundle = Omit<EvidenceBundle, 'subject'> & { subject: Extract<EvidenceBundle['subject'], { kind: 'fault' }> };

let world: EvidenceWorld;
let serving: Serving;
/** What the chaincode itself wrote: of an accepted batch (1), of a rejected one (2), and one for its signature (3). */
let faults: Fault[];
/** The ledger after each of them. */
let states: Map<string, Uint8Array>[];

const put = (type: RecordType, parts: readonly string[], record: object): void => {
  serving.world.state.set(compositeKey(type, parts), Buffer.from(canonicalJson(record)));
};
const recordAt = (key: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(serving.world.state.get(key)!).toString()) as Record<string, unknown>;
const keyOf = ({ producer, sequence, id }: Fault): string[] => [producer, ordinal(sequence), id];

beforeAll(async () => {
  [world, serving] = await Promise.all([EvidenceWorld.create(), Serving.start()]);
  const stake = { minimum: 1_000, unbondingMs: 600_000, slash: 500, finders: 6_000 };
  await serving.consortium.decide('stakes', { kind: 'policy', terms: { stake } });
  await serving.staked(5_000);
  faults = [];
  states = [];
  for (const reason of ['output_mismatch', 'output_mismatch', 'signature_invalid'] as const) {
    faults.push(await found(faults.length + 1, reason));
    states.push(serving.snapshot());
  }
});
afterAll(() => serving.stop());

/** Anchors a batch, has it decided and the second of its receipts found false. */
async function found(sequence: number, reason: Fault['reason']): Promise<Fault> {
  const receipts = COSTS.map((cost, index) => receiptOf(`${sequence}.${index}`, cost));
  if (reason === 'signature_invalid') receipts[1] = { ...receipts[1]!, signature: receipts[0]!.signature };
  await serving.anchor(serving.batchOf(sequence, COSTS, { root: batchRoot(receipts) }).entry);
  if (sequence === 1) {
    serving.verdicts.answer = { verdict: 'accept' };
    await serving.accept(undefined, undefined, sequence);
  }
  serving.verdicts.answer = { verdict: 'reject', reason };
  const findings = ['GuildMSP', 'LabMSP'].map((member) => ({ member, reason }));
  if (sequence > 1) await serving.reject(findings, { sequence });
  return serving.report(serving.fault(receipts, 1, { sequence, reason }));
}

const verify = (text: string): Verification => verifyEvidence(text, world.roots, { at: NOW });
const failing = (text: string): string => {
  const { ok, steps } = verify(text);
  return ok ? 'nothing' : steps.at(-1)!.name;
};

interface Otherwise {
  fault?: Partial<Fault>;
  batch?: Partial<Batch>;
  worker?: object;
  gateway?: object;
  /** By state key: what else stands in the state, or does not. */
  records?: Readonly<Record<string, object | undefined>>;
  chain?: EvidenceChain['faults'];
  registered?: readonly string[];
}

/** Evidence of a fault, with what is otherwise in what members have and sign. */
async function evidence(sequence: number, otherwise: Otherwise = {}): Promise<string> {
  const fault = faults[sequence - 1]!;
  const { state } = serving.world;
  serving.restore(states[sequence - 1]!);
  put('fault', keyOf(fault), { ...fault, ...otherwise.fault });
  const place = [fault.producer, ordinal(sequence)];
  put('batch', place, { ...serving.record('batch', ...place), ...otherwise.batch });
  put('signer', ['compute-worker-1'], { ...WORKER, ...otherwise.worker });
  put('signer', ['archive-gateway-1'], { ...GATEWAY, ...otherwise.gateway });
  for (const [key, change] of Object.entries(otherwise.records ?? {}))
    if (change) state.set(key, Buffer.from(canonicalJson({ ...(state.has(key) ? recordAt(key) : {}), ...change })));
    else state.delete(key);
  const chain = new EvidenceChain(world, state);
  const collector = new EvidenceCollector({ chaincode: 'llmchain' }, { source: chain });
  if (otherwise.chain) {
    // The other records stand as they should; the fault's transaction alone is otherwise.
    await chain.read('batch', place);
    for (const { signer } of [WORKER, GATEWAY]) await chain.read('signer', [signer]);
    chain.faults = otherwise.chain;
  }
  return collector.fault(fault, otherwise.registered ?? ['compute-worker-1', 'archive-gateway-1']);
}
const failingWith = async (otherwise: Otherwise, sequence = 1): Promise<string> =>
  failing(await evidence(sequence, otherwise));
const parsed = (text: string): Bundle => JSON.parse(text) as Bundle;

test('a fault of an accepted batch is proven, step by step', async () => {
  const { ok, proves, steps } = verify(await evidence(1));
  expect(steps.filter((step) => !step.ok)).toEqual([]);
  expect(ok).toBe(true);
  expect(steps.slice(5).map(({ name, rests }) => `${name}: ${rests}`)).toEqual([
    'signed read: members f+1',
    'block data: arithmetic',
    'transaction: signature',
    'block: quorum of consenters',
    'endorsements: signature',
    'record: arithmetic',
    'endorsers: endorsement rule',
    'finders: endorsement rule',
    'batch: members f+1',
    'inclusion: arithmetic',
    'ticket key: members f+1',
    'ticket: signature',
    'receipt key: members f+1',
    'receipt: signature',
    'fault: arithmetic',
    'penalty: arithmetic',
  ]);
  const detailOf = (name: string) => steps.find((step) => step.name === name)!.detail;
  expect(detailOf('finders')).toMatch(/^ArchiveMSP, GuildMSP, LabMSP, who endorsed it.* producer ComputeMSP$/);
  expect(detailOf('penalty')).toBe(
    '500 micro-credits of the stake of compute-worker-1: 100 to ArchiveMSP, 100 to GuildMSP, 100 to LabMSP, 200 to all; 701 back to session s1',
  );
  expect(proves).toBe(
    `receipt ${faults[0]!.id} of the accepted batch ComputeMSP/1 was found false (output_mismatch) by ArchiveMSP, GuildMSP, LabMSP; the stake of compute-worker-1 paid 701 micro-credits back to session s1 and lost 500 beside`,
  );
});

test('so is one of a rejected batch, which gives nothing back that its session has already', async () => {
  expect(verify(await evidence(2))).toMatchObject({ ok: true, proves: expect.stringMatching(/paid 0 micro-credits/) });
});

test('nothing of what was asked or answered is in it: commitments alone', async () => {
  const { subject } = parsed(await evidence(1));
  expect(Object.keys(subject).sort()).toEqual([
    'batch',
    'gateway',
    'kind',
    'producer',
    'receipt',
    'sequence',
    'worker',
  ]);
  const { body } = faults[0]!.receipt;
  expect([body.output, body.ticket.body.input].every((each) => /^[0-9a-f]{64}$/.test(each))).toBe(true);
});

describe('where the signature is the fault', () => {
  test('it is shown by the registered key', async () => {
    const { ok, steps } = verify(await evidence(3));
    expect(ok).toBe(true);
    expect(steps.find(({ name }) => name === 'signatures')).toMatchObject({
      rests: 'signature',
      detail: 'the signature of compute-worker-1 is not good',
    });
  });

  test('without the key it rests on the finders, and says so', async () => {
    const { ok, steps } = verify(await evidence(3, { registered: ['archive-gateway-1'] }));
    expect(ok).toBe(true);
    expect(steps.find(({ name }) => name === 'signatures')).toMatchObject({
      rests: 'endorsement rule',
      detail: expect.stringContaining('compute-worker-1 is no worker of ComputeMSP, as the finders say'),
    });
  });

  test('a receipt whose every signature is good is not at fault', async () => {
    expect(await failingWith({ fault: { reason: 'signature_invalid' } })).toBe('signatures');
    // It stands elsewhere, too, which nobody can see in the receipt.
    expect(await failingWith({ fault: { reason: 'replayed' } })).toBe('nothing');
  });

  test('any other fault is of what the worker signed, by the key that it registered', async () => {
    expect(await failingWith({ fault: { reason: 'output_mismatch' } }, 3)).toBe('receipt');
    expect(await failingWith({ worker: { publicKey: sha256Hex('another') } })).toBe('receipt');
    expect(await failingWith({ worker: { owner: { member: 'LabMSP' } } })).toBe('receipt key');
    expect(await failingWith({ worker: { kind: 'gateway' } })).toBe('receipt key');
    expect(await failingWith({ gateway: { publicKey: sha256Hex('another') } })).toBe('ticket');
    expect(await failingWith({ gateway: { owner: { member: 'LabMSP' } } })).toBe('ticket key');
    expect(await failingWith({ registered: ['archive-gateway-1'] })).toBe('receipt key');
    expect(await failingWith({ registered: ['compute-worker-1'] })).toBe('ticket key');
  });
});

describe('a record that says otherwise, whoever wrote it', () => {
  const other = receiptOf('another', { session: 's1', amount: 701 });
  const more = (change: object): SignedReceipt => {
    const { receipt } = faults[0]!;
    return { ...receipt, body: { ...receipt.body, ...change } };
  };
  test.each<[string, () => Partial<Fault>, string]>([
    ['of another receipt', () => ({ receipt: other }), 'inclusion'],
    ['of a receipt that cost less', () => ({ receipt: more({ amount: 1 }) }), 'inclusion'],
    ['at another place', () => ({ proof: { ...faults[0]!.proof, index: 0 } }), 'inclusion'],
    ['in a larger batch', () => ({ proof: { ...faults[0]!.proof, count: 3 } }), 'inclusion'],
    ['by another path', () => ({ proof: faults[1]!.proof }), 'inclusion'],
    ['under another id', () => ({ id: receiptId(other.body) }), 'fault'],
    ['under another root', () => ({ root: sha256Hex('root') }), 'batch'],
    ['of another batch', () => ({ batch: 'ComputeMSP/2' }), 'batch'],
    ['of another producer', () => ({ producer: 'LabMSP' }), 'finders'],
    ['of another sequence', () => ({ sequence: 2 }), 'batch'],
    ['of another worker', () => ({ worker: 'lab-worker-1' }), 'fault'],
    ['of another session', () => ({ session: 's2' }), 'fault'],
    ['of another outcome', () => ({ decided: 'rejected' }), 'batch'],
    ['of the batch as a whole', () => ({ reason: 'totals_mismatch' }), 'fault'],
    ['of what need not be served any more', () => ({ reason: 'opening_unavailable' }), 'fault'],

    ['with another slash', () => ({ slashed: 501 }), 'penalty'],
    ['with another refund', () => ({ refund: 702 }), 'penalty'],
    ['without a refund', () => ({ refund: 0 }), 'penalty'],
  ])('%s', async (_, change, step) => {
    expect(await failingWith({ fault: change() })).toBe(step);
  });

  test('the batch too', async () => {
    expect(await failingWith({ batch: { root: sha256Hex('root') } })).toBe('batch');
    expect(await failingWith({ batch: { state: 'anchored', verifiers: [] } })).toBe('batch');
    expect(await failingWith({ batch: { count: 3 } })).toBe('inclusion');
    const workers = [{ worker: 'compute-worker-2', lastOrder: NOW }];
    expect(await failingWith({ batch: { workers } })).toBe('fault');
  });
});

describe('finders', () => {
  const transaction = (change: object) => ({ chain: { transaction: { call: 'inference:reportFault', ...change } } });
  const client = () => world.signers.LabMSP.client;
  test('are just those who endorsed', async () => {
    const endorsers = (...names: MemberId[]) => transaction({ client: client(), endorsers: world.peers(...names) });
    expect(await failingWith(endorsers('ArchiveMSP', 'GuildMSP', 'LabMSP'))).toBe('nothing');
    expect(await failingWith(endorsers('ArchiveMSP', 'GuildMSP'))).toBe('endorsers');
    expect(await failingWith(endorsers('ArchiveMSP', 'ComputeMSP', 'GuildMSP'))).toBe('finders');
    expect(await failingWith(endorsers('ArchiveMSP', 'ComputeMSP', 'GuildMSP', 'LabMSP'))).toBe('finders');
    for (const finders of [
      ['ArchiveMSP', 'GuildMSP'],
      ['ArchiveMSP', 'GuildMSP', 'GuildMSP'],
      ['ArchiveMSP', 'ComputeMSP', 'GuildMSP', 'LabMSP'],
    ])
      expect(await failingWith({ fault: { finders }, ...endorsers('ArchiveMSP', 'GuildMSP', 'LabMSP') })).toBe(
        'finders',
      );
  });
  test('are never the producer', async () => {
    const finders = ['ArchiveMSP', 'ComputeMSP', 'LabMSP'];
    expect(await failingWith({ fault: { finders } })).toBe('finders');
  });
  test('endorsed a report of a fault, by whom the record says', async () => {
    const endorsers = world.peers('ArchiveMSP', 'GuildMSP', 'LabMSP');
    expect(await failingWith(transaction({ client: client(), endorsers, call: 'any:change' }))).toBe('finders');
    expect(await failingWith(transaction({ client: world.signers.GuildMSP.client, endorsers }))).toBe('finders');
  });
});

describe('money', () => {
  /** The key of what the fault's transaction paid to an account. */
  const paidTo = (account: string): string => {
    serving.restore(states[0]!);
    return [...serving.world.state.keys()].find((key) => {
      const { account: to, updatedTx } = recordAt(key);
      return splitCompositeKey(key)!.type === 'delta' && to === account && updatedTx === faults[0]!.updatedTx;
    })!;
  };
  const changed = (key: string, change: object | undefined) => failingWith({ records: { [key]: change } });
  test('of the slash goes to finders and consortium, to the last micro-credit', async () => {
    expect(await changed(paidTo('consortium'), undefined)).toBe('penalty');
    expect(await changed(paidTo('consortium'), { amount: 201 })).toBe('penalty');
    expect(await changed(paidTo('consortium'), { account: 'member:ComputeMSP' })).toBe('penalty');
    expect(await changed(paidTo('member:GuildMSP'), { account: 'member:LabMSP' })).toBe('penalty');
    expect(await changed(paidTo('member:GuildMSP'), { reason: 'refund' })).toBe('penalty');
  });
  test('is taken from the stake of the producer’s worker', async () => {
    const key = compositeKey('stake', ['compute-worker-1']);
    expect(await changed(key, undefined)).toBe('penalty');
    expect(await changed(key, { worker: 'lab-worker-1' })).toBe('penalty');
    expect(await changed(key, { owner: { member: 'LabMSP' } })).toBe('penalty');
  });
  test('that is refunded goes to an open session, or to the owner of a closed one', async () => {
    const key = compositeKey('session', ['s1']);
    expect(await changed(key, undefined)).toBe('penalty');
    const owner = paidTo('consortium').replace('consortium', 'member:LabMSP');
    const { updatedTx } = faults[0]!;
    const paid = { schema: 'delta/1', account: 'member:LabMSP', delta: 'tx/9', amount: 701, reason: 'refund' };
    const delta = { ...paid, owner: { member: 'LabMSP' }, createdTx: updatedTx, updatedTx };
    expect(await failingWith({ records: { [key]: undefined, [owner]: delta } })).toBe('nothing');
    expect(await failingWith({ records: { [owner]: delta } })).toBe('penalty');
    const less = { ...delta, amount: 700 };
    expect(await failingWith({ records: { [key]: undefined, [owner]: less } })).toBe('penalty');
  });
});

test('evidence of one fault is not of another', async () => {
  const [first, second] = [parsed(await evidence(1)), parsed(await evidence(2))];
  const of = (subject: object) => failing(altered(first, ['subject'], { ...first.subject, ...subject }));
  expect(of({ sequence: 2 })).toBe('signed read');
  expect(of({ producer: 'LabMSP' })).toBe('signed read');
  expect(of({ receipt: second.subject.receipt })).toBe('signed read');
  expect(of({ batch: second.subject.batch })).toBe('batch');
  expect(of({ batch: first.read })).toBe('batch');
  expect(of({ worker: first.subject.gateway })).toBe('receipt key');
  expect(of({ gateway: first.subject.worker })).toBe('ticket key');
  expect(failing(altered(first, ['read'], second.read))).toBe('signed read');
  expect(failing(altered(first, ['block'], second.block))).toBe('record');
  const record = { kind: 'record', type: 'fault', parts: keyOf(faults[0]!) };
  expect(failing(altered(first, ['subject'], record))).toBe('nothing');
});

test('each value of the file that is altered, left out or of another kind is found', async () => {
  const bundle = parsed(await evidence(1));
  for (const leaf of leafSamples(bundle, { seed: 7, count: 12 }))
    expect([leaf.path, failing(flippedAt(bundle, leaf))]).not.toEqual([leaf.path, 'nothing']);
  for (const { path } of leavesOf(bundle).filter((leaf) => leaf.path[0] === 'subject'))
    for (const other of [undefined, 7, '', 'x'])
      expect([path, failing(altered(bundle, path, other))]).not.toEqual([path, 'nothing']);
  expect(failing(altered(bundle, ['subject', 'opening'], {}))).toBe('bundle');
  expect(failing(altered(bundle, ['subject', 'batch'], undefined))).toBe('bundle');
});
