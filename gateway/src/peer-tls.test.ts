import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import * as x509 from '@peculiar/x509';
import { neighbourByRoot } from './gateway';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };

interface Root {
  pem: string;
  issue(): Promise<{ cert: string; key: string }>;
}

async function pair(): Promise<{ keys: webcrypto.CryptoKeyPair; key: string }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { keys, key };
}

async function rootOf(name: string): Promise<Root> {
  const { keys } = await pair();
  const extensions = [
    new x509.BasicConstraintsExtension(true, undefined, true),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
  ];
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm,
    extensions,
  });
  return {
    pem: root.toString('pem'),
    async issue() {
      const { keys: own, key } = await pair();
      const certificate = await x509.X509CertificateGenerator.create({
        subject: 'CN=gateway',
        issuer: root.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm,
        extensions: [
          new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }]),
          await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      return { cert: certificate.toString('pem'), key };
    },
  };
}

describe('who presents a client certificate', () => {
  let roots: Record<'guild' | 'lab' | 'stranger', Root>;
  let server: https.Server;
  let port: number;

  beforeAll(async () => {
    // Both roots bear the same name: it is the signature that tells members apart.
    const [guild, lab, stranger] = await Promise.all([rootOf('TLS CA'), rootOf('TLS CA'), rootOf('TLS CA')]);
    roots = { guild, lab, stranger };
    const neighbourOf = neighbourByRoot(
      new Map([
        ['GuildMSP', new X509Certificate(guild.pem)],
        ['LabMSP', new X509Certificate(lab.pem)],
      ]),
    );
    const own = await lab.issue();
    server = https.createServer(
      { ...own, ca: [guild.pem, lab.pem], requestCert: true, rejectUnauthorized: true },
      (request, response) => response.end(neighbourOf(request) ?? 'nobody'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  async function ask(client: object): Promise<string> {
    const options = { host: 'localhost', port, ca: roots.lab.pem, agent: false as const, ...client };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      https.get(options, resolve).on('error', reject);
    });
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return text;
  }

  test('is the member whose root issued it', async () => {
    expect(await ask(await roots.guild.issue())).toBe('GuildMSP');
    expect(await ask(await roots.lab.issue())).toBe('LabMSP');
  });

  test('nobody else gets through the handshake', async () => {
    await expect(ask(await roots.stranger.issue())).rejects.toThrow();
    await expect(ask({})).rejects.toThrow();
  });
});
