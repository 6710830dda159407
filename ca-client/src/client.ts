import { X509Certificate } from 'node:crypto';
import { LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';
import { attributesOf, type Credential } from './credential';
import { send } from './http';
import { signingRequest } from './signing-request';
import { token } from './token';

const Enrolled = z.object({ Cert: z.string() });
const Listed = z.object({ CRL: z.string() });

export interface CaClientOptions {
  /** Base URL of the fabric-ca server, `https://host:port`. */
  readonly url: string;
  /** Which of the server's authorities is meant. */
  readonly caName: string;
  /** PEM: the root that the server's own TLS certificate chains to. */
  readonly tlsRoot: string;
}

/** What a certificate is asked to carry. */
export interface Enrolment {
  /** Names of registered attributes to put into the certificate; none by default. */
  readonly attributes?: readonly string[];
  /** The authority's signing profile, which sets purpose and length of life; its default by default. */
  readonly profile?: string;
  /** Names and IP addresses that a TLS certificate serves under. */
  readonly hosts?: readonly string[];
}

/** A new identity in an authority's register. */
export interface Registration {
  readonly id: string;
  readonly secret: string;
  /** Fabric's node type, which becomes the certificate's organisational unit. */
  readonly type: 'client' | 'peer' | 'orderer' | 'admin';
  readonly attributes?: Readonly<Record<string, string>>;
}

/**
 * One authority of a fabric-ca server (REST API of release 1.5, `swagger-fabric-ca.json` in its source).
 * Every method throws {@link LlmchainError}: `unavailable` (try again), `not_authenticated`, `not_authorised`,
 * `not_found`, `already_registered`, `invalid_argument`.
 */
export class CaClient {
  constructor(private readonly options: CaClientOptions) {}

  /** A certificate for a key made here, in exchange for the secret that the identity was registered with. */
  async enrol(id: string, secret: string, wanted: Enrolment = {}): Promise<Credential> {
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    return this.#certify(id, 'enroll', wanted, () => authorization);
  }

  /** A new certificate for a new key, in exchange for the old ones; by default with the same attributes. */
  async reenrol(credential: Credential, wanted: Enrolment = {}): Promise<Credential> {
    const attributes = wanted.attributes ?? Object.keys(attributesOf(credential.certificate));
    const id = /^CN=(.+)$/m.exec(new X509Certificate(credential.certificate).subject)?.[1];
    if (id === undefined)
      throw new LlmchainError('invalid_argument', 'The certificate to renew names nobody. Enrol with a secret.');
    return this.#certify(id, 'reenroll', { ...wanted, attributes }, (uri, body) =>
      token(credential, 'POST', uri, body),
    );
  }

  /** Enters a new identity. @param registrar who may register others */
  async register(registrar: Credential, { id, secret, type, attributes = {} }: Registration): Promise<void> {
    const attrs = Object.entries(attributes).map(([name, value]) => ({ name, value, ecert: false }));
    await this.#signed(registrar, 'POST', 'register', { id, secret, type, affiliation: '', attrs });
  }

  /** Gives a registered identity another secret to enrol with. */
  async changeSecret(registrar: Credential, id: string, secret: string): Promise<void> {
    await this.#signed(registrar, 'PUT', `identities/${encodeURIComponent(id)}`, { secret });
  }

  /** Bars an identity and all its certificates; a second time changes nothing. */
  async revoke(registrar: Credential, id: string, reason: 'keycompromise' | 'cessationofoperation'): Promise<void> {
    await this.#signed(registrar, 'POST', 'revoke', { id, reason });
  }

  /**
   * The authority's revocation list (RFC 5280), signed now: every certificate that was ever taken back, ended or not.
   * @param registrar has the attribute `hf.GenCRL`
   * @returns PEM
   */
  async revocationList(registrar: Credential): Promise<string> {
    const answer = Listed.safeParse(await this.#signed(registrar, 'POST', 'gencrl', {}));
    if (!answer.success) throw unknownForm();
    return Buffer.from(answer.data.CRL, 'base64').toString('utf8');
  }

  async #certify(
    id: string,
    path: 'enroll' | 'reenroll',
    { attributes = [], profile = '', hosts = [] }: Enrolment,
    authorize: (uri: string, body: string) => string,
  ): Promise<Credential> {
    const { request, key } = await signingRequest(id, hosts);
    const body = JSON.stringify({
      caname: this.options.caName,
      certificate_request: request,
      profile,
      // Without this list fabric-ca would add the identity's name and type once more.
      attr_reqs: attributes.map((name) => ({ name, optional: false })),
    });
    const { url, tlsRoot } = this.options;
    const target = new URL(`/api/v1/${path}`, url);
    const answer = await send(target, {
      method: 'POST',
      body,
      tlsRoot,
      authorization: authorize(target.pathname, body),
    });
    return { certificate: certificateOf(answer), key };
  }

  async #signed(registrar: Credential, method: 'POST' | 'PUT', path: string, fields: object): Promise<unknown> {
    const { url, caName, tlsRoot } = this.options;
    const body = JSON.stringify({ caname: caName, ...fields });
    const target = new URL(`/api/v1/${path}`, url);
    return send(target, { method, body, tlsRoot, authorization: token(registrar, method, target.pathname, body) });
  }
}

function certificateOf(answer: unknown): string {
  const enrolled = Enrolled.safeParse(answer);
  if (!enrolled.success) throw unknownForm();
  return `${Buffer.from(enrolled.data.Cert, 'base64').toString('utf8').trimEnd()}\n`;
}

function unknownForm(): LlmchainError {
  return new LlmchainError(
    'not_supported',
    'The certificate authority answered in an unknown form. Use fabric-ca 1.5.',
  );
}
