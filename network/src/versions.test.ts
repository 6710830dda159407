import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Processes } from './processes/processes';
import { ProcessState } from './processes/state';
import { layoutOf } from './topology/layout';
import { versionsOf } from './versions';

test('programs are called by the names of their releases, as their modules pin them', async () => {
  const layout = layoutOf(mkdtempSync(path.join(os.tmpdir(), 'llmchain-versions-')));
  const state = new ProcessState({ file: layout.state });
  const processes = new Processes({ logs: layout.logs, log: (name) => layout.log(name) }, { state });
  expect(await versionsOf(layout, processes)).toEqual({
    node: process.version,
    fabric: 'v3.1.1',
    fabricCa: 'v1.5.15',
    versitygw: 'v1.8.0',
    postgres: expect.stringMatching(/^18\./),
    chaincode: null,
  });
  rmSync(layout.home, { recursive: true });
});
