import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { NetworkError } from '../errors';
import { isMissing, readIfPresent } from '../files';
import type { StoredProcess } from '../processes/state';
import type { Layout } from '../topology/layout';
import type { Topology } from '../topology/topology';

/** Two clocks this near to each other are the same, milliseconds. */
const TOLERANCE = 5_000;
/** Units of a process's start time per second, as Linux shows them to programs. */
const TICKS = 100;

/** What speaks against the machine's clock, milliseconds. */
export interface ClockFault {
  readonly reason: 'behind_ledger' | 'stepped' | 'outside_certificates';
  readonly detail: string;
}

export interface ClockEvidence {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** When the last block was written here, by the same clock then. */
  readonly lastBlock: number | undefined;
  /** Validity of the consortium's youngest root. */
  readonly root: { readonly from: number; readonly to: number } | undefined;
  /** When processes that run were started: by the clock, and by how long they have run since. */
  readonly started: readonly { readonly name: string; readonly byClock: number; readonly byUptime: number }[];
}

/** What is wrong with the clock, if anything; pure. */
export function clockFault({ now, lastBlock, root, started }: ClockEvidence): ClockFault | undefined {
  const at = (time: number): string => new Date(time).toISOString();
  if (lastBlock !== undefined && now < lastBlock - TOLERANCE)
    return {
      reason: 'behind_ledger',
      detail: `it is ${at(now)} here, but the last block was written at ${at(lastBlock)}`,
    };
  if (root !== undefined && (now < root.from || now > root.to))
    return {
      reason: 'outside_certificates',
      detail: `it is ${at(now)} here, but the certificates of the members hold from ${at(root.from)} to ${at(root.to)}`,
    };
  const moved = started.find(({ byClock, byUptime }) => Math.abs(byClock - byUptime) > TOLERANCE);
  if (moved !== undefined) {
    const seconds = Math.round((moved.byUptime - moved.byClock) / 1000);
    return { reason: 'stepped', detail: `the clock was set by ${seconds} s since ${moved.name} was started` };
  }
  return undefined;
}

/** Gathers what a home and its processes tell of the time. */
export async function clockEvidence(
  topology: Topology,
  layout: Layout,
  running: readonly StoredProcess[],
): Promise<ClockEvidence> {
  const now = Date.now();
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
  const blocks = await Promise.all(
    topology.members.map((member) => lastWrite(layout.member(member.name).peerData, topology.channel)),
  );
  return {
    now,
    lastBlock: blocks.reduce((latest, time) => (time === undefined ? latest : Math.max(latest ?? 0, time)), undefined),
    root: await rootValidity(topology, layout),
    started: running.map(({ name, startedAt, startTime }) => ({
      name,
      byClock: startedAt,
      byUptime: now - (uptime - (Number(startTime) / TICKS) * 1000),
    })),
  };
}

/**
 * Under a clock that goes wrong, blocks are refused, certificates end and sessions expire.
 * @throws {NetworkError} `clock_wrong`; a clock that was set while programs ran is no error, for it may be right now
 */
export function assertClock(evidence: ClockEvidence): void {
  const fault = clockFault(evidence);
  if (fault === undefined || fault.reason === 'stepped') return;
  throw new NetworkError('clock_wrong', `${fault.detail}: set the machine's clock, then try again`, { ...fault });
}

/** When the peer last wrote to its chain of blocks. */
async function lastWrite(peerData: string, channel: string): Promise<number | undefined> {
  const folder = path.join(peerData, 'ledgersData', 'chains', 'chains', channel);
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const times = await Promise.all(names.map(async (name) => (await stat(path.join(folder, name))).mtimeMs));
  return times.length === 0 ? undefined : Math.max(...times);
}

async function rootValidity(topology: Topology, layout: Layout): Promise<{ from: number; to: number } | undefined> {
  const files = topology.members.map((member) => layout.member(member.name).ca.certificate);
  const roots: X509Certificate[] = [];
  for (const file of files) {
    if ((await readIfPresent(file)) === undefined) return undefined;
    roots.push(new X509Certificate(await readFile(file)));
  }
  return {
    from: Math.max(...roots.map(({ validFrom }) => Date.parse(validFrom))),
    to: Math.min(...roots.map(({ validTo }) => Date.parse(validTo))),
  };
}
