import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { NetworkError } from '../errors';
import { inTurn } from '../processes/lock';
import { reported, type Report } from '../report';
import { compiler, go, goVersion } from './go';

/** Absolute paths of what a consortium is run with. */
export interface Programs {
  readonly peer: string;
  readonly orderer: string;
  readonly configtxgen: string;
  readonly configtxlator: string;
  readonly osnadmin: string;
  readonly versitygw: string;
  readonly fabricCaServer: string;
  /** Fabric's sample `core.yaml` and `orderer.yaml`, from which ours are derived. */
  readonly sampleConfig: { readonly core: string; readonly orderer: string };
}

export interface ProgramsOptions {
  /** Folder of built programs, shared by all homes; default `~/.cache/llmchain/bin`. */
  readonly cache?: string;
  /** Folder of official Fabric release programs, used before any build; its `../config` holds the sample files. */
  readonly fabricBin?: string;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
}

/** One Go module under `programs/` and what is taken from it. */
interface GoModule {
  readonly name: string;
  readonly programs: readonly string[];
  /** Whether it is built with C code: then a C compiler is needed. */
  readonly cgo: boolean;
  /** Files to keep beside the programs, by name, with the module that holds them. */
  readonly samples: { readonly module: string; readonly folder: string; readonly files: readonly string[] } | undefined;
}

const FABRIC: GoModule = {
  name: 'fabric',
  programs: ['peer', 'orderer', 'configtxgen', 'configtxlator', 'osnadmin'],
  cgo: false,
  samples: { module: 'github.com/hyperledger/fabric', folder: 'sampleconfig', files: ['core.yaml', 'orderer.yaml'] },
};
const VERSITYGW: GoModule = { name: 'versitygw', programs: ['versitygw'], cgo: false, samples: undefined };
/** Its register is SQLite, which is C. */
const FABRIC_CA: GoModule = { name: 'fabric-ca', programs: ['fabric-ca-server'], cgo: true, samples: undefined };

/** Folder of built programs unless another is named. */
export const CACHE = path.join(os.homedir(), '.cache', 'llmchain', 'bin');
/** Folder of the Go modules that programs are built from. */
export const MODULES_FOLDER = path.resolve(__dirname, '../../programs');

/**
 * Finds the programs in the cache, or builds them from the Go module proxy under the checksums in `go.sum`.
 * @throws {NetworkError} `missing_program` without Go and cache, `build_failed` with the end of the compiler's output
 */
export async function programs(options: ProgramsOptions): Promise<Programs> {
  const cache = options.cache ?? CACHE;
  const given = options.fabricBin;
  const build = (module: GoModule): Promise<Built> => builtModule(module, cache, options.signal);
  return reported(
    options.report,
    'programs',
    async () => {
      // One after the other: the compiler uses every core by itself.
      const fabric = given === undefined ? await build(FABRIC) : await releasePrograms(given);
      const ca = (given === undefined ? undefined : await releaseCa(given)) ?? (await build(FABRIC_CA));
      const s3 = await build(VERSITYGW);
      return { ...named(fabric, ca, s3), built: fabric.built || ca.built || s3.built };
    },
    ({ built }) => (built ? 'built' : 'cached'),
  );
}

/**
 * The fabric-ca server alone, found or built as {@link programs} does.
 * @throws {NetworkError} `missing_program`, `build_failed`
 */
export async function fabricCaServer(cache: string = CACHE): Promise<string> {
  const { folder } = await builtModule(FABRIC_CA, cache, undefined);
  return path.join(folder, 'fabric-ca-server');
}

/** Whether nothing is left to build. */
export async function isBuilt(options: Pick<ProgramsOptions, 'cache' | 'fabricBin'>): Promise<boolean> {
  const { cache = CACHE, fabricBin } = options;
  const modules = [
    ...(fabricBin === undefined ? [FABRIC] : []),
    ...(fabricBin !== undefined && (await releaseCa(fabricBin)) !== undefined ? [] : [FABRIC_CA]),
    VERSITYGW,
  ];
  const found = await Promise.all(
    modules.map(async (module) => (await cachedFolder(module, cache)).folder !== undefined),
  );
  return found.every(Boolean);
}

interface Built {
  readonly folder: string;
  readonly samples: string;
  readonly built: boolean;
}

function named(fabric: Built, ca: Built, s3: Built): Programs {
  const at = (name: string): string => path.join(fabric.folder, name);
  const { samples } = fabric;
  return {
    peer: at('peer'),
    orderer: at('orderer'),
    configtxgen: at('configtxgen'),
    configtxlator: at('configtxlator'),
    osnadmin: at('osnadmin'),
    versitygw: path.join(s3.folder, 'versitygw'),
    fabricCaServer: path.join(ca.folder, 'fabric-ca-server'),
    sampleConfig: { core: path.join(samples, 'core.yaml'), orderer: path.join(samples, 'orderer.yaml') },
  };
}

/**
 * The programs of an unpacked release of Fabric.
 * @throws {NetworkError} `missing_program` naming the file that is not there
 */
