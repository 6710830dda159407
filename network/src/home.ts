import { lstat, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { NetworkError } from './errors';
import { isMissing, readIfPresent, writeFileAtomic, writeJson } from './files';
import { createGenesis } from './fabric/genesis';
import type { CertificateAuthorities } from './ca/certificate-authorities';
import { Enrolments } from './ca/enrolments';
import { createRoots } from './identities/identities';
import type { Programs } from './programs/programs';
import { layoutOf, type Layout } from './topology/layout';
import { DEFAULT_PORT_BASE, gatewayUrl, topologyOf, type MemberName, type Topology } from './topology/topology';

/** Form of the home folder; a home of another form is refused. */
const VERSION = 2;

/** How the file begins that marks a home. */
const MARK = 'Home of an LLMChain consortium.';

const Description = z.strictObject({ version: z.literal(VERSION), portBase: z.number().int() });

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
    })),
  };
}

/** @throws {NetworkError} `home_invalid` where no consortium has been made */
export async function existingTopology(layout: Layout): Promise<Topology> {
  const portBase = await storedPortBase(layout);
  if (portBase !== undefined) return topologyOf(portBase);
  throw new NetworkError(
    'home_invalid',
    `there is no consortium in ${layout.home}: run "llmchain up", or name another folder with --home`,
    { home: layout.home },
  );
}

/** The port base that the home was made with, which its first block names, or else the one asked for. */
export async function homeTopology(layout: Layout, asked: number | undefined): Promise<Topology> {
  const stored = await storedPortBase(layout);
  if (stored !== undefined && asked !== undefined && stored !== asked)
    throw new NetworkError(
      'home_invalid',
      `the consortium in ${layout.home} has port base ${stored}, not ${asked}: leave --port-base out, or name another folder with --home`,
      { stored, asked },
    );
  return topologyOf(stored ?? asked ?? DEFAULT_PORT_BASE);
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
  if ((await storedPortBase(layout)) !== undefined) return 0;
  await authorities.down();
  for (const folder of [layout.members, layout.services.folder, layout.roots, layout.fabric.folder, layout.data])
    await rm(folder, { recursive: true, force: true });
  const roots = await createRoots(topology, layout);
  await authorities.up();
  const enrolled = await new Enrolments({ topology, layout }, { authorities }).create();
  await createGenesis(topology, layout, programs);
  await writeJson(layout.description, { version: VERSION, portBase: topology.portBase });
  return roots + enrolled;
}

async function storedPortBase(layout: Layout): Promise<number | undefined> {
  const text = await readIfPresent(layout.description);
  if (text === undefined) return undefined;
  const parsed = Description.safeParse(parsedJson(text));
  if (!parsed.success)
    throw new NetworkError(
      'home_invalid',
      `${layout.description} is damaged or was written by another version: use that version, or "llmchain reset"`,
      { file: layout.description },
    );
  return parsed.data.portBase;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
