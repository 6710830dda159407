import path from 'node:path';
import { writeFileAtomic } from '../files';

/** Roots of a member, PEM. */
export interface MspRoots {
  readonly ca: string;
  readonly tlsCa: string;
}

/** Fabric's node types by organisational unit; JSON is valid YAML. */
const NODE_UNITS = JSON.stringify(
  {
    NodeOUs: {
      Enable: true,
      ...Object.fromEntries(
        (['Client', 'Peer', 'Admin', 'Orderer'] as const).map((type) => [
          `${type}OUIdentifier`,
          { Certificate: 'cacerts/ca.pem', OrganizationalUnitIdentifier: type.toLowerCase() },
        ]),
      ),
    },
  },
  null,
  2,
);

/**
 * Writes a folder in Fabric's MSP format: what a channel knows of a member. In a local one the certificate and key that
 * a program signs with come beside it.
 */
export async function writeMsp(folder: string, roots: MspRoots): Promise<void> {
  await Promise.all([
    writeFileAtomic(path.join(folder, 'config.yaml'), `${NODE_UNITS}\n`),
    writeFileAtomic(path.join(folder, 'cacerts', 'ca.pem'), roots.ca),
    writeFileAtomic(path.join(folder, 'tlscacerts', 'tls-ca.pem'), roots.tlsCa),
  ]);
}

/** The certificate in a local MSP folder. */
export function signingCertificate(folder: string): string {
  return path.join(folder, 'signcerts', 'certificate.pem');
}
