import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/**
 * When the process with this id was started, in clock ticks since boot (field 22 of `/proc/<pid>/stat`): with the id
 * it names one process for as long as the machine is up, which the id alone does not.
 * @returns `undefined` where there is none, or only the unreaped rest of one
 */
export function startTime(pid: number): string | undefined {
  const text = read(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStartTime(text);
}

/** The start time in the text of a `stat` file; `undefined` for zombies. The command, in brackets, may hold anything. */
export function parseStartTime(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  return state === 'Z' || state === 'X' ? undefined : fields[19];
}

/** A process that listens on a port; the id is unknown where it is another user's. */
export interface PortHolder {
  readonly pid: number | undefined;
  readonly command: string | undefined;
}

/** Who listens on TCP `port` of this machine, if anyone. */
export function portHolder(port: number): PortHolder | undefined {
  const inode = listeningInode(port, read('/proc/net/tcp') ?? '') ?? listeningInode(port, read('/proc/net/tcp6') ?? '');
  if (inode === undefined) return undefined;
  const pid = processIds().find((id) => holdsSocket(id, inode));
  const command = pid === undefined ? undefined : read(`/proc/${pid}/cmdline`)?.split('\0').join(' ').trim();
  return { pid, command };
}

/** The inode of the listening socket (state 0A) on `port` in the text of `/proc/net/tcp` or `tcp6`. */
export function listeningInode(port: number, table: string): string | undefined {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of table.split('\n').slice(1)) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === '0A' && local?.endsWith(wanted) === true) return inode;
  }
  return undefined;
}

/** Whether any living process has `folder` as its working folder. */
export function hasProcessIn(folder: string): boolean {
  return processIds().some((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false; // ended, or another user's
    }
  });
}

/** Ids of processes whose working folder is `folder` or lies in it; other users' only for root. */
export function processesUnder(folder: string): number[] {
  return processIds().filter((pid) => {
    try {
      const cwd = readlinkSync(`/proc/${pid}/cwd`);
      return cwd === folder || cwd.startsWith(`${folder}/`);
    } catch {
      return false; // ended, or another user's
    }
  });
}

function processIds(): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

function holdsSocket(pid: number, inode: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`;
      } catch {
        return false; // closed meanwhile
      }
    });
  } catch {
    return false; // ended meanwhile, or another user's
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
