import { z } from 'zod';
import { NetworkError } from './errors';
import { readIfPresent, writeJson } from './files';
import type { Layout } from './topology/layout';
import { DEFAULT_PORT_BASE, MEMBER_NAMES, MOST_WORKERS, topologyOf, type WorkerCounts } from './topology/topology';

/** Form of the home folder; a home of another form is refused. */
const VERSION = 2;

const Stored = z.strictObject({
  version: z.literal(VERSION),
  portBase: z.number().int(),
  /** Of members that have more than one. */
  workers: z.partialRecord(z.enum(MEMBER_NAMES), z.number().int().min(1).max(MOST_WORKERS)).default({}),
});

/** What its people chose for a consortium; the home keeps it. */
export interface HomeSettings {
  readonly portBase: number;
  readonly workers: WorkerCounts;
}

/** What a command asks of the settings; what it leaves out stays as it is. */
export interface AskedSettings {
  readonly portBase?: number | undefined;
  readonly workers?: WorkerCounts | undefined;
}

/** @throws {NetworkError} `home_invalid` where they are damaged or of another version */
export async function readSettings(layout: Layout): Promise<HomeSettings | undefined> {
  const text = await readIfPresent(layout.description);
  if (text === undefined) return undefined;
  const { success, data } = Stored.safeParse(parsedJson(text));
  if (success) return { portBase: data.portBase, workers: data.workers };
  throw new NetworkError(
    'home_invalid',
    `${layout.description} is damaged or was written by another version: use that version, or "llmchain reset"`,
    { file: layout.description },
  );
}

/** @throws {NetworkError} `invalid_argument` where no consortium can have these */
export async function writeSettings(layout: Layout, { portBase, workers }: HomeSettings): Promise<void> {
  topologyOf(portBase, workers);
  await writeJson(layout.description, { version: VERSION, portBase, workers });
}

/**
 * The home's own settings with what is asked for. Its first block names its ports, so these stay; workers are added.
 * @throws {NetworkError} `home_invalid` for other ports, `invalid_argument` for fewer workers than there are
 */
export function withAsked(stored: HomeSettings | undefined, asked: AskedSettings, home: string): HomeSettings {
  const { portBase, workers = {} } = asked;
  if (!stored) return { portBase: portBase ?? DEFAULT_PORT_BASE, workers };
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
  return { portBase: stored.portBase, workers: { ...stored.workers, ...workers } };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
