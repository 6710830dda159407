import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Annex } from './annex';
import { Processes } from './processes/processes';
import { ProcessState } from './processes/state';
import type { Programs } from './programs/programs';
import { layoutOf, type Layout } from './topology/layout';
import { topologyOf } from './topology/topology';

const topology = topologyOf(8000);
const ordering = {
  OrdererType: 'etcdraft',
  BatchTimeout: '2s',
  BatchSize: { MaxMessageCount: 500, AbsoluteMaxBytes: '10 MB', PreferredMaxBytes: '2 MB' },
} as const;

let parent: string;
let layout: Layout;
let annex: Annex;
beforeEach(() => {
  parent = mkdtempSync(path.join(os.tmpdir(), 'llmchain-annex-'));
  layout = layoutOf(path.join(parent, 'home'));
  const state = new ProcessState({ file: layout.state });
  const processes = new Processes({ logs: layout.logs, log: (name) => layout.log(name) }, { state });
  annex = new Annex(topology, { layout, processes, programs: {} as Programs });
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

test('there is nothing to add to where there is no consortium', async () => {
  const silent = { step: () => ({ done: () => undefined, fail: () => undefined }) };
  await expect(Annex.of({ home: layout.home }, { report: silent })).rejects.toThrowWithCode('home_invalid');
});

test.each(['llmchain', '', '../llmchain', 'Bare', 'bare/x', '1', 'a'.repeat(41), 'bare\n', '-C'])(
  'neither chaincode nor channel can be called %j, and nothing is written',
  async (name) => {
    await expect(annex.install({ name, main: __filename })).rejects.toThrowWithCode('invalid_argument');
    await expect(annex.open(name, ordering)).rejects.toThrowWithCode('invalid_argument');
    expect(existsSync(layout.home)).toBe(false);
  },
);

test('a chaincode that is not built is named', async () => {
  const main = path.join(parent, 'main.js');
  await expect(annex.install({ name: 'bare', main })).rejects.toThrowWithCode('not_built', { file: main });
});
