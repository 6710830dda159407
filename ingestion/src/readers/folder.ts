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
  readonly #reject: Reject;

  constructor(root: string, options: { limits: Limits; reject: Reject }) {
    this.#root = root;
    this.#limits = options.limits;
    this.#reject = options.reject;
  }

  async *entries(): AsyncGenerator<Entry> {
    yield* this.#walk('', new ExpansionGuard(this.#limits));
  }

  async *#walk(below: string, guard: ExpansionGuard): AsyncGenerator<Entry> {
    const names = await readdir(path.join(this.#root, below));
    for (const name of names.sort()) {
      guard.entry();
      const relative = below === '' ? name : `${below}/${name}`;
      const file = path.join(this.#root, relative);
      const found = await lstat(file);
      if (found.isDirectory()) yield* this.#walk(relative, guard);
      else if (found.isFile())
        yield { path: relative, bytes: found.size, open: () => Promise.resolve(createReadStream(file)) };
      else this.#reject({ path: relative, reason: 'not_a_file' });
    }
  }
}
