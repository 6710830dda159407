import { LlmchainError, type LoadedModel, type ModelLoad } from '@llmchain/protocol';
import type { WorkerRef, Workers } from '../ports/workers';
import { RouteInference, type Weight } from './route-inference';

const POET = { model: 'poet', version: 1 };
const IDLE: ModelLoad = { running: 0, waiting: 0, slots: 8, outstanding: 0, room: 1_000_000 };
const BELIEF = 2_000;

/** Workers that tell what a test has them tell. */
class Pool implements Workers {
  readonly all: WorkerRef[];
  readonly loads = new Map<string, ModelLoad | 'silent' | 'elsewhere'>();
  asked = 0;
  generate = unused;
  halt = unused;
  pending = unused;
  acknowledge = unused;
  judge = unused;
  reexamine = unused;

  constructor(...workers: (string | WorkerRef)[]) {
    this.all = workers.map((each) =>
      typeof each === 'string' ? { id: each, member: each.slice(0, 1).toUpperCase(), preference: 1 } : each,
    );
    for (const { id } of this.all) this.loads.set(id, IDLE);
  }

  models({ id }: WorkerRef): Promise<LoadedModel[]> {
    this.asked++;
    const load = this.loads.get(id)!;
    if (load === 'silent') return Promise.reject(new LlmchainError('unavailable', 'No answer.'));
    return Promise.resolve(load === 'elsewhere' ? [] : [{ ...POET, load }]);
  }
}

function unused(): never {
  throw new Error('not of this test');
}

const weight = (changes: Partial<Weight> = {}): Weight => ({ tenant: 's1', prompt: 'a', maxTokens: 100, ...changes });

class Bench {
  readonly clock = { now: 1_000_000 };
  readonly suspended = new Set<string>();
  readonly router: RouteInference;

  constructor(readonly pool: Pool) {
    this.router = new RouteInference(
      { own: 'O', members: ['A', 'B', 'C', 'O'] },
      {
        workers: pool,
        suspensions: { now: () => Promise.resolve(this.suspended) },
        now: () => this.clock.now,
      },
    );
  }

  async choose(order = weight(), { own = false, tried = [] as string[] } = {}): Promise<string> {
    return (await this.router.choose(POET, order, { own, tried: new Set(tried) })).id;
  }

  begin(id: string, order = weight()): ReturnType<RouteInference['begin']> {
    return this.router.begin(
      this.pool.all.find((worker) => worker.id === id)!,
      order,
    );
  }

  /** Lets what workers told grow old. */
  age(milliseconds = BELIEF): void {
    jest.advanceTimersByTime(milliseconds);
    this.clock.now += milliseconds;
  }

