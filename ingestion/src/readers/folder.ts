import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Reject } from '../document';
import type { Limits } from '../limits';
import type { Archive, Entry } from './archive';
import { ExpansionGuard } from './guard';

/** A folder on disk, in the order of its names; links and devices are left out, so that nothing outside is read. */
export class Folder implements Archive {
  readonly #root: string;
  readonly #limits: Limits;

  constructor(root: string, limits: Limits) {
    this.#root = root;
    this.#limits = limits;
  }

  async *entries(reject?: Reject): AsyncGenerator<Entry> {
    yield* this.#walk('', new ExpansionGuard(this.#limits), reject);
  }

  async *#walk(below: string, guard: ExpansionGuard, reject: Reject | undefined): AsyncGenerator<Entry> {
    const names = await readdir(path.join(this.#root, below));
    for (const name of names.sort()) {
      guard.entry();
      const relative = below === '' ? name : `${below}/${name}`;
      const file = path.join(this.#root, relative);
      const found = await lstat(file);
      if (found.isDirectory()) yield* this.#walk(relative, guard, reject);
      else if (found.isFile())
        yield { path: relative, bytes: found.size, open: () => Promise.resolve(createReadStream(file)) };
      else reject?.({ path: relative, reason: 'not_a_file' });
    }
  }
}
