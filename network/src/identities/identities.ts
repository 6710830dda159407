import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic, writeJson, writeSecret } from '../files';
import type { KeyPairFiles, Layout } from '../topology/layout';
import type { Member, Topology } from '../topology/topology';
import { Authority, type Credential } from './certificate';
import { writeMsp } from './msp';

/** Programs of a member that present a TLS certificate. */
const TLS_HOLDERS = ['peer', 'orderer', 'chaincode', 'gateway', 'worker', 'admin'] as const;

/**
 * Makes every key, certificate and password of a consortium, once.
 * @returns how many certificates were issued
 */
export async function createIdentities(topology: Topology, layout: Layout): Promise<number> {
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
  const service = { unit: 'client', attributes: { role: 'service' } } as const;
  const [peer, orderer, admin, gateway, worker] = await Promise.all([
    ca.issueIdentity({ commonName: pseudonym(), unit: 'peer' }),
    ca.issueIdentity({ commonName: pseudonym(), unit: 'orderer' }),
    ca.issueIdentity({ commonName: pseudonym(), unit: 'admin', attributes: { role: 'admin' } }),
    ca.issueIdentity({ commonName: pseudonym(), ...service }),
    ca.issueIdentity({ commonName: pseudonym(), ...service }),
  ]);
  await Promise.all([
    writeCredential(files.ca, ca.credential),
    writeCredential(files.tlsCa, tlsCa.credential),
    writeMsp(files.msp.channel, roots),
    writeMsp(files.msp.peer, roots, peer),
    writeMsp(files.msp.orderer, roots, orderer),
    writeMsp(files.msp.admin, roots, admin),
    writeCredential(files.identity.gateway, gateway),
    writeCredential(files.identity.worker, worker),
    ...TLS_HOLDERS.map(async (holder) =>
      writeCredential(files.tls[holder], await tlsCa.issueTls(`${holder}.${member.name}.llmchain`)),
    ),
    writeSecret(files.signingKey.gateway, signingKey()),
    writeSecret(files.signingKey.worker, signingKey()),
    writeSecret(files.adminKey, `lk_admin_${randomBytes(32).toString('base64url')}\n`),
    writeJson(files.objectStoreCredentials, { accessKey: member.name, secretKey: password() }),
    mkdir(files.wallet, { recursive: true, mode: 0o700 }),
    writeFileAtomic(path.join(layout.roots, `${member.mspId}.ca.pem`), roots.ca),
    writeFileAtomic(path.join(layout.roots, `${member.mspId}.tlsca.pem`), roots.tlsCa),
  ]);
  return 2 + 5 + TLS_HOLDERS.length;
}

/** Identities of the servers that the sample consortium shares. */
async function createServices(layout: Layout): Promise<number> {
  const { services } = layout;
  const ca = await Authority.create('LLMChain shared services TLS CA');
  await Promise.all([
    writeCredential(services.ca, ca.credential),
    writeCredential(services.postgres, await ca.issueTls('postgres.llmchain')),
    writeCredential(services.objectStore, await ca.issueTls('object-store.llmchain')),
    writeSecret(services.postgresPassword, password()),
    writeJson(services.objectStoreRoot, { accessKey: 'root', secretKey: password() }),
  ]);
  return 3;
}

async function writeCredential(files: KeyPairFiles, credential: Credential): Promise<void> {
  await Promise.all([
    writeFileAtomic(files.certificate, credential.certificate),
    writeSecret(files.key, credential.key),
  ]);
}

/** Common names say nothing: every transaction carries its signer's certificate for ever. */
function pseudonym(): string {
  return randomBytes(8).toString('hex');
}

function signingKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** 192 random bits in characters that need no escaping in a URL or in SQL. */
export function password(): string {
  return randomBytes(24).toString('hex');
}
