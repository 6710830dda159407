import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { attributesOf } from '@llmchain/ca-client';
import { BUILDING, TestAuthorities } from '../../../test/support/fabric-ca';
import { readRegistrar } from './certificate-authorities';
import { Enrolments } from './enrolments';
import { holdersOf, isPinned, workerHolders, type Holder } from './holders';
import { topologyOf } from '../topology/topology';

// The server hashes secrets slowly, on purpose.
jest.setTimeout(60_000);

const DAY = 24 * 3600 * 1000;
const YEAR = 366 * DAY;

let ca: TestAuthorities;
let enrolments: Enrolments;
let count: number;
beforeAll(async () => {
  ca = await TestAuthorities.start();
  enrolments = new Enrolments(ca, ca);
  count = await enrolments.create();
}, BUILDING);
afterAll(() => ca.stop());

const parse = (file: string): X509Certificate => new X509Certificate(readFileSync(file));
const everyone = (): Holder[] => ca.topology.members.flatMap((member) => holdersOf(member, ca.layout));
const daysLeft = (holder: Holder): number => (Date.parse(parse(holder.files.certificate).validTo) - Date.now()) / DAY;

test('every program has a certificate of its own member’s authority, with its key in a file of mode 0600', () => {
  expect(count).toBe(44);
  expect(everyone()).toHaveLength(44);
  for (const member of ca.topology.members) {
    const files = ca.layout.member(member.name);
    const roots = { identity: parse(files.ca.certificate), tls: parse(files.tlsCa.certificate) };
    for (const holder of holdersOf(member, ca.layout)) {
      const certificate = parse(holder.files.certificate);
      expect(certificate.checkIssued(roots[holder.purpose])).toBe(true);
      expect(certificate.verify(roots[holder.purpose].publicKey)).toBe(true);
      expect(certificate.checkPrivateKey(createPrivateKey(readFileSync(holder.files.key)))).toBe(true);
      expect(statSync(holder.files.key).mode & 0o777).toBe(0o600);
      expect(attributesOf(readFileSync(holder.files.certificate, 'utf8'))).toEqual(holder.attributes);
    }
  }
});

test('identities name their kind and nobody; TLS certificates serve this machine', () => {
  for (const holder of everyone()) {
    const certificate = parse(holder.files.certificate);
    const [, kind, name] = certificate.subject.split('\n');
    expect(kind).toBe(`OU=${holder.type}`);
    if (holder.purpose === 'identity') expect(name).toMatch(/^CN=[0-9a-f]{16}$/);
    else
      expect([certificate.checkHost('localhost'), certificate.checkIP('127.0.0.1')]).toEqual([
        'localhost',
        '127.0.0.1',
      ]);
  }
});

test('certificates last a year, those in the channel’s configuration nine', () => {
  for (const holder of everyone()) {
    const [least, most] = isPinned(holder) ? [9 * 364, 9 * 366] : [364, 366];
    expect(daysLeft(holder)).toBeGreaterThan(least);
    expect(daysLeft(holder)).toBeLessThan(most);
  }
});

test('workers that are added get certificates of their own, also after an attempt that was cut off', async () => {
  const topology = topologyOf(ca.topology.portBase, { lab: 2 });
  const lab = topology.members[2]!;
  const worker = lab.workers[1]!;
  const added = new Enrolments({ topology, layout: ca.layout }, ca);
  expect(await added.enrolAdded([{ member: lab, worker }])).toBe(2);
  const [tls, identity] = workerHolders(lab, worker, ca.layout) as [Holder, Holder];
  rmSync(identity.files.certificate);
  const before = readFileSync(tls.files.certificate, 'utf8');
  expect(await added.enrolAdded([{ member: lab, worker }])).toBe(2);
  expect(readFileSync(tls.files.certificate, 'utf8')).not.toBe(before);
  for (const { files, attributes, purpose } of [tls, identity]) {
    const roots = { identity: ca.layout.member('lab').ca, tls: ca.layout.member('lab').tlsCa };
    expect(parse(files.certificate).checkIssued(parse(roots[purpose].certificate))).toBe(true);
    expect(parse(files.certificate).checkPrivateKey(createPrivateKey(readFileSync(files.key)))).toBe(true);
    expect(attributesOf(readFileSync(files.certificate, 'utf8'))).toEqual(attributes);
  }
});

test('a gateway may enrol clients, and nobody of more power', async () => {
  const member = ca.topology.members[0]!;
  const client = await ca.authorities.client(member, 'identity');
  const { id, secret } = await readRegistrar(ca.layout.member('guild').registrar.gateway);
  const registrar = await client.enrol(id, secret);
  await client.register(registrar, { id: 'a', secret: 'b', type: 'client', attributes: { role: 'artist' } });
  for (const type of ['peer', 'orderer', 'admin'] as const)
    await expect(client.register(registrar, { id: type, secret: 'b', type })).rejects.toThrowWithCode('not_authorised');
  const powers = { 'hf.Registrar.Roles': 'admin' };
  await expect(
    client.register(registrar, { id: 'c', secret: 'b', type: 'client', attributes: powers }),
  ).rejects.toThrowWithCode('not_authorised');
});

test('what nears its end is renewed, with the same name and attributes; what the channel names is left', async () => {
  expect(await enrolments.due()).toEqual([]);
  const late = new Enrolments({ topology: ca.topology, layout: ca.layout, renewedBeforeEnd: YEAR }, ca);
  const due = await late.due();
  expect(due).toHaveLength(44 - 8);
  const one = due.filter(({ holder, member }) => member.name === 'lab' && holder.name === 'gateway');
  const before = one.map(({ holder }) => parse(holder.files.certificate));
  await late.renew(one);
  one.forEach(({ holder }, index) => {
    const certificate = parse(holder.files.certificate);
    expect(certificate.serialNumber).not.toBe(before[index]!.serialNumber);
    expect(certificate.subject).toBe(before[index]!.subject);
    expect(certificate.checkPrivateKey(createPrivateKey(readFileSync(holder.files.key)))).toBe(true);
    expect(attributesOf(readFileSync(holder.files.certificate, 'utf8'))).toEqual(holder.attributes);
  });
});

test('a renewal that was cut off between certificate and key is finished', async () => {
  const [holder] = holdersOf(ca.topology.members[1]!, ca.layout) as [Holder];
  const client = await ca.authorities.client(ca.topology.members[1]!, 'identity');
  const old = {
    certificate: readFileSync(holder.files.certificate, 'utf8'),
    key: readFileSync(holder.files.key, 'utf8'),
  };
  const renewed = await client.reenrol(old);
  writeFileSync(`${holder.files.key}.renewed`, JSON.stringify(renewed), { mode: 0o600 });
  writeFileSync(holder.files.key, renewed.key);
  await enrolments.due();
  expect(readFileSync(holder.files.certificate, 'utf8')).toBe(renewed.certificate);
});
