import { LlmchainError, sha256Hex, type Batch, type FaultEvidence, type Verdict } from '@llmchain/protocol';
import { proveInclusion, receiptId, receiptLeaves } from '@llmchain/protocol';
import { receiptOf } from '../../../test/support/receipts';
import { ReportFaults } from './report-faults';

const receipts = ['a', 'b'].map((seed) => receiptOf(seed));
const [receipt] = receipts;
const id = receiptId(receipt!.body);
const evidence: FaultEvidence = {
  schema: 'fault-evidence/1',
  batch: 'ComputeMSP/1',
  root: sha256Hex('root'),
  receipt: receipt!,
  proof: proveInclusion(receiptLeaves(receipts), 0),
};
const rejected = {
  batch: 'ComputeMSP/1',
  producer: 'ComputeMSP',
  sequence: 1,
  state: 'rejected',
  electorate: ['ArchiveMSP', 'GuildMSP', 'LabMSP'],
  findings: ['GuildMSP', 'LabMSP'].map((member) => ({ member, reason: 'output_mismatch', receipt: id })),
} as unknown as Batch;
const members = ['GuildMSP', 'ArchiveMSP', 'LabMSP', 'ComputeMSP'].map((member) => ({
  member,
  name: member.toLowerCase(),
}));

/** The guild's gateway, its verifier, and a ledger that answers what a test tells it. */
function guild(own = 'GuildMSP') {
  const submitted: { entry: unknown; endorsers: unknown }[] = [];
  const refusals: LlmchainError[] = [];
  let found: Verdict = {
    batch: 'ComputeMSP/1',
    root: evidence.root,
    verdict: 'reject',
    reason: 'output_mismatch',
    receipt: id,
  };
  const kept: FaultEvidence[] = [];
  const asked: unknown[] = [];
  let fault: object | undefined;
  const service = {
    get: () => Promise.resolve({ members }),
    find: () => Promise.resolve(fault),
    submit: (_name: string, entry: { reason: string }, { endorsers }: { endorsers: string[] }) => {
      submitted.push({ entry, endorsers });
      const refusal = refusals.shift();
      if (refusal) return Promise.reject(refusal);
      fault = { ...entry, owner: { member: own } };
      return Promise.resolve({ result: { ...fault, slashed: 5 }, transaction: 't', block: 1 });
    },
  };
  const ports = {
    ledgers: { service },
    faults: {
      put: (each: FaultEvidence) => {
        kept.push(each);
        return Promise.resolve(sha256Hex('evidence'));
      },
    },
    workers: {
      all: [{ id: 'w', member: own, preference: 1 }],
      reexamine: (_worker: unknown, question: unknown) => {
        asked.push(question);
        return Promise.resolve({ verdict: found, evidence });
      },
    },
    log: { info: () => undefined, debug: () => undefined },
  } as unknown as ConstructorParameters<typeof ReportFaults>[1];
  return {
    reports: new ReportFaults({ own }, ports),
    submitted,
    refusals,
    kept,
    asked,
    finds: (verdict: Verdict) => (found = verdict),
  };
}

test('what a rejected batch was rejected for is reported once, with its evidence, by a majority of the members', async () => {
  const { reports, submitted, kept, asked } = guild();
  expect(await reports.settle(rejected, 0)).toBe(true);
  expect(submitted).toEqual([
    {
      entry: {
        producer: 'ComputeMSP',
        sequence: 1,
        receipt,
        proof: evidence.proof,
        reason: 'output_mismatch',
        evidence: `sha256/${sha256Hex('evidence')}`,
        finders: ['ArchiveMSP', 'GuildMSP', 'LabMSP'],
      },
      endorsers: ['ArchiveMSP', 'GuildMSP', 'LabMSP'],
    },
  ]);
  expect(kept).toEqual([evidence]);
  expect(await reports.settle(rejected, 0)).toBe(true);
  expect(submitted).toHaveLength(1);
  // Whoever examines it again has the evidence of its keeper, should the producer serve nothing any more.
  await reports.rerun({ producer: 'ComputeMSP', sequence: 1, receipt: id });
  expect(asked.at(-1)).toEqual({
    batch: 'ComputeMSP/1',
    receipt: id,
    evidence: sha256Hex('evidence'),
    keeper: 'GuildMSP',
  });
});

test('verifiers that have to re-execute it first are asked again', async () => {
  const { reports, submitted, refusals } = guild();
  const pending = { refusals: [{ member: 'LabMSP', code: 'verdict_pending' }] };
  refusals.push(new LlmchainError('unavailable', 'Too few endorsed.', pending));
  expect(await reports.report({ producer: 'ComputeMSP', sequence: 1, receipt: id })).toMatchObject({ block: 1 });
  expect(submitted).toHaveLength(2);
});

test('nothing is reported that the own verifier does not find, nor of a batch that is the own or not the own to verify', async () => {
  const honest = guild();
  honest.finds({ batch: 'ComputeMSP/1', root: evidence.root, verdict: 'accept', receipt: id });
  await expect(honest.reports.report({ producer: 'ComputeMSP', sequence: 1, receipt: id })).rejects.toThrowWithCode(
    'not_verified',
  );
  expect(await honest.reports.settle(rejected, 0)).toBe(false);
  expect(honest.submitted).toEqual([]);
  for (const own of ['ComputeMSP', 'PressMSP']) {
    const other = guild(own);
    expect(await other.reports.settle(rejected, 0)).toBe(true);
    expect(other.asked).toEqual([]);
  }
});

test('a batch as a whole has no fault, and one that nobody endorses is left after some attempts', async () => {
  const { reports, submitted, refusals } = guild();
  const whole = { ...rejected, findings: [{ member: 'GuildMSP', reason: 'root_mismatch' as const }] };
  expect(await reports.settle(whole, 0)).toBe(true);
  for (let attempt = 0; attempt < 30; attempt++) {
    refusals.push(new LlmchainError('unavailable', 'The peers are away.'));
    expect(await reports.settle(rejected, 0)).toBe(false);
  }
  expect(await reports.settle(rejected, 0)).toBe(true);
  expect(submitted).toHaveLength(30);
});
