import { lstat, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { NetworkError } from './errors';
import { isMissing, readIfPresent, writeFileAtomic } from './files';
import { createGenesis } from './fabric/genesis';
import type { CertificateAuthorities } from './ca/certificate-authorities';
import { Enrolments } from './ca/enrolments';
import { workerHolders } from './ca/holders';
import { createRoots, createSigningKey } from './identities/identities';
import type { Programs } from './programs/programs';
import { layoutOf, type Layout } from './topology/layout';
import { readSettings, withAsked, writeSettings, type AskedSettings, type HomeSettings } from './settings';
import type { MemberName } from './topology/members';
import { gatewayUrl, topologyOf, type Topology } from './topology/topology';

/** How the file begins that marks a home. */
const MARK = 'Home of an LLMChain consortium.';

/** What a program outside needs to know to speak to a consortium that exists. */
export interface ConsortiumDescription {
  readonly home: string;
  readonly topology: Topology;
  /** Folder of the root certificates and the first block, for offline checks. */
  readonly roots: string;
  readonly members: readonly MemberDescription[];
}

export interface MemberDescription {
  readonly name: MemberName;
  readonly mspId: string;
  /** Base URL of the API. */
  readonly gateway: string;
  /** File with the API key of the member's administrator. */
  readonly adminKey: string;
  /** File with the `GatewayConfig` that the member's gateway runs with. */
  readonly gatewayConfig: string;
  /** Ids of its workers on the ledger. */
  readonly workers: readonly string[];
}

/**
 * Reads what is known of the consortium under `home`.
 * @throws {NetworkError} `home_invalid` where there is none
 */
export async function describe(home: string): Promise<ConsortiumDescription> {
  const layout = layoutOf(path.resolve(home));
  const topology = await existingTopology(layout);
  return {
    home: layout.home,
    topology,
    roots: layout.roots,
    members: topology.members.map((member) => ({
      name: member.name,
      mspId: member.mspId,
      gateway: gatewayUrl(member),
      adminKey: layout.member(member.name).adminKey,
      gatewayConfig: layout.member(member.name).gatewayConfig,
      workers: member.workers.map(({ id }) => id),
    })),
  };
}

/** @throws {NetworkError} `home_invalid` where no consortium has been made */
export async function existingTopology(layout: Layout): Promise<Topology> {
  const settings = await readSettings(layout);
  if (settings !== undefined) return topologyOf(settings.portBase, settings.workers, settings.splits);
  throw new NetworkError(
    'home_invalid',
    `there is no consortium in ${layout.home}: run "llmchain up", or name another folder with --home`,
    { home: layout.home },
  );
}

/**
 * The home's consortium with what is asked for.
 * @throws {NetworkError} `home_invalid` | `invalid_argument`
 */
export async function homeTopology(layout: Layout, asked: AskedSettings): Promise<Topology> {
  const { portBase, workers, splits } = withAsked(await readSettings(layout), asked, layout.home);
  return topologyOf(portBase, workers, splits);
}

/**
 * Makes the folder, or checks that it is ours.
 * @throws {NetworkError} `home_invalid` where it holds other things
 */
export async function claimHome(layout: Layout): Promise<void> {
  if (await isHome(layout)) return;
  await mkdir(layout.home, { recursive: true, mode: 0o700 });
  await writeFileAtomic(layout.marker, `${MARK} Remove it with "llmchain reset".\n`);
}

/**
 * Whether the folder is a consortium's home, rather than empty or not there. The name of the mark alone says nothing:
 * a user's own folder holds the default home under that very name.
 * @throws {NetworkError} `home_invalid` where it holds other things
 */
export async function isHome(layout: Layout): Promise<boolean> {
  const entries = await entriesOf(layout.home);
  if (entries.length === 0) return false;
  if ((await markOf(layout))?.startsWith(MARK) === true) return true;
  throw new NetworkError(
    'home_invalid',
    `${layout.home} holds other things than a consortium: name an empty or a new folder with --home`,
    { home: layout.home },
  );
}

/**
 * Makes keys, certificates and the first block, once: what an interrupted attempt left is made anew.
 * @returns how many certificates were made; 0 where they had been
 */
export async function establish(
  topology: Topology,
  layout: Layout,
  { programs, authorities }: { readonly programs: Programs; readonly authorities: CertificateAuthorities },
): Promise<number> {
  if ((await readSettings(layout)) !== undefined) return 0;
  await authorities.down();
  for (const folder of [layout.members, layout.services.folder, layout.roots, layout.fabric.folder, layout.data])
    await rm(folder, { recursive: true, force: true });
  const roots = await createRoots(topology, layout);
  await authorities.up();
  const enrolled = await new Enrolments({ topology, layout }, { authorities }).create();
  await createGenesis(topology, layout, programs);
  await writeSettings(layout, settingsOf(topology));
  return roots + enrolled;
}

/**
 * Keeps the settings in a home that exists, and makes keys and certificates of those that are new in it. What an
 * interrupted attempt left is made anew: none of it was used.
 * @returns how many certificates were made
 */
export async function addWorkers(
  topology: Topology,
  layout: Layout,
  { authorities }: { readonly authorities: CertificateAuthorities },
): Promise<number> {
  await writeSettings(layout, settingsOf(topology));
  const all = topology.members.flatMap((member) => member.workers.map((worker) => ({ member, worker })));
  const complete = await Promise.all(
    all.map(async ({ member, worker }) => {
      const { certificate } = workerHolders(member, worker, layout).at(-1)!.files;
      return (await readIfPresent(certificate)) !== undefined;
    }),
  );
  const added = all.filter((_, at) => !complete[at]);
  if (added.length === 0) return 0;
  for (const { member, worker } of added) await createSigningKey(member, worker, layout);
  await authorities.up();
  return new Enrolments({ topology, layout }, { authorities }).enrolAdded(added);
}

function settingsOf({ portBase, members, splits }: Topology): HomeSettings {
  return { portBase, workers: Object.fromEntries(members.map(({ name, workers }) => [name, workers.length])), splits };
}

async function markOf(layout: Layout): Promise<string | undefined> {
  const found = await lstat(layout.marker).catch(() => undefined);
  return found?.isFile() === true ? readIfPresent(layout.marker) : undefined;
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    if (!(await stat(folder)).isDirectory()) throw new NetworkError('home_invalid', `${folder} is not a folder`);
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
