import { LlmchainError, sha256Hex, type Batch, type ErrorCode, type Verdict } from '@llmchain/protocol';
import { RefuseBatches } from './refuse-batches';

const NOW = 1_900_000_000_000;
const batch = {
  batch: 'ComputeMSP/1',
  producer: 'ComputeMSP',
  sequence: 1,
  root: sha256Hex('root'),
  state: 'anchored',
  electorate: ['GuildMSP', 'LabMSP'],
  turns: ['GuildMSP', 'LabMSP'],
  anchored: NOW,
  deadline: NOW + 600_000,
} as unknown as Batch;

/** The guild's gateway with these workers, in this order: each has a verdict, or an error. */
function guild(...answers: (Verdict['verdict'] | ErrorCode)[]) {
  const asked: number[] = [];
  const submitted: unknown[] = [];
  const all = answers.map((_, index) => ({ id: String(index), member: 'GuildMSP', preference: 1 }));
  const judge = ({ id }: { id: string }): Promise<Verdict> => {
    const answer = answers[Number(id)]!;
    asked.push(Number(id));
    if (answer !== 'accept' && answer !== 'reject' && answer !== 'pending')
      return Promise.reject(new LlmchainError(answer, 'No verdict.'));
    const reason = answer === 'reject' ? { reason: 'output_mismatch' as const } : {};
    return Promise.resolve({ batch: batch.batch, root: batch.root, verdict: answer, ...reason });
  };
  const service = {
    find: () => Promise.resolve(undefined),
    submit: (...order: unknown[]) => {
      submitted.push(order);
      return Promise.resolve({ result: { state: 'open' } });
    },
  };
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
  const ports = { ledgers: { service }, workers: { all, judge }, faults: {}, log: silent };
  const refuse = new RefuseBatches(
    { own: 'GuildMSP' },
    ports as unknown as ConstructorParameters<typeof RefuseBatches>[1],
  );
  refuse.consider(batch);
  return { refuse, asked, submitted, answers };
}

test.each<[string, ErrorCode]>([
  ['is dead', 'unavailable'],
  ['fails', 'internal'],
  ['says what is no verdict', 'invalid_argument'],
  ['verifies nothing', 'not_supported'],
])('where a worker %s, the member’s next one is asked, and what it rejects is refused', async (_what, code) => {
  const { refuse, asked, submitted } = guild(code, 'reject');
  await refuse.run(NOW);
  expect(asked).toEqual([0, 1]);
  expect(submitted).toEqual([
    ['inference:refuseBatch', { producer: 'ComputeMSP', sequence: 1, reason: 'output_mismatch' }],
  ]);
});

test('where no worker answers, they are asked again until the batch is long over', async () => {
  const { refuse, asked, submitted, answers } = guild('unavailable', 'not_supported');
  await refuse.run(NOW);
  await refuse.run(NOW + 1_000);
  expect(asked).toEqual([0, 1, 0, 1]);
  answers[0] = 'accept';
  await refuse.run(NOW + 2_000);
  await refuse.run(NOW + 3_000);
  expect(asked).toEqual([0, 1, 0, 1, 0]);
  expect(submitted).toEqual([]);

  const late = guild('unavailable');
  await late.refuse.run(batch.deadline + 600_001);
  await late.refuse.run(batch.deadline + 600_002);
  expect(late.asked).toEqual([0]);
});

test('where none verifies, nobody is asked again', async () => {
  const { refuse, asked } = guild('not_supported');
  await refuse.run(NOW);
  await refuse.run(NOW + 1_000);
  expect(asked).toEqual([0]);
});
