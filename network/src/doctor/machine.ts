import { readFile } from 'node:fs/promises';
import { NetworkError } from '../errors';
import { clockEvidence, clockFault } from '../machine/clock';
import { amount, freeBytes } from '../machine/disk';
import { assertPortsFree } from '../processes/ports';
import type { Processes } from '../processes/processes';
import type { Layout } from '../topology/layout';
import { portUses } from '../topology/process-names';
import type { Topology } from '../topology/topology';
import { bad, good, type Check } from './check';

const GIB = 1024 ** 3;
/** Comfortable room for a consortium's data, and for building its programs. */
const ROOM = { home: 5 * GIB, database: 1 * GIB, cache: 3 * GIB };
/** What a whole consortium with models takes. */
const MEMORY = 6 * GIB;

/** @param purpose what the folder is for */
export async function checkDisk(purpose: keyof typeof ROOM, folder: string): Promise<Check> {
  const needed = ROOM[purpose];
  const free = await freeBytes(folder);
  const detail = `${amount(free)} free for ${folder}`;
  return free >= needed
    ? good(`disk-${purpose}`, detail)
    : bad(`disk-${purpose}`, detail, `make room: ${amount(needed)} are needed`);
}

/** Whether every port is free, or held by this consortium. */
export async function checkPorts(topology: Topology, processes: Processes): Promise<Check> {
  const uses = portUses(topology);
  const wanted = uses.filter(({ process }) => processes.running(process) === undefined);
  try {
    await assertPortsFree(wanted);
    return good('ports', `${uses.length} ports from ${topology.portBase}, ${uses.length - wanted.length} in use by us`);
  } catch (error) {
    if (!(error instanceof NetworkError) || error.code !== 'port_taken') throw error;
    return bad('ports', error.message, 'stop what holds the port, or choose others with --port-base');
  }
}

export async function checkClock(topology: Topology, layout: Layout, processes: Processes): Promise<Check> {
  const evidence = await clockEvidence(topology, layout, processes.all());
  const fault = clockFault(evidence);
  const now = new Date(evidence.now).toISOString();
  if (fault === undefined)
    return good(
      'clock',
      evidence.lastBlock === undefined
        ? now
        : `${now}, ${Math.round((evidence.now - evidence.lastBlock) / 1000)} s after the last block`,
    );
  return bad(
    'clock',
    fault.detail,
    "set the machine's clock, best by a time service such as chrony or systemd-timesyncd",
  );
}

/** Whether memory suffices for what does not run yet. */
export async function checkMemory(running: boolean): Promise<Check> {
  const text = await readFile('/proc/meminfo', 'utf8');
  const available = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
  const detail = `${amount(available)} available`;
  return running || available >= MEMORY
    ? good('memory', detail)
    : bad('memory', detail, `end other programs: a whole consortium takes up to ${amount(MEMORY)}`);
}
