import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { COMMAND_LINE, Scenario } from './support/consortium';

const run = promisify(execFile);

/** Set by `./llmchain test --all`: each starts a consortium of its own. */
const ALL = process.env.LLMCHAIN_TEST_ALL === '1';

const Report = z.object({
  smoke: z.literal(true),
  arms: z.record(z.string(), z.object({ median: z.number().positive(), unit: z.string() })),
  goals: z.array(z.object({ arm: z.string() })),
});

/** One tiny round of a benchmark, on a network that it makes and removes. */
async function smoke(name: string): Promise<z.infer<typeof Report>> {
  const { stdout } = await run(process.execPath, [...COMMAND_LINE, 'bench', name, '--smoke', '--json']);
  return Report.parse(JSON.parse(stdout));
}

(ALL ? describe : describe.skip)('benchmarks that add to a network of their own', () => {
  test('ledger-latency writes one at a time on channels with our settings and with Fabric’s', async () => {
    const { arms, goals } = await smoke('ledger-latency');
    expect(goals.map(({ arm }) => arm)).toEqual(['ratio', 'peak ratio']);
    // Fabric's default is to wait two seconds for more transactions, whatever else the machine does.
    expect(arms['defaults p50']!.median).toBeGreaterThan(2_000);
    expect(arms['ours p50']!.median).toBeLessThan(2_000);
    expect(Object.keys(arms)).toEqual(expect.arrayContaining(['peak ours', 'peak defaults']));
  });

  test('ledger-receipts anchors a batch, and writes single records by a bare contract beside ours', async () => {
    const { arms, goals } = await smoke('ledger-receipts');
    expect(goals.map(({ arm }) => arm)).toEqual(['ratio']);
    const rate = (arm: string): number => arms[arm]!.median;
    expect(rate('ratio')).toBeCloseTo(rate('anchored receipts') / rate('one record per transaction'), 0);
    expect(rate('one record per transaction, our contract')).toBeGreaterThan(0);
  });

  test('neither touches a consortium that is somebody’s', async () => {
    const home = await Scenario.shared();
    for (const name of ['ledger-latency', 'ledger-receipts'])
      expect((await home.command('bench', name, '--smoke')).answer).toMatchObject({
        error: { code: 'not_authorised' },
      });
  });
});
