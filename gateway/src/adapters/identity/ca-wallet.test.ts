import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { attributesOf, CaClient } from '@llmchain/ca-client';
import { BUILDING, TestAuthorities } from '../../../../test/support/fabric-ca';
import { silent } from '../../../../test/support/gateway-member';
import { Enrolments } from '../../../../network/src/ca/enrolments';
import type { Actor } from '../../ports/actor';
import { CaWallet, type CaWalletOptions } from './ca-wallet';

// The server hashes secrets slowly, on purpose.
jest.setTimeout(60_000);

const YEAR = 366 * 24 * 3600 * 1000;

describe('enrolment', () => {
  let authorities: TestAuthorities;
  let options: CaWalletOptions;
  let ca: CaClient;
  let wallet: CaWallet;

  beforeAll(async () => {
    authorities = await TestAuthorities.start();
    await new Enrolments(authorities, authorities).create();
    const files = authorities.layout.member('guild');
    ca = await authorities.authorities.client(authorities.topology.members[0]!, 'identity');
    const registrar = JSON.parse(await readFile(files.registrar.gateway, 'utf8'));
    options = { folder: files.wallet, registrar };
    wallet = new CaWallet(options, { ca, log: silent });
  }, BUILDING);
  afterAll(() => authorities.stop());

  const away = (): CaClient => new CaClient({ url: 'https://localhost:1', caName: 'guild', tlsRoot: '' });
  const serial = (certificate: string): string => new X509Certificate(certificate).serialNumber;

  async function enrolled(actor: Actor): Promise<{ certificate: string; key: string }> {
    await wallet.enrol(actor);
    return wallet.identity(actor.key);
  }

  test('an artist’s certificate names the key, the role and the pseudonym, and no more', async () => {
    const { certificate } = await enrolled({ key: 'key-1', role: 'artist', name: 'ann' });
    expect(attributesOf(certificate)).toEqual({ role: 'artist', person: 'ann' });
    expect(new X509Certificate(certificate).subject.split('\n')).toEqual(['O=LLMChain', 'OU=client', 'CN=key-1']);
  });

  test('a program’s certificate does not carry its name', async () => {
    const { certificate } = await enrolled({ key: 'key-2', role: 'caller', name: 'reader' });
    expect(attributesOf(certificate)).toEqual({ role: 'caller' });
    expect(certificate).not.toContain('reader');
  });

  test('certificates chain to the member’s authority and fit their keys', async () => {
    const { certificate, key } = await enrolled({ key: 'key-3', role: 'admin', name: 'chair' });
    const issuer = new X509Certificate(await readFile(authorities.layout.member('guild').ca.certificate));
    const parsed = new X509Certificate(certificate);
    expect(parsed.checkIssued(issuer) && parsed.verify(issuer.publicKey)).toBe(true);
    expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
  });

  test('files are their owner’s alone; enrolling again keeps them', async () => {
    const actor: Actor = { key: 'key-4', role: 'steward', name: 'keeper' };
    const first = await enrolled(actor);
    expect((await stat(join(options.folder, 'key-4.pem'))).mode & 0o777).toBe(0o600);
    expect((await enrolled(actor)).certificate).toBe(first.certificate);
  });

  test('an enrolment that was cut off after it was registered is taken up again', async () => {
    const registrar = await ca.enrol(options.registrar.id, options.registrar.secret);
    const attributes = { role: 'steward' };
    await ca.register(registrar, { id: 'key-5', secret: 'lost', type: 'client', attributes });
    expect(attributesOf((await enrolled({ key: 'key-5', role: 'steward', name: 'x' })).certificate)).toEqual(
      attributes,
    );
  });

  test('a certificate near its end is renewed once, however many ask', async () => {
    const first = await enrolled({ key: 'key-6', role: 'artist', name: 'will' });
    const late = new CaWallet({ ...options, renewedBeforeEnd: YEAR }, { ca, log: silent });
    const [second, same] = await Promise.all([late.identity('key-6'), late.identity('key-6')]);
    expect(serial(second.certificate)).not.toBe(serial(first.certificate));
    expect(serial(same.certificate)).toBe(serial(second.certificate));
    expect(attributesOf(second.certificate)).toEqual({ role: 'artist', person: 'will' });
    expect(await wallet.identity('key-6')).toMatchObject({ certificate: second.certificate, key: second.key });
  });

  test('while the authority is away identities serve, and nobody new is enrolled', async () => {
    const first = await enrolled({ key: 'key-7', role: 'caller', name: 'x' });
    const alone = new CaWallet({ ...options, renewedBeforeEnd: YEAR }, { ca: away(), log: silent });
    expect(await alone.identity('key-7')).toMatchObject({ certificate: first.certificate });
    await expect(alone.enrol({ key: 'key-8', role: 'caller', name: 'x' })).rejects.toThrowWithCode('unavailable');
    await expect(alone.identity('key-8')).rejects.toThrowWithCode('unavailable');
  });

  test('a forgotten key leaves nothing and its certificate is revoked, at the latest when the authority is back', async () => {
    const first = await enrolled({ key: 'key-9', role: 'caller', name: 'x' });
    await new CaWallet(options, { ca: away(), log: silent }).forget('key-9');
    await expect(wallet.identity('key-9')).rejects.toThrowWithCode('unavailable');
    expect(await ca.reenrol(first)).toHaveProperty('certificate');
    await wallet.settle();
    await expect(ca.reenrol(first)).rejects.toThrowWithCode('not_authenticated');
    expect((await readdir(options.folder)).filter((name) => name.startsWith('key-9'))).toEqual([]);
  });

  test('a key that was never enrolled can be forgotten', async () => {
    await wallet.forget('key-10');
    expect((await readdir(options.folder)).filter((name) => name.startsWith('key-10'))).toEqual([]);
  });
});