  fail(id: string, times = 2): void {
    for (let turn = 0; turn < times; turn++) this.begin(id).end(new LlmchainError('unavailable', 'It broke off.'));
  }
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('the worker with the fewest tokens outstanding is chosen, not the one with the fewest answers', async () => {
  const bench = new Bench(new Pool('a-1', 'b-1'));
  bench.begin('a-1', weight({ maxTokens: 2_000 }));
  const short = [1, 2, 3].map(() => bench.begin('b-1', weight({ maxTokens: 100 })));
  expect(await bench.choose()).toBe('b-1');
  for (const each of short) each.end();
  expect(await bench.choose()).toBe('b-1');
});

test('tokens that have come are no longer outstanding', async () => {
  const bench = new Bench(new Pool('a-1', 'b-1'));
  const long = bench.begin('a-1', weight({ maxTokens: 1_000 }));
  bench.begin('b-1', weight({ maxTokens: 500 }));
  expect(await bench.choose()).toBe('b-1');
  long.came(600);
  expect(await bench.choose()).toBe('a-1');
});

test('what other gateways have ordered counts, as the worker tells it', async () => {
  const pool = new Pool('a-1', 'b-1');
  pool.loads.set('a-1', { ...IDLE, running: 4, outstanding: 3_000 });
  const bench = new Bench(pool);
  for (let turn = 0; turn < 5; turn++) expect(await bench.choose()).toBe('b-1');
  bench.begin('b-1', weight({ maxTokens: 3_500 }));
  expect(await bench.choose()).toBe('a-1');
});

test('a worker without room in its cache comes after one that has it', async () => {
  const pool = new Pool('a-1', 'b-1');
  pool.loads.set('a-1', { ...IDLE, outstanding: 10, room: 20 });
  pool.loads.set('b-1', { ...IDLE, outstanding: 50 });
  expect(await new Bench(pool).choose(weight({ maxTokens: 500 }))).toBe('b-1');
});

describe('a prompt that begins like an earlier one of the same tenant', () => {
  const prompt = 'You are a poet of the consortium. '.repeat(60);

  test('goes to the worker that was given it, although another has less to do', async () => {
    const bench = new Bench(new Pool('a-1', 'b-1'));
    bench.begin('a-1', weight({ prompt }));
    expect(await bench.choose(weight({ prompt: `${prompt}Sing.` }))).toBe('a-1');
    expect(await bench.choose(weight({ prompt, tenant: 's2' }))).toBe('b-1');
  });

  test('goes elsewhere when that worker is much busier, or has started anew', async () => {
    const bench = new Bench(new Pool('a-1', 'b-1'));
    bench.begin('a-1', weight({ prompt })).end();
    const busy = bench.begin('a-1', weight({ maxTokens: 20_000 }));
    expect(await bench.choose(weight({ prompt }))).toBe('b-1');
    busy.end();
    expect(await bench.choose(weight({ prompt }))).toBe('a-1');
    bench.pool.loads.set('a-1', 'elsewhere');
    bench.age();
    expect(await bench.choose(weight({ prompt }))).toBe('b-1');
    bench.pool.loads.set('a-1', IDLE);
    bench.age();
    const chosen = new Set<string>();
    for (let turn = 0; turn < 40; turn++) chosen.add(await bench.choose(weight({ prompt })));
    expect(chosen).toEqual(new Set(['a-1', 'b-1']));
  });
});

test('a worker of twice the preference is given twice as much', async () => {
  const pool = new Pool({ id: 'a-1', member: 'A', preference: 2 }, { id: 'b-1', member: 'B', preference: 1 });
  const bench = new Bench(pool);
  const given = { 'a-1': 0, 'b-1': 0 };
  for (let turn = 0; turn < 90; turn++) {
    const id = (await bench.choose()) as keyof typeof given;
    bench.begin(id);
    given[id]++;
  }
  expect(given['a-1'] / given['b-1']).toBeCloseTo(2, 0);
});

test('several workers of one member are told apart', async () => {
  const bench = new Bench(new Pool('a-1', 'a-2'));
  bench.begin('a-1');
  expect(await bench.choose()).toBe('a-2');
  expect(await bench.choose(weight(), { tried: ['a-2'] })).toBe('a-1');
  expect(await bench.router.served()).toEqual(new Map([['poet@1', ['A']]]));
});

test('nothing is ordered of a worker that the members suspended, however idle it is', async () => {
  const bench = new Bench(new Pool('a-1', 'a-2'));
  bench.begin('a-2', weight({ maxTokens: 5_000 }));
  expect(await bench.choose()).toBe('a-1');
  bench.suspended.add('a-1');
  expect(await bench.choose()).toBe('a-2');
  bench.suspended.add('a-2');
  await expect(bench.choose()).rejects.toThrow('No worker of another member serves');
  bench.suspended.clear();
  expect(await bench.choose()).toBe('a-1');
});

test('a worker that fails twice in a row is left alone for a growing while, and tried again', async () => {
  const bench = new Bench(new Pool('a-1', 'b-1'));
  bench.begin('b-1', weight({ maxTokens: 50_000 }));
  bench.fail('a-1', 1);
  expect(await bench.choose()).toBe('a-1');
  bench.fail('a-1', 1);
  for (const pause of [1_000, 2_000, 4_000]) {
    expect(await bench.choose()).toBe('b-1');
    bench.age(pause);
    expect(await bench.choose()).toBe('a-1');
    bench.fail('a-1', 1);
  }
  bench.age(8_000);
  bench.begin('a-1').answered();
  expect(await bench.choose()).toBe('a-1');
});

test('what the caller did wrong, or left, is no failure of the worker', async () => {
  const bench = new Bench(new Pool('a-1'));
  for (const code of ['invalid_argument', 'overloaded', 'insufficient_credits'] as const)
    for (let turn = 0; turn < 3; turn++) bench.begin('a-1').end(new LlmchainError(code, 'No.'));
  for (let turn = 0; turn < 3; turn++) bench.begin('a-1').end();
  expect(await bench.choose()).toBe('a-1');
});

test('a worker that does not tell what it serves is asked ever less often', async () => {
  const pool = new Pool('a-1', 'b-1');
  pool.loads.set('a-1', 'silent');
  const bench = new Bench(pool);
  for (let turn = 0; turn < 40; turn++) {
    expect(await bench.choose()).toBe('b-1');
    bench.age();
  }
  // Of the other forty times; of this one at first, and then after ever longer pauses.
  expect(pool.asked - 40).toBeLessThan(10);
});

test('a worker that refuses because it stops is asked what it serves before it is given more', async () => {
  const bench = new Bench(new Pool('a-1', 'b-1'));
  bench.begin('b-1', weight({ maxTokens: 50_000 }));
  expect(await bench.choose()).toBe('a-1');
  bench.pool.loads.set('a-1', 'elsewhere');
  bench.begin('a-1').end(new LlmchainError('unavailable', 'The worker finishes what it has and stops.'));
  expect(await bench.choose()).toBe('b-1');
});

test('the own member produces only when it may, and without any worker the caller is told to wait', async () => {
  const bench = new Bench(new Pool('o-1'));
  await expect(bench.choose()).rejects.toThrowWithCode('unavailable', { model: 'poet' });
  expect(await bench.choose(weight(), { own: true })).toBe('o-1');
});
