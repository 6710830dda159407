import path from 'node:path';
import type { KeyPairFiles, Layout } from '../topology/layout';
import { LISTEN_ADDRESS, listenAddress, type Topology } from '../topology/topology';

/** Release of fabric-ca whose configuration this is. */
const VERSION = '1.5.15';

/** Certificates are renewed long before their year is over; nine years are a little less than the authorities have. */
const YEAR = '8760h';
const YEARS_9 = '78840h';

/**
 * Signing profile of certificates that the channel's configuration names, so that to renew one is to change that.
 * The name is one of fabric-ca's own, because it refuses its extension with attributes to all other profiles.
 */
export const PINNED = 'tls';

const USAGES = {
  identity: ['digital signature'],
  tls: ['signing', 'key encipherment', 'server auth', 'client auth', 'key agreement'],
};

/** An authority of the server. */
export interface AuthoritySettings {
  readonly name: string;
  readonly purpose: keyof typeof USAGES;
  /** The authority's own certificate and key. */
  readonly files: KeyPairFiles;
  /** Who may enrol others. */
  readonly registrar: { readonly id: string; readonly secret: string };
}

/** Configuration file of one authority; its folder holds the authority's register. */
export function authorityConfigFile(layout: Layout, name: string): string {
  return path.join(layout.certificateAuthority, name, 'fabric-ca-server-config.yaml');
}

/**
 * The server's configuration; JSON is valid YAML. The authority that fabric-ca demands of every server besides the
 * listed ones enrols nobody, so that a request that names no authority is refused.
 */
export function renderServerConfig(topology: Topology, layout: Layout, authorities: readonly string[]): string {
  const { certificateAuthority, ca } = layout.services;
  return render({
    ...authority('none', 'tls', ca, layout.certificateAuthority),
    registry: { maxenrollments: 0, identities: [] },
    port: topology.certificateAuthority,
    address: LISTEN_ADDRESS,
    tls: { enabled: true, certfile: certificateAuthority.certificate, keyfile: certificateAuthority.key },
    cafiles: authorities.map((name) => authorityConfigFile(layout, name)),
    operations: { listenAddress: listenAddress(topology.certificateAuthorityOperations) },
    metrics: { provider: 'disabled' },
  });
}

/** Configuration of one authority. It holds the registrar's secret. */
export function renderAuthorityConfig(layout: Layout, { name, purpose, files, registrar }: AuthoritySettings): string {
  return render({
    ...authority(name, purpose, files, path.dirname(authorityConfigFile(layout, name))),
    registry: {
      maxenrollments: -1,
      identities: [
        {
          name: registrar.id,
          pass: registrar.secret,
          type: 'client',
          affiliation: '',
          attrs: { 'hf.Registrar.Roles': '*', 'hf.Registrar.Attributes': '*', 'hf.Revoker': true, 'hf.GenCRL': true },
        },
      ],
    },
  });
}

function authority(name: string, purpose: keyof typeof USAGES, { certificate, key }: KeyPairFiles, folder: string) {
  const usage = USAGES[purpose];
  return {
    version: VERSION,
    // A consortium that was down while its certificates ended can still renew them.
    ca: { name, certfile: certificate, keyfile: key, reenrollIgnoreCertExpiry: true },
    db: { type: 'sqlite3', datasource: path.join(folder, 'register.db') },
    affiliations: {},
    signing: {
      default: { usage, expiry: YEAR },
      profiles: { [PINNED]: { usage, expiry: YEARS_9 } },
    },
    bccsp: {
      default: 'SW',
      sw: { hash: 'SHA2', security: 256, filekeystore: { keystore: path.join(folder, 'keys') } },
    },
    // Anonymous credentials, which nobody here uses: the quickest curve, for the server makes a key per authority.
    idemix: { rhpoolsize: 1, curve: 'gurvy.Bn254' },
  };
}

function render(config: object): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}
