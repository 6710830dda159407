import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expiresWithin, newSecret, type CaClient, type Credential, type Enrolment } from '@llmchain/ca-client';
import { LlmchainError } from '@llmchain/protocol';
import { writeJson } from '../files';
import type { Layout } from '../topology/layout';
import type { Member, Topology, WorkerPlace } from '../topology/topology';
import { readRegistrar, type CertificateAuthorities } from './certificate-authorities';
import { finishRenewal, prepareRenewal, readCredential, writeCredential } from './credential-files';
import { holdersOf, isPinned, workerHolders, type Holder } from './holders';

/** Certificates are renewed when less than this is left of them by default, milliseconds. */
export const RENEWED_BEFORE_END = 30 * 24 * 3600 * 1000;

/** Certificates of a consortium's programs, from its members' authorities. */
export class Enrolments {
  constructor(
    private readonly options: {
      readonly topology: Topology;
      readonly layout: Layout;
      /** Milliseconds before the end of a certificate at which it is renewed. */
      readonly renewedBeforeEnd?: number;
    },
    private readonly dependencies: { readonly authorities: CertificateAuthorities },
  ) {}

  /**
   * Enrols every program and administrator, and registers who will enrol people for each gateway.
   * @returns how many certificates were issued
   */
  async create(): Promise<number> {
    const counts = await Promise.all(this.options.topology.members.map((member) => this.#createMember(member)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /**
   * Enrols what workers that were added since hold. One that has the last of its certificates has all.
   * @returns how many certificates were issued
   */
  async enrolAdded(added: readonly { member: Member; worker: WorkerPlace }[]): Promise<number> {
    const { layout } = this.options;
    let issued = 0;
    for (const { member, worker } of added) {
      const files = layout.member(member.name).registrar;
      for (const holder of workerHolders(member, worker, layout)) {
        const file = holder.purpose === 'tls' ? files.tlsCa : files.ca;
        await enrol(holder, await this.#registrar(member, holder.purpose, file), member);
        issued++;
      }
    }
    return issued;
  }

  /**
   * Which certificates are near their end, of those that the channel does not name. Renewals that were cut off are
   * finished first.
   */
  async due(): Promise<{ member: Member; holder: Holder }[]> {
    const { topology, layout, renewedBeforeEnd = RENEWED_BEFORE_END } = this.options;
    const all = topology.members.flatMap((member) => holdersOf(member, layout).map((holder) => ({ member, holder })));
    const ending = await Promise.all(
      all.map(async ({ holder }) => {
        if (isPinned(holder)) return false;
        await finishRenewal(holder.files);
        const certificate = await readFile(holder.files.certificate, 'utf8');
        return expiresWithin(certificate, renewedBeforeEnd);
      }),
    );
    return all.filter((_, index) => ending[index]);
  }

  /** Exchanges certificates for new ones; the programs that hold them have to be started anew. */
  async renew(due: readonly { member: Member; holder: Holder }[]): Promise<void> {
    for (const { member, holder } of due) {
      const ca = await this.dependencies.authorities.client(member, holder.purpose);
      const renewed = await ca.reenrol(await readCredential(holder.files), wanted(holder));
      await prepareRenewal(holder.files, renewed);
      await finishRenewal(holder.files);
    }
  }

  async #createMember(member: Member): Promise<number> {
    const { layout } = this.options;
    const files = layout.member(member.name).registrar;
    const [identity, tls] = await Promise.all([
      this.#registrar(member, 'identity', files.ca),
      this.#registrar(member, 'tls', files.tlsCa),
    ]);
    const holders = holdersOf(member, layout);
    await Promise.all([
      ...holders.map((holder) => enrol(holder, holder.purpose === 'tls' ? tls : identity, member)),
      registerGatewayRegistrar(identity, files.gateway),
    ]);
    return holders.length;
  }

  async #registrar(member: Member, purpose: Holder['purpose'], file: string): Promise<Registering> {
    const ca = await this.dependencies.authorities.client(member, purpose);
    const { id, secret } = await readRegistrar(file);
    return { ca, registrar: await ca.enrol(id, secret) };
  }
}

interface Registering {
  readonly ca: CaClient;
  readonly registrar: Credential;
}

async function enrol(holder: Holder, { ca, registrar }: Registering, member: Member): Promise<void> {
  const { type, attributes } = holder;
  // Common names of identities say nothing: every transaction carries its signer's certificate for ever.
  const id = holder.purpose === 'tls' ? `${holder.name}.${member.name}.llmchain` : randomBytes(8).toString('hex');
  const secret = newSecret();
  await ca.register(registrar, { id, secret, type, attributes }).catch(async (error: unknown) => {
    // An attempt before this one was cut off between register and certificate.
    if (!(error instanceof LlmchainError) || error.code !== 'already_registered') throw error;
    await ca.changeSecret(registrar, id, secret);
  });
  await writeCredential(holder.files, await ca.enrol(id, secret, wanted(holder)));
}

/** May make clients with the attributes of people, and revoke them; no peers, orderers or administrators. */
async function registerGatewayRegistrar({ ca, registrar }: Registering, file: string): Promise<void> {
  const id = randomBytes(8).toString('hex');
  const secret = newSecret();
  const attributes = {
    'hf.Registrar.Roles': 'client',
    'hf.Registrar.Attributes': 'role,person',
    'hf.Revoker': 'true',
  };
  await ca.register(registrar, { id, secret, type: 'client', attributes });
  await writeJson(file, { id, secret });
}

/** What to ask for in a holder's certificate. */
export function wanted({ attributes, profile, hosts }: Holder): Enrolment {
  return { attributes: Object.keys(attributes), profile, hosts };
}
