import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Consortium } from './consortium';
import { claimHome } from './home';
import { startTime } from './processes/proc';
import { Processes } from './processes/processes';
import { ProcessState } from './processes/state';
import { until } from './processes/until';
import { layoutOf, type Layout } from './topology/layout';

const silent = { report: { step: () => ({ done: () => undefined, fail: () => undefined }) } };

let parent: string;
let layout: Layout;
let consortium: Consortium;
beforeEach(async () => {
  parent = mkdtempSync(path.join(os.tmpdir(), 'llmchain-reset-'));
  layout = layoutOf(path.join(parent, 'home'));
  consortium = new Consortium({ home: layout.home, services: [] }, silent);
  await claimHome(layout);
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** A program of the consortium that works in its home. */
async function started(): Promise<number> {
  const state = new ProcessState({ file: layout.state });
  const processes = new Processes({ logs: layout.logs, log: (name) => layout.log(name) }, { state });
  const sleep = 'setInterval(() => {}, 1000)';
  await processes.ensure({
    name: 'peer-guild',
    command: process.execPath,
    args: ['-e', sleep],
    env: {},
    cwd: layout.home,
  });
  return processes.running('peer-guild')!.pid;
}

test.each([
  ['of an older version', '{"version":1,"portBase":9000}'],
  ['of a newer version', '{"version":99,"members":[]}'],
  ['cut short', '{"version":2,"po'],
  ['empty', ''],
])('a home whose description is %s is stopped and removed, and nothing else does anything to it', async (_, text) => {
  const pid = await started();
  writeFileSync(layout.description, text);
  await expect(consortium.up()).rejects.toThrowWithCode('home_invalid');
  await expect(consortium.status()).rejects.toThrowWithCode('home_invalid');
  expect(startTime(pid)).toBeDefined();
  await consortium.reset();
  expect(existsSync(layout.home)).toBe(false);
  expect(startTime(pid)).toBeUndefined();
});

test('without a list of processes, a home where something works is left until a person has looked', async () => {
  const pid = await started();
  writeFileSync(layout.state, '{"version":1,"proc');
  await expect(consortium.reset()).rejects.toThrowWithCode('home_invalid', { pids: [pid] });
  expect(existsSync(layout.marker)).toBe(true);
  process.kill(pid, 'SIGKILL');
  await until('the end', () => Promise.resolve(startTime(pid) === undefined));
  await consortium.reset();
  expect(existsSync(layout.home)).toBe(false);
});

test('a folder that holds a home, or a file of its name, is no home: nothing in it is touched', async () => {
  const person = path.join(parent, 'person');
  mkdirSync(path.join(person, '.llmchain'), { recursive: true });
  writeFileSync(path.join(person, 'thesis.tex'), 'years of work');
  for (const mark of [undefined, 'notes of mine']) {
    if (mark !== undefined) {
      rmSync(path.join(person, '.llmchain'), { recursive: true });
      writeFileSync(path.join(person, '.llmchain'), mark);
    }
    const mistaken = new Consortium({ home: person }, silent);
    await expect(mistaken.reset()).rejects.toThrowWithCode('home_invalid');
    await expect(mistaken.down()).rejects.toThrowWithCode('home_invalid');
    expect(readFileSync(path.join(person, 'thesis.tex'), 'utf8')).toBe('years of work');
  }
});

test('a home behind a link is removed with the link', async () => {
  const link = path.join(parent, 'link');
  symlinkSync(layout.home, link);
  await new Consortium({ home: link, services: [] }, silent).reset();
  expect(readdirSync(parent)).toEqual([]);
});

test('what is not there is reset already', async () => {
  await consortium.reset();
  await consortium.reset();
  expect(existsSync(layout.home)).toBe(false);
});
