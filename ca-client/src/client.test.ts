import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { BUILDING, TestAuthorities } from '../../test/support/fabric-ca';
import { readRegistrar } from '../../network/src/ca/certificate-authorities';
import { CaClient } from './client';
import { attributesOf, newSecret, type Credential } from './credential';
import { revokedSerials } from './revocation-list';

// The server hashes secrets slowly, on purpose.
jest.setTimeout(60_000);

let ca: TestAuthorities;
let client: Awaited<ReturnType<TestAuthorities['authorities']['client']>>;
let registrar: Credential;
beforeAll(async () => {
  ca = await TestAuthorities.start();
  const guild = ca.topology.members[0]!;
  client = await ca.authorities.client(guild, 'identity');
  const { id, secret } = await readRegistrar(ca.layout.member('guild').registrar.ca);
  registrar = await client.enrol(id, secret);
}, BUILDING);
afterAll(() => ca.stop());

async function enrolled(id: string, attributes: Readonly<Record<string, string>> = {}): Promise<Credential> {
  const secret = newSecret();
  await client.register(registrar, { id, secret, type: 'client', attributes });
  return client.enrol(id, secret, { attributes: Object.keys(attributes) });
}

test('a certificate carries the attributes asked for and fits the key made here', async () => {
  const { certificate, key } = await enrolled('will', { role: 'artist', person: 'will' });
  const parsed = new X509Certificate(certificate);
  expect(parsed.subject.split('\n')).toEqual(['O=LLMChain', 'OU=client', 'CN=will']);
  expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(attributesOf(certificate)).toEqual({ role: 'artist', person: 'will' });
});

test('a renewed certificate has another key and the same attributes', async () => {
  const first = await enrolled('ann', { role: 'artist', person: 'ann' });
  const second = await client.reenrol(first);
  expect(second.key).not.toBe(first.key);
  expect(new X509Certificate(second.certificate).subject).toBe(new X509Certificate(first.certificate).subject);
  expect(attributesOf(second.certificate)).toEqual({ role: 'artist', person: 'ann' });
});

test('a wrong secret, a name taken and an attribute that was never registered are told apart', async () => {
  const secret = newSecret();
  await client.register(registrar, { id: 'eve', secret, type: 'client' });
  await expect(client.enrol('eve', 'guess')).rejects.toThrowWithCode('not_authenticated');
  await expect(client.enrol('nobody', secret)).rejects.toThrowWithCode('not_authenticated');
  await expect(client.register(registrar, { id: 'eve', secret, type: 'client' })).rejects.toThrowWithCode(
    'already_registered',
  );
  await expect(client.enrol('eve', secret, { attributes: ['role'] })).rejects.toThrow('role');
});

test('a changed secret is the only one', async () => {
  await enrolled('sam', { role: 'steward' });
  const secret = newSecret();
  await client.changeSecret(registrar, 'sam', secret);
  expect(attributesOf((await client.enrol('sam', secret, { attributes: ['role'] })).certificate)).toEqual({
    role: 'steward',
  });
});

test('nobody but a registrar may register, and nobody with another authority’s certificate', async () => {
  const client2 = await enrolled('tom');
  const order = { id: 'tim', secret: 's', type: 'client' as const };
  await expect(client.register(client2, order)).rejects.toThrowWithCode('not_authorised');
  const lab = await ca.authorities.client(ca.topology.members[2]!, 'identity');
  await expect(lab.register(registrar, order)).rejects.toThrowWithCode('not_authenticated');
});

test('a revoked identity renews nothing; to revoke it again or nobody does no harm', async () => {
  const credential = await enrolled('gone');
  await client.revoke(registrar, 'gone', 'cessationofoperation');
  await expect(client.reenrol(credential)).rejects.toThrowWithCode('not_authenticated');
  await client.revoke(registrar, 'gone', 'cessationofoperation');
  await expect(client.revoke(registrar, 'never-there', 'keycompromise')).rejects.toThrowWithCode('not_found');
});

test('the revocation list names every certificate of whoever was revoked, and no other', async () => {
  const serial = ({ certificate }: Credential): string => new X509Certificate(certificate).serialNumber.toLowerCase();
  const kept = await enrolled('stays');
  const first = await enrolled('leaves');
  const second = await client.reenrol(first);
  const before = revokedSerials(await client.revocationList(registrar));
  await client.revoke(registrar, 'leaves', 'keycompromise');
  const list = await client.revocationList(registrar);
  expect(list).toMatch(/^-----BEGIN X509 CRL-----/);
  const after = revokedSerials(list);
  expect([...after].filter((each) => !before.has(each)).sort()).toEqual([serial(first), serial(second)].sort());
  expect(after).not.toContain(serial(kept));
  await expect(client.revocationList(kept)).rejects.toThrowWithCode('not_authorised');
  const lab = await ca.authorities.client(ca.topology.members[2]!, 'identity');
  await expect(lab.revocationList(registrar)).rejects.toThrowWithCode('not_authenticated');
});

test('an authority that does not answer is unavailable, and so is one under another root', async () => {
  const tlsRoot = readFileSync(ca.layout.services.ca.certificate, 'utf8');
  const away = new CaClient({ url: 'https://localhost:1', caName: 'guild', tlsRoot });
  await expect(away.enrol('will', 'x')).rejects.toThrowWithCode('unavailable');
  const port = ca.topology.certificateAuthority;
  const other = readFileSync(ca.layout.member('guild').ca.certificate, 'utf8');
  const mistaken = new CaClient({ url: `https://localhost:${port}`, caName: 'guild', tlsRoot: other });
  await expect(mistaken.enrol('will', 'x')).rejects.toThrowWithCode('unavailable');
});

test('a request that names no authority enrols nobody', async () => {
  const nameless = new CaClient({
    url: `https://localhost:${ca.topology.certificateAuthority}`,
    caName: '',
    tlsRoot: readFileSync(ca.layout.services.ca.certificate, 'utf8'),
  });
  await expect(nameless.enrol('registrar', newSecret())).rejects.toThrowWithCode('not_authenticated');
});
