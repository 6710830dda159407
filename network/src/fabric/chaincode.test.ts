import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeFileAtomic } from '../files';
import { layoutOf, type Layout } from '../topology/layout';
import { topologyOf } from '../topology/topology';
import { updateConnections, writeChaincodeConnection } from './chaincode';

const member = topologyOf(8000).members[2]!;

let home: string;
let layout: Layout;
beforeEach(async () => {
  home = mkdtempSync(path.join(os.tmpdir(), 'llmchain-chaincode-'));
  layout = layoutOf(home);
  const { tls, tlsCa } = layout.member(member.name);
  for (const file of [tls.peer.key, tls.peer.certificate, tlsCa.certificate])
    await writeFileAtomic(file, `PEM of ${file}`);
});
afterEach(() => rmSync(home, { recursive: true }));

/** A package that the peer has installed, with whatever connection its builder released. */
async function installed(build: string): Promise<() => unknown> {
  const { peerData } = layout.member(member.name);
  const release = path.join(peerData, 'externalbuilder', 'builds', build, 'release');
  const file = path.join(release, 'chaincode', 'server', 'connection.json');
  await writeFileAtomic(file, '{"address":"released"}');
  return () => JSON.parse(readFileSync(file, 'utf8')) as unknown;
}

test('a peer finds each chaincode at its own server, with its own key', async () => {
  const own = await installed('llmchain_1-0a');
  const other = await installed('bare_1-0b');
  await writeChaincodeConnection(member, layout);
  const { tls, tlsCa } = layout.member(member.name);
  const expected = {
    address: 'localhost:8352',
    dial_timeout: '10s',
    tls_required: true,
    client_auth_required: true,
    client_key: `PEM of ${tls.peer.key}`,
    client_cert: `PEM of ${tls.peer.certificate}`,
    root_cert: `PEM of ${tlsCa.certificate}`,
  };
  expect(own()).toEqual(expected);
  expect(other()).toEqual({ address: 'released' });
  await updateConnections(member, layout, { label: 'bare_1', port: member.ports.annex });
  expect(other()).toEqual({ ...expected, address: 'localhost:8357' });
  expect(own()).toEqual(expected);
  const written: unknown = JSON.parse(readFileSync(layout.member(member.name).chaincodeConnection, 'utf8'));
  expect(written).toEqual(expected);
});

test('where nothing is installed yet, what will be finds the file', async () => {
  await writeChaincodeConnection(member, layout);
  await updateConnections(member, layout, { label: 'bare_1', port: 1 });
  expect(readFileSync(layout.member(member.name).chaincodeConnection, 'utf8')).toContain('localhost:8352');
});
