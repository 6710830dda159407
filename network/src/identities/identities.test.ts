import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { layoutOf } from '../topology/layout';
import { topologyOf } from '../topology/topology';
import { createRoots } from './identities';

const home = mkdtempSync(path.join(os.tmpdir(), 'llmchain-identities-'));
const layout = layoutOf(home);
let count: number;
beforeAll(async () => (count = await createRoots(topologyOf(8000), layout)));
afterAll(() => rmSync(home, { recursive: true }));

const files = (): string[] =>
  readdirSync(home, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(home, name))
    .filter((file) => statSync(file).isFile());

test('every file with a secret is readable by its owner alone', () => {
  const secret = /PRIVATE KEY|lk_admin_|secretKey|"secret"/;
  const secrets = files().filter((file) => secret.test(readFileSync(file, 'utf8')));
  expect(secrets).toHaveLength(4 * (2 + 2 + 1 + 1) + 4 + 1 + 8);
  for (const file of [...secrets, layout.services.postgresPassword]) expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('as many certificates as were counted, and the roots for offline checks', () => {
  const certificates = files()
    .map((file) => readFileSync(file, 'utf8'))
    .filter((text) => text.includes('BEGIN CERTIFICATE'));
  expect(new Set(certificates).size).toBe(count);
  expect(readdirSync(layout.roots).sort()).toEqual(
    ['Archive', 'Compute', 'Guild', 'Lab'].flatMap((name) => [`${name}MSP.ca.pem`, `${name}MSP.tlsca.pem`]),
  );
});

test('services sign with Ed25519, administrators have an API key', () => {
  const { worker, adminKey } = layout.member('lab');
  expect(createPrivateKey(readFileSync(worker({ number: 1 }).signingKey)).asymmetricKeyType).toBe('ed25519');
  expect(readFileSync(adminKey, 'utf8')).toMatch(/^lk_admin_[\w-]{43}\n$/);
});
