import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic, writeJson, writeSecret } from '../files';
import type { KeyPairFiles, Layout } from '../topology/layout';
import type { Member, Topology, WorkerPlace } from '../topology/topology';
import { Authority, type Credential } from './certificate';
import { writeMsp } from './msp';

/**
 * Makes what a consortium's identities rest on, once: the keys and certificates of every member's authorities, the
 * certificates of shared servers, signing keys and passwords. Everything else is enrolled at the authorities.
 * @returns how many certificates were made
 */
export async function createRoots(topology: Topology, layout: Layout): Promise<number> {
  const counts = await Promise.all([
    ...topology.members.map((member) => createMember(member, layout)),
    createServices(layout),
  ]);
  return counts.reduce((sum, count) => sum + count, 0);
}

async function createMember(member: Member, layout: Layout): Promise<number> {
  const files = layout.member(member.name);
  const [ca, tlsCa] = await Promise.all([
    Authority.create(`${member.mspId} CA`),
    Authority.create(`${member.mspId} TLS CA`),
  ]);
  const roots = { ca: ca.credential.certificate, tlsCa: tlsCa.credential.certificate };
  await Promise.all([
    writeCredential(files.ca, ca.credential),
    writeCredential(files.tlsCa, tlsCa.credential),
    writeMsp(files.msp.channel, roots),
    writeMsp(files.msp.peer, roots),
    writeMsp(files.msp.orderer, roots),
    writeMsp(files.msp.admin, roots),
    writeJson(files.registrar.ca, { id: 'registrar', secret: password() }),
    writeJson(files.registrar.tlsCa, { id: 'registrar', secret: password() }),
    writeSecret(files.signingKey.gateway, signingKey()),
    ...member.workers.map((worker) => createSigningKey(member, worker, layout)),
    writeSecret(files.adminKey, `lk_admin_${randomBytes(32).toString('base64url')}\n`),
    writeJson(files.objectStoreCredentials, { accessKey: member.name, secretKey: password() }),
    mkdir(files.wallet, { recursive: true, mode: 0o700 }),
    writeFileAtomic(path.join(layout.roots, `${member.mspId}.ca.pem`), roots.ca),
    writeFileAtomic(path.join(layout.roots, `${member.mspId}.tlsca.pem`), roots.tlsCa),
  ]);
  return 2;
}

/** Makes the key that a worker signs receipts with, in place of any that was there. */
export function createSigningKey(member: Member, worker: WorkerPlace, layout: Layout): Promise<void> {
  return writeSecret(layout.member(member.name).worker(worker).signingKey, signingKey());
}

/** Identities of the servers that the sample consortium shares. */
async function createServices(layout: Layout): Promise<number> {
  const { services } = layout;
  const ca = await Authority.create('LLMChain shared services TLS CA');
  await Promise.all([
    writeCredential(services.ca, ca.credential),
    writeCredential(services.postgres, await ca.issueTls('postgres.llmchain')),
    writeCredential(services.objectStore, await ca.issueTls('object-store.llmchain')),
    writeCredential(services.certificateAuthority, await ca.issueTls('ca.llmchain')),
    writeSecret(services.postgresPassword, password()),
    writeJson(services.objectStoreRoot, { accessKey: 'root', secretKey: password() }),
  ]);
  return 4;
}

async function writeCredential(files: KeyPairFiles, credential: Credential): Promise<void> {
  await Promise.all([
    writeFileAtomic(files.certificate, credential.certificate),
    writeSecret(files.key, credential.key),
  ]);
}

function signingKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** 192 random bits in characters that need no escaping in a URL or in SQL. */
export function password(): string {
  return randomBytes(24).toString('hex');
}
