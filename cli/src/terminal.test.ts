import { Terminal } from './terminal';

function streams(isTTY = false) {
  const written = { stdout: '', stderr: '' };
  const into = (name: 'stdout' | 'stderr') => ({ isTTY, write: (text: string) => (written[name] += text) });
  return { written, to: { stdout: into('stdout'), stderr: into('stderr') } };
}

test('with --json standard output holds one object, and people read standard error', () => {
  const { written, to } = streams();
  const terminal = new Terminal(true, to);
  terminal.line('hello');
  terminal.step('peers').done('4 joined');
  terminal.result({ height: 7 }, 'Ready.');
  expect(written.stdout).toBe('{"height":7}\n');
  expect(written.stderr).toContain('hello');
  expect(written.stderr).toMatch(/✔ peers +\d+\.\d s {3}4 joined/);
});

test('without it people read everything on standard output', () => {
  const { written, to } = streams();
  const terminal = new Terminal(false, to);
  terminal.step('peers').fail(new Error('port 8151 is taken'));
  terminal.result({ height: 7 }, 'Ready.');
  expect(written.stderr).toBe('');
  expect(written.stdout).toContain('✘ peers');
  expect(written.stdout).toContain('port 8151 is taken');
  expect(written.stdout.endsWith('Ready.\n')).toBe(true);
});

test('colours only on a terminal', () => {
  const plain = streams();
  new Terminal(false, plain.to).step('peers').done();
  // eslint-disable-next-line no-control-regex
  expect(plain.written.stdout).not.toMatch(/\u001b\[/);
});
