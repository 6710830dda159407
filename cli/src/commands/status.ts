import { Consortium, type MemberStatus, type ProcessStatus, type Status } from '@llmchain/network';
import type { Settings } from '../settings';
import type { Terminal } from '../terminal';

/** What runs, whether it does its work, how far each ledger is, and what memory it all takes. */
export async function statusCommand(settings: Settings, terminal: Terminal): Promise<void> {
  const { home, portBase } = settings;
  const status = await new Consortium({ home, portBase }, { report: terminal }).status();
  terminal.result(status, describeStatus(status, Date.now()));
}

/** @param now milliseconds since the Unix epoch */
export function describeStatus(status: Status, now: number): string {
  const { running, healthy, processes, versions } = status;
  return [
    ...processes.map((process) => processLine(process, now)),
    '',
    ...Object.entries(status.members).map(([name, member]) => memberLine(name, member)),
    '',
    `   ${running} of ${processes.length} processes run, ${healthy} are healthy, ${mebibytes(status.memoryBytes)} of memory`,
    `   Node.js ${versions.node}, Fabric ${versions.fabric}, fabric-ca ${versions.fabricCa}, versitygw ${versions.versitygw}, Postgres ${versions.postgres}`,
    `   chaincode ${versions.chaincode ?? 'not committed yet'}`,
  ].join('\n');
}

function processLine(process: ProcessStatus, now: number): string {
  const { name, state, pid, startedAt, healthy, memoryBytes } = process;
  if (state === 'stopped') return `   ${name.padEnd(18)} stopped`;
  const health = healthy ? 'healthy' : 'no answer';
  const since = startedAt === null ? '' : `up ${duration(now - startedAt)}`;
  return `   ${name.padEnd(18)} ${health.padEnd(10)} pid ${String(pid).padEnd(8)} ${mebibytes(memoryBytes).padStart(9)}   ${since}`;
}

function memberLine(name: string, { height, leads, gateway }: MemberStatus): string {
  const ledger = height === null ? 'no answer' : `${height} blocks`;
  return `   ${name.padEnd(9)} ${gateway}   ${ledger}${leads ? ', leads the ordering' : ''}`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}

/** As in `3 h 5 min`. */
function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1000)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}
