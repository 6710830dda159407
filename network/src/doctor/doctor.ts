import { homeTopology, isHome } from '../home';
import { Processes } from '../processes/processes';
import { ProcessState } from '../processes/state';
import { CACHE, isBuilt } from '../programs/programs';
import { postgresFolder } from '../stores/postgres';
import type { Layout } from '../topology/layout';
import type { Check } from './check';
import { checkLeftovers, checkPermissions } from './home';
import { checkClock, checkDisk, checkMemory, checkPorts } from './machine';
import { checkTools, type ToolsOptions } from './tools';

export interface DoctorOptions extends ToolsOptions {
  readonly layout: Layout;
  readonly portBase?: number | undefined;
}

/** Looks at everything that a consortium needs of its machine and at what is in its home; changes nothing. */
export async function examine(options: DoctorOptions): Promise<Check[]> {
  const { layout, portBase, fabricBin, cache = CACHE } = options;
  const exists = await isHome(layout);
  const topology = await homeTopology(layout, { portBase });
  const state = new ProcessState({ file: layout.state });
  const log = (name: string): string => layout.log(name);
  const processes = new Processes({ logs: layout.logs, log }, { state });
  const checks = await Promise.all([
    checkTools({ fabricBin, cache }),
    checkDisk('home', layout.home),
    checkDisk('database', postgresFolder(layout)),
    (await isBuilt({ fabricBin, cache })) ? [] : checkDisk('cache', cache),
    checkMemory(processes.all().length > 0),
    checkPorts(topology, processes),
    checkClock(topology, layout, processes),
    ...(exists ? [checkLeftovers(layout, state), checkPermissions(layout)] : []),
  ]);
  return checks.flat();
}
