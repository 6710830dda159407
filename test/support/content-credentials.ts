import { webcrypto } from 'node:crypto';
import 'reflect-metadata';
import { Builder, LocalSigner } from '@contentauth/c2pa-node';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

const KEYS = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };
const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';
const DAY = 86_400_000;

/** Signs images with C2PA manifests, by a certificate of an authority that nobody knows. */
export class ContentCredentials {
  private constructor(private readonly signer: LocalSigner) {}

  static async create(): Promise<ContentCredentials> {
    const [root, leaf] = await Promise.all([keyPair(), keyPair()]);
    const validity = { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + 10 * DAY) };
    const issuer = 'CN=Test root, O=Test';
    const authority = await x509.X509CertificateGenerator.createSelfSigned({
      ...validity,
      serialNumber: '01',
      name: issuer,
      keys: root,
      signingAlgorithm: SIGNING,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
        await x509.SubjectKeyIdentifierExtension.create(root.publicKey),
      ],
    });
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity,
      serialNumber: '02',
      subject: 'CN=Test signer, O=Test',
      issuer,
      publicKey: leaf.publicKey,
      signingKey: root.privateKey,
      signingAlgorithm: SIGNING,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([EMAIL_PROTECTION]),
        await x509.SubjectKeyIdentifierExtension.create(leaf.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(root.publicKey),
      ],
    });
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', leaf.privateKey)).toString('base64');
    const pem = `-----BEGIN PRIVATE KEY-----\n${key.replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
    const chain = `${certificate.toString('pem')}\n${authority.toString('pem')}\n`;
    return new ContentCredentials(LocalSigner.newSigner(Buffer.from(chain), Buffer.from(pem), 'es256'));
  }

  /**
   * An image with a manifest that holds these entries of training and data mining.
   * @param mime such as `image/png`
   * @returns the image, and the manifest store within it
   */
  sign(image: Buffer, mime: string, entries: object, label = 'cawg.training-mining'): { image: Buffer; store: Buffer } {
    const created = {
      action: 'c2pa.created',
      digitalSourceType: 'http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation',
    };
    const manifest = {
      claim_generator_info: [{ name: 'test', version: '1' }],
      title: 'a test',
      format: mime,
      ingredients: [],
      assertions: [
        { label: 'c2pa.actions', data: { actions: [created] } },
        { label, data: { entries } },
      ],
      resources: { resources: {} },
    };
    const builder = Builder.withJson(manifest, { builder: { thumbnail: { enabled: false } } });
    const out: { buffer: Buffer | null } = { buffer: null };
    const store = builder.sign(this.signer, { buffer: image, mimeType: mime }, out);
    return { image: out.buffer!, store };
  }
}

function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEYS, true, ['sign', 'verify']);
}
