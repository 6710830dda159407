import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { NetworkError } from '../errors';

const Manifest = z.object({
  main: z.string().default('index.js'),
  dependencies: z.record(z.string(), z.string()).default({}),
});

/** A hash over the built code of the package that holds `file`, and of its workspace dependencies. */
export function codeRevision(file: string): string {
  const hash = createHash('sha256');
  for (const folder of withWorkspaces(packageFolder(file)))
    for (const script of scripts(path.join(folder, 'dist')))
      hash.update(`${path.basename(folder)}/${path.relative(folder, script)}\0`).update(readFileSync(script));
  return hash.digest('hex').slice(0, 16);
}

/** A hash over the content of files, such as the certificates that a program reads once at its start. */
export function contentRevision(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(createHash('sha256').update(readFileSync(file)).digest());
  return hash.digest('hex').slice(0, 16);
}

/**
 * The main file of a built package.
 * @throws {NetworkError} `not_built`
 */
export function packageMain(folder: string): string {
  return assertBuilt(path.resolve(folder, manifest(folder).main));
}

/** @throws {NetworkError} `not_built` where the file is not there */
export function assertBuilt(file: string): string {
  if (!existsSync(file))
    throw new NetworkError('not_built', `${file} is not there: run "npm run build" first`, { file });
  return file;
}

function packageFolder(file: string): string {
  let folder = path.resolve(file);
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new NetworkError('not_built', `${file} belongs to no package`, { file });
    folder = parent;
  }
  return realpathSync(folder);
}

function withWorkspaces(folder: string, seen = new Set<string>()): string[] {
  if (seen.has(folder)) return [];
  seen.add(folder);
  const workspaces = Object.keys(manifest(folder).dependencies)
    .filter((name) => name.startsWith('@llmchain/'))
    .flatMap((name) => {
      const found = resolvePackage(folder, name);
      return found === undefined ? [] : withWorkspaces(found, seen);
    });
  return [folder, ...workspaces].sort();
}

/** The folder of an installed package as `folder` would resolve it. */
export function resolvePackage(folder: string, name: string): string | undefined {
  for (let at = realpathSync(folder); ; at = path.dirname(at)) {
    const candidate = path.join(at, 'node_modules', name);
    if (existsSync(path.join(candidate, 'package.json'))) return realpathSync(candidate);
    if (path.dirname(at) === at) return undefined;
  }
}

function manifest(folder: string): z.infer<typeof Manifest> {
  const file = path.join(folder, 'package.json');
  return Manifest.parse(JSON.parse(readFileSync(assertBuilt(file), 'utf8')));
}

function scripts(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') || name.endsWith('.json') || name.endsWith('.proto'))
    .sort()
    .map((name) => path.join(folder, name));
}
