import { z } from 'zod';
import { NetworkError } from './errors';
import { readIfPresent, writeJson } from './files';
import type { Layout } from './topology/layout';
import { MEMBER_NAMES, MOST_WORKERS, type WorkerCounts } from './topology/members';
import { planSplit, Split, withoutSplit, type SplitOrder } from './topology/splits';
import { DEFAULT_PORT_BASE, topologyOf } from './topology/topology';

/** Form of the home folder; a home of another form is refused. */
const VERSION = 2;

const Stored = z.strictObject({
  version: z.literal(VERSION),
  portBase: z.number().int(),
  /** Of members that have more than one. */
  workers: z.partialRecord(z.enum(MEMBER_NAMES), z.number().int().min(1).max(MOST_WORKERS)).default({}),
  splits: z.array(Split).default([]),
});

/** What its people chose for a consortium; the home keeps it. */
export interface HomeSettings {
  readonly portBase: number;
  readonly workers: WorkerCounts;
  readonly splits: readonly Split[];
}

/** What a command asks of the settings; what it leaves out stays as it is. */
export interface AskedSettings {
  readonly portBase?: number | undefined;
  readonly workers?: WorkerCounts | undefined;
  /** A model version to split, or to split otherwise. */
  readonly split?: SplitOrder | undefined;
  /** A model version that is to be whole again. */
  readonly join?: Pick<Split, 'model' | 'version'> | undefined;
}

/** @throws {NetworkError} `home_invalid` where they are damaged or of another version */
export async function readSettings(layout: Layout): Promise<HomeSettings | undefined> {
  const text = await readIfPresent(layout.description);
  if (text === undefined) return undefined;
  const { success, data } = Stored.safeParse(parsedJson(text));
  if (success) return { portBase: data.portBase, workers: data.workers, splits: data.splits };
  throw new NetworkError(
    'home_invalid',
    `${layout.description} is damaged or was written by another version: use that version, or "llmchain reset"`,
    { file: layout.description },
  );
}

/** @throws {NetworkError} `invalid_argument` where no consortium can have these */
export async function writeSettings(layout: Layout, { portBase, workers, splits }: HomeSettings): Promise<void> {
  topologyOf(portBase, workers, splits);
  await writeJson(layout.description, { version: VERSION, portBase, workers, splits });
}

/**
 * The home's own settings with what is asked for. Its first block names its ports, so these stay; workers are added.
 * @throws {NetworkError} `home_invalid` for other ports, `invalid_argument` for fewer workers than there are, and for splits
 * that cannot be
 */
export function withAsked(stored: HomeSettings | undefined, asked: AskedSettings, home: string): HomeSettings {
  const { portBase, workers = {}, split, join } = asked;
  const before = stored?.splits ?? [];
  const splits = join ? withoutSplit(before, join) : before;
  if (join && splits.length === before.length)
    throw new NetworkError('invalid_argument', `${join.model}@${join.version} is not split`, { ...join });
  const kept = { workers: { ...stored?.workers, ...workers }, splits };
  const planned = split ? planSplit(split, kept) : kept;
  if (!stored) return { portBase: portBase ?? DEFAULT_PORT_BASE, ...planned };
  if (portBase !== undefined && stored.portBase !== portBase)
    throw new NetworkError(
      'home_invalid',
      `the consortium in ${home} has port base ${stored.portBase}, not ${portBase}: leave --port-base out, or name another folder with --home`,
      { stored: stored.portBase, asked: portBase },
    );
  for (const name of MEMBER_NAMES) {
    const there = stored.workers[name] ?? 1;
    const wanted = workers[name] ?? there;
    if (wanted < there)
      throw new NetworkError(
        'invalid_argument',
        `${name} has ${there} workers, and none is taken away: receipts may lie there that nobody has fetched. Ask for ${there} or more`,
        { member: name, stored: there, asked: wanted },
      );
  }
  return { portBase: stored.portBase, ...planned };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
