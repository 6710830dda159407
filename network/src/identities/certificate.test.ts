import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { Authority, signatureS } from './certificate';

const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;
const parse = (pem: string): X509Certificate => new X509Certificate(pem);

test('a certificate chains to its authority', async () => {
  const ca = await Authority.create('GuildMSP CA');
  const [root, leaf] = [
    parse(ca.credential.certificate),
    parse((await ca.issueTls('peer.guild.llmchain')).certificate),
  ];
  expect(root.ca).toBe(true);
  expect(leaf.ca).toBe(false);
  expect(leaf.checkIssued(root)).toBe(true);
  expect(leaf.verify(root.publicKey)).toBe(true);
  expect(leaf.subject.split('\n')).toEqual(['CN=peer.guild.llmchain', 'O=LLMChain']);
});

test('a TLS certificate serves localhost in both directions', async () => {
  const issued = parse((await (await Authority.create('TLS CA')).issueTls('peer.guild.llmchain')).certificate);
  expect(issued.checkHost('localhost')).toBe('localhost');
  expect(issued.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(issued.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
});

test('every signature has the low s that Fabric demands', async () => {
  const ca = await Authority.create('CA');
  const issued = await Promise.all(Array.from({ length: 16 }, () => ca.issueTls('x')));
  for (const { certificate } of [ca.credential, ...issued]) {
    const { signature } = new x509.X509Certificate(certificate);
    expect(signatureS(new Uint8Array(signature))).toBeLessThanOrEqual(HALF_ORDER);
  }
});

test('s is read from both forms of a signature', () => {
  const s = Buffer.alloc(32, 0x11);
  const expected = BigInt(`0x${s.toString('hex')}`);
  expect(signatureS(Buffer.concat([Buffer.alloc(32, 1), s]))).toBe(expected);
  const der = Buffer.concat([Buffer.from([0x30, 69, 0x02, 33, 0]), Buffer.alloc(32, 0xff), Buffer.from([0x02, 32]), s]);
  expect(signatureS(der)).toBe(expected);
});
