import 'reflect-metadata';
import { createPrivateKey, createPublicKey, webcrypto, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import type { Actor } from '../../ports/actor';
import { CertificateAuthority } from './certificate-authority';
import { FileWallet } from './file-wallet';

const ATTRIBUTES_OID = '1.2.3.4.5.6.7.8.1';

describe('enrolment', () => {
  let folder: string;
  let root: string;
  let wallet: FileWallet;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wallet-'));
    const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: 'CN=GuildMSP CA, O=LLMChain',
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    });
    root = certificate.toString('pem');
    const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
    const authority = await CertificateAuthority.open({ certificate: root, key });
    wallet = new FileWallet({ folder: join(folder, 'wallet') }, { authority });
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function enrolled(actor: Actor): Promise<{ certificate: X509Certificate; attributes: unknown }> {
    await wallet.enrol(actor);
    const pem = await readFile(wallet.files(actor.key).certificate, 'utf8');
    const extension = new x509.X509Certificate(pem).getExtension(ATTRIBUTES_OID);
    return { certificate: new X509Certificate(pem), attributes: JSON.parse(Buffer.from(extension!.value).toString()) };
  }

  test('an artist’s certificate names the role and the pseudonym, and no more', async () => {
    const { certificate, attributes } = await enrolled({ key: 'key-1', role: 'artist', name: 'ann' });
    expect(attributes).toEqual({ attrs: { role: 'artist', person: 'ann' } });
    expect(certificate.subject.split('\n')).toEqual(['CN=ann', 'OU=client']);
  });

  test('a program’s certificate names the key', async () => {
    const { certificate, attributes } = await enrolled({ key: 'key-2', role: 'caller', name: 'reader' });
    expect(attributes).toEqual({ attrs: { role: 'caller' } });
    expect(certificate.subject).toContain('CN=key-2');
  });

  test('certificates chain to the member’s authority, fit their keys, and last a year', async () => {
    const { certificate } = await enrolled({ key: 'key-3', role: 'admin', name: 'chair' });
    const issuer = new X509Certificate(root);
    expect(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    const key = createPrivateKey(await readFile(wallet.files('key-3').key));
    const spki = (from: Parameters<typeof createPublicKey>[0]): Buffer =>
      createPublicKey(from).export({ type: 'spki', format: 'der' });
    expect(spki(certificate.publicKey.export({ type: 'spki', format: 'pem' }))).toEqual(
      spki(key.export({ type: 'pkcs8', format: 'pem' })),
    );
    const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(364);
    expect(days).toBeLessThan(366);
  });

  test('files are their owner’s alone; enrolling again keeps them; forgetting leaves none', async () => {
    const actor: Actor = { key: 'key-4', role: 'steward', name: 'keeper' };
    const first = await enrolled(actor);
    expect((await stat(wallet.files('key-4').key)).mode & 0o777).toBe(0o600);
    expect((await stat(wallet.files('key-4').certificate)).mode & 0o777).toBe(0o600);
    expect((await enrolled(actor)).certificate.serialNumber).toBe(first.certificate.serialNumber);
    await wallet.forget('key-4');
    expect((await readdir(join(folder, 'wallet'))).filter((name) => name.startsWith('key-4'))).toEqual([]);
  });
});
