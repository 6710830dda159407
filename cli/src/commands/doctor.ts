import { Consortium, type Check } from '@llmchain/network';
import type { Settings } from '../settings';
import type { Terminal } from '../terminal';

/** Looks at the machine and the home, and says what to do about what is not as it should be. */
export async function doctorCommand(settings: Settings, terminal: Terminal): Promise<boolean> {
  const { home, portBase } = settings;
  const options = { home, portBase, fabricBin: process.env.FABRIC_BIN };
  const checks = await new Consortium(options, { report: terminal }).examine();
  const ok = checks.every((check) => check.ok);
  terminal.result({ ok, checks }, describeChecks(checks));
  return ok;
}

export function describeChecks(checks: readonly Check[]): string {
  const failed = checks.filter(({ ok }) => !ok).length;
  return [
    ...checks.flatMap(({ name, ok, detail, remedy }) => [
      ` ${ok ? '✔' : '✘'} ${name.padEnd(14)} ${detail}`,
      ...(remedy === null ? [] : [`   ${''.padEnd(14)} → ${remedy}`]),
    ]),
    '',
    failed === 0 ? 'All is well.' : `${failed} of ${checks.length} need attention.`,
  ].join('\n');
}
