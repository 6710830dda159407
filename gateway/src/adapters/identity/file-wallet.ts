import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Actor } from '../../ports/actor';
import type { Enrolment } from '../../ports/enrolment';
import type { CertificateAuthority } from './certificate-authority';

/** Enrols holders of API keys with the member's own authority; identities lie as PEM files of mode 0600 in one folder. */
export class FileWallet implements Enrolment {
  readonly #folder: string;
  readonly #authority: CertificateAuthority;

  constructor(options: { folder: string }, dependencies: { authority: CertificateAuthority }) {
    this.#folder = options.folder;
    this.#authority = dependencies.authority;
  }

  files(key: string): { certificate: string; key: string } {
    const file = path.join(this.#folder, key);
    return { certificate: `${file}.crt`, key: `${file}.key` };
  }

  async enrol(actor: Actor): Promise<void> {
    const files = this.files(actor.key);
    if (await exists(files.certificate)) return;
    // Certificates stay on the ledger for ever: they name persons by pseudonym, and programs by the id of their key.
    const credential =
      actor.role === 'artist'
        ? await this.#authority.issue(actor.name, { role: actor.role, person: actor.name })
        : await this.#authority.issue(actor.key, { role: actor.role });
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeWhole(files.key, credential.key);
    await writeWhole(files.certificate, credential.certificate);
  }

  async forget(key: string): Promise<void> {
    const files = this.files(key);
    await Promise.all([rm(files.certificate, { force: true }), rm(files.key, { force: true })]);
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** All of it or nothing, for its owner only. */
async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.part`, text, { mode: 0o600 });
  await rename(`${file}.part`, file);
}