export async function releasePrograms(folder: string): Promise<Built> {
  const samples = path.resolve(folder, '../config');
  const wanted = [
    ...FABRIC.programs.map((name) => path.join(folder, name)),
    path.join(samples, 'core.yaml'),
    path.join(samples, 'orderer.yaml'),
  ];
  for (const file of wanted)
    if (!(await isFile(file)))
      throw new NetworkError(
        'missing_program',
        `FABRIC_BIN names ${folder}, but ${file} is not there: unpack a Hyperledger Fabric 3.1 release with its bin and config folders, or unset FABRIC_BIN`,
        { file },
      );
  return { folder, samples, built: false };
}

/** Releases of fabric-ca are unpacked beside those of Fabric, or not at all. */
async function releaseCa(folder: string): Promise<Built | undefined> {
  if (!(await isFile(path.join(folder, FABRIC_CA.programs[0] ?? '')))) return undefined;
  return { folder, samples: folder, built: false };
}

async function builtModule(module: GoModule, cache: string, signal: AbortSignal | undefined): Promise<Built> {
  const source = path.join(MODULES_FOLDER, module.name);
  const { folder, target } = await cachedFolder(module, cache);
  if (folder !== undefined) return { folder, samples: folder, built: false };
  if (target === undefined)
    throw new NetworkError(
      'missing_program',
      `the Go compiler is needed once to build ${module.programs.join(', ')}: install Go 1.24 or newer (https://go.dev/dl) so that "go" is in PATH`,
      { program: 'go' },
    );
  if (module.cgo) await assertCompiler(module);
  return once(`${target}.lock`, async () => {
    const there = await isFinished(module, target);
    if (!there) await buildInto(module, source, target, signal);
    return { folder: target, samples: target, built: !there };
  });
}

/**
 * Where a module's programs are, by the hash of its source and the version of Go; without Go, of any version.
 * @returns `folder` where they are built, `target` where they would be
 */
async function cachedFolder(
  module: GoModule,
  cache: string,
): Promise<{ folder: string | undefined; target: string | undefined }> {
  const prefix = `${module.name}-${await sourceHash(path.join(MODULES_FOLDER, module.name))}-`;
  const version = await goVersion();
  const target = version === undefined ? undefined : path.join(cache, prefix + version);
  const candidate = target ?? (await anyBuilt(cache, prefix));
  const folder = candidate !== undefined && (await isFinished(module, candidate)) ? candidate : undefined;
  return { folder, target };
}

function isFinished(module: GoModule, folder: string): Promise<boolean> {
  return isFile(path.join(folder, module.programs[0] ?? ''));
}

/** Two commands that need the same programs build them once: the second waits for the first. */
async function once<T>(lock: string, work: () => Promise<T>): Promise<T> {
  await mkdir(path.dirname(lock), { recursive: true });
  return inTurn(lock, work);
}

/** Builds in a folder of its own and renames it at the end: a build that was killed leaves nothing that looks finished. */
async function buildInto(
  module: GoModule,
  source: string,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await removeAbandoned(path.dirname(target));
  const building = `${target}.building-${randomBytes(4).toString('hex')}`;
  await mkdir(building, { recursive: true });
  try {
    const env = { ...process.env, GOBIN: building, CGO_ENABLED: module.cgo ? '1' : '0', GOWORK: 'off' };
    await go(['install', '-trimpath', '-ldflags=-s -w', 'tool'], { cwd: source, env, signal });
    if (module.samples !== undefined) {
      const { module: dependency, folder, files } = module.samples;
      const listed = await go(['list', '-m', '-f', '{{.Dir}}', dependency], { cwd: source, env, signal });
      for (const file of files) await copyFile(path.join(listed.trim(), folder, file), path.join(building, file));
    }
    await rename(building, target);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    throw error;
  }
}

/** What builds that were killed left behind; no build takes two hours. */
async function removeAbandoned(cache: string): Promise<void> {
  const names = (await readdir(cache).catch(() => [])).filter((name) => name.includes('.building-'));
  for (const folder of names.map((name) => path.join(cache, name))) {
    const age = Date.now() - ((await stat(folder).catch(() => undefined))?.mtimeMs ?? 0);
    if (age > 2 * 3600 * 1000) await rm(folder, { recursive: true, force: true });
  }
}

async function assertCompiler(module: GoModule): Promise<void> {
  if ((await compiler()) !== undefined) return;
  throw new NetworkError(
    'missing_program',
    `a C compiler is needed once to build ${module.programs.join(', ')}: install gcc or clang, with the C library's headers, so that "gcc" is in PATH, or name it in CC`,
    { program: 'cc' },
  );
}

async function sourceHash(source: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(path.join(source, file)));
  return hash.digest('hex').slice(0, 16);
}

async function anyBuilt(cache: string, prefix: string): Promise<string | undefined> {
  const entries = await readdir(cache).catch(() => []);
  const found = entries
    .filter((entry) => entry.startsWith(prefix) && !entry.includes('.building-') && !entry.includes('.lock'))
    .sort();
  const newest = found.at(-1);
  return newest === undefined ? undefined : path.join(cache, newest);
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}
