import { LlmchainError } from '@llmchain/protocol';
import { Certificate } from '../x509/certificate';

/** What a reader holds already, from a source that is not the bundle's. */
export interface Roots {
  /** SHA-256 of the genesis block's header, hexadecimal. */
  genesis: string;
  /** Each member's root certificate, PEM, by MSP id. */
  authorities: ReadonlyMap<string, string>;
}

const GENESIS = 'genesis.sha256';
const CERTIFICATE = /^(?<member>[A-Za-z][A-Za-z0-9.-]*)\.ca\.pem$/;

/** Names of the files of a folder of roots that {@link rootsFrom} takes; others may lie beside them. */
function isRootFile(name: string): boolean {
  return name === GENESIS || CERTIFICATE.test(name);
}

/**
 * Reads a folder of roots: `genesis.sha256`, and `<MSP id>.ca.pem` for each member.
 * @param names of the files in the folder
 * @param read the text of one of them
 * @throws {LlmchainError} `not_found` naming what the folder lacks; `invalid_argument` naming the file that cannot be used
 */
export async function rootsFrom(names: readonly string[], read: (name: string) => Promise<string>): Promise<Roots> {
  const texts = new Map<string, string>();
  for (const name of names.filter(isRootFile)) texts.set(name, await read(name));
  const genesis = texts.get(GENESIS)?.trim();
  if (genesis === undefined || texts.size < 2) {
    const lacking = genesis === undefined ? `no ${GENESIS}` : 'no certificate <MSP id>.ca.pem';
    throw new LlmchainError(
      'not_found',
      `The folder of roots holds ${lacking}. Take the folder "roots" of a consortium that you trust.`,
      { files: [...texts.keys()] },
    );
  }
  if (!/^[0-9a-f]{64}$/.test(genesis)) {
    throw new LlmchainError('invalid_argument', `${GENESIS} must hold 64 lower-case hexadecimal digits.`, {
      file: GENESIS,
    });
  }
  const authorities = new Map<string, string>();
  for (const [name, text] of texts) {
    const member = CERTIFICATE.exec(name)?.groups?.['member'];
    if (member === undefined) continue;
    if (!isCertificate(text)) {
      throw new LlmchainError('invalid_argument', `${name} holds no certificate authority in PEM.`, { file: name });
    }
    authorities.set(member, text);
  }
  return { genesis, authorities };
}

function isCertificate(text: string): boolean {
  try {
    return Certificate.of(text).isAuthority;
  } catch {
    return false;
  }
}
