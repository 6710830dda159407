import { readFile, rm } from 'node:fs/promises';
import type { Credential } from '@llmchain/ca-client';
import { z } from 'zod';
import { readIfPresent, writeFileAtomic, writeJson, writeSecret } from '../files';
import type { KeyPairFiles } from '../topology/layout';

const Renewed = z.strictObject({ certificate: z.string(), key: z.string() });

export async function readCredential(files: KeyPairFiles): Promise<Credential> {
  const [certificate, key] = await Promise.all([readFile(files.certificate, 'utf8'), readFile(files.key, 'utf8')]);
  return { certificate, key };
}

export async function writeCredential(files: KeyPairFiles, credential: Credential): Promise<void> {
  await writeSecret(files.key, credential.key);
  await writeFileAtomic(files.certificate, credential.certificate);
}

/** Keeps a renewed credential beside the one in use until {@link finishRenewal}. */
export function prepareRenewal(files: KeyPairFiles, renewed: Credential): Promise<void> {
  return writeJson(journalOf(files), renewed);
}

/** The renewed credential that is to take the place of the one in use, if there is one. */
export async function preparedRenewal(files: KeyPairFiles): Promise<Credential | undefined> {
  const journal = await readIfPresent(journalOf(files));
  return journal === undefined ? undefined : Renewed.parse(JSON.parse(journal));
}

/** Puts a prepared credential in its place, where there is one. */
export async function finishRenewal(files: KeyPairFiles): Promise<void> {
  const renewed = await preparedRenewal(files);
  if (renewed === undefined) return;
  await writeCredential(files, renewed);
  await rm(journalOf(files), { force: true });
}

/** Both halves of a renewed credential in one file, until each is in its own: a kill between the two parts nothing. */
function journalOf(files: KeyPairFiles): string {
  return `${files.key}.renewed`;
}
