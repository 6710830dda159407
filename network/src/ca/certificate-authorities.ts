import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { CaClient } from '@llmchain/ca-client';
import { z } from 'zod';
import { isHealthy } from '../fabric/operations';
import { writeSecret } from '../files';
import type { Processes } from '../processes/processes';
import { until } from '../processes/until';
import type { Programs } from '../programs/programs';
import type { Layout } from '../topology/layout';
import type { Member, Topology } from '../topology/topology';
import { caUrl, identityCa, tlsCa } from './authorities';
import {
  authorityConfigFile,
  renderAuthorityConfig,
  renderServerConfig,
  type AuthoritySettings,
} from './server-config';

const NAME = 'ca';

const Registrar = z.strictObject({ id: z.string(), secret: z.string() });
export type Registrar = z.infer<typeof Registrar>;

export interface CertificateAuthoritiesOptions {
  readonly topology: Topology;
  readonly layout: Layout;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The fabric-ca server that the sample consortium shares, with two authorities per member: one for identities, one for
 * TLS. Their keys are made before it, so that the roots of a consortium do not depend on it.
 */
export class CertificateAuthorities {
  constructor(
    private readonly options: CertificateAuthoritiesOptions,
    private readonly dependencies: {
      readonly processes: Processes;
      readonly programs: Pick<Programs, 'fabricCaServer'>;
    },
  ) {}

  /** Sees to it that the server runs and answers. */
  async up(): Promise<void> {
    const { topology, layout, signal } = this.options;
    const { processes, programs } = this.dependencies;
    const revision = await this.#configure();
    await processes.ensure({
      name: NAME,
      command: programs.fabricCaServer,
      args: ['start', '--home', layout.certificateAuthority, '--loglevel', 'warning'],
      env: {},
      cwd: layout.certificateAuthority,
      revision,
    });
    const check = (): void => processes.assertAlive(NAME);
    const healthy = (): Promise<boolean> => isHealthy(topology.certificateAuthorityOperations);
    await until('the certificate authorities', healthy, { check, signal });
  }

  /** Ends the server, as before its folder is made anew. */
  async down(): Promise<void> {
    await this.dependencies.processes.stop(NAME);
  }

  /** The member's authority for identities, or the one for TLS. */
  async client(member: Member, purpose: 'identity' | 'tls'): Promise<CaClient> {
    const { topology, layout } = this.options;
    const tlsRoot = await readFile(layout.services.ca.certificate, 'utf8');
    const caName = purpose === 'identity' ? identityCa(member) : tlsCa(member);
    return new CaClient({ url: caUrl(topology), caName, tlsRoot });
  }

  /** @returns a hash over the configuration: the server is started anew when it changes */
  async #configure(): Promise<string> {
    const { topology, layout } = this.options;
    const authorities = (await Promise.all(topology.members.map((member) => settingsOf(member, layout)))).flat();
    const files = [
      {
        file: path.join(layout.certificateAuthority, 'fabric-ca-server-config.yaml'),
        text: renderServerConfig(
          topology,
          layout,
          authorities.map(({ name }) => name),
        ),
      },
      ...authorities.map((authority) => ({
        file: authorityConfigFile(layout, authority.name),
        text: renderAuthorityConfig(layout, authority),
      })),
    ];
    const hash = createHash('sha256');
    for (const { file, text } of files) {
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      await writeSecret(file, text);
      hash.update(text);
    }
    return hash.digest('hex').slice(0, 16);
  }
}

async function settingsOf(member: Member, layout: Layout): Promise<AuthoritySettings[]> {
  const files = layout.member(member.name);
  const [identity, tls] = await Promise.all([readRegistrar(files.registrar.ca), readRegistrar(files.registrar.tlsCa)]);
  return [
    { name: identityCa(member), purpose: 'identity', files: files.ca, registrar: identity },
    { name: tlsCa(member), purpose: 'tls', files: files.tlsCa, registrar: tls },
  ];
}

/** Id and secret of who may enrol others, from a file of mode 0600. */
export async function readRegistrar(file: string): Promise<Registrar> {
  return Registrar.parse(JSON.parse(await readFile(file, 'utf8')));
}
