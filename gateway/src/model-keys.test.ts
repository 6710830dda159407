import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import {
  canonicalJson,
  modelFileKey,
  ModelKey,
  ModelVersion,
  publicKeyOf,
  sha256Bytes,
  sha256Hex,
  unwrapModelKey,
  wrappingKeyOf,
} from '@llmchain/protocol';
import { foreignEntry } from '../../test/support/external';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';
import { opening } from './adapters/object-store/envelope/seal';

const WEIGHTS = Buffer.from('foreign weights, of which no other member is to see a word in clear');
const WORKER = 'compute-worker-9';
const SECRET = new Uint8Array(32).fill(7);
const HOLDER = { model: 'foreign', version: 1, member: 'ComputeMSP', worker: WORKER };
const KEYS = '/v1/models/foreign/versions/1/keys';

describe('sealed models', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let lab: TestMember;
  let compute: TestMember;
  let version: ModelVersion;
  let trainer: string;
  let operator: string;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'LabMSP', 'ComputeMSP');
    lab = consortium.members.get('LabMSP')!;
    compute = consortium.members.get('ComputeMSP')!;
    trainer = (await lab.key('trainer', 'tess')).key;
    operator = (await compute.key('operator', 'oz')).key;
    const signer = {
      operationId: 'worker-nine',
      signer: WORKER,
      kind: 'worker' as const,
      publicKey: publicKeyOf(sha256Bytes('key')),
    };
    await compute.ports.ledgers.service.submit('members:registerSigner', signer);
    lab.bucket.objects.set(`sha256/${sha256Hex(WEIGHTS)}`, WEIGHTS);
  }, 30_000);
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  const sets = (secret: Uint8Array) =>
    compute.call(operator, 'PUT', `/v1/wrapping-keys/${WORKER}`, { publicKey: wrappingKeyOf(secret) });
  const key = async (): Promise<ModelKey> => {
    const { status, body } = await compute.call(operator, 'GET', `${KEYS}/ComputeMSP/${WORKER}`);
    expect(status).toBe(200);
    return ModelKey.parse(body);
  };
  const opens = async (secret: Uint8Array): Promise<string> => {
    const { wrap } = await key();
    const dataKey = unwrapModelKey(wrap!, { ...HOLDER, publicKey: wrappingKeyOf(secret) }, secret);
    const [file] = version.files;
    const sealed = await buffer(await compute.ports.peers.content('LabMSP', file!.sealed!.sha256));
    const plain = Readable.from([sealed]).pipe(opening(modelFileKey(dataKey, file!.sha256)));
    return (await buffer(plain)).toString();
  };

  test('are registered with sealed files; their manifest names the plaintext, members get the ciphertext alone', async () => {
    const [file] = foreignEntry().files;
    const plain = [{ ...file!, sha256: sha256Hex(WEIGHTS), bytes: WEIGHTS.length }];
    const entry = {
      ...foreignEntry(),
      files: plain,
      manifest: sha256Hex(canonicalJson(plain)),
      modelParamsAddress: `sha256/${sha256Hex(WEIGHTS)}`,
    };
    const forged = [{ ...plain[0]!, sealed: { sha256: sha256Hex('x'), bytes: 1 } }];
    expect(await lab.call(trainer, 'POST', '/v1/models', { ...entry, files: forged })).toMatchObject({ status: 400 });
    const alone = await lab.call(trainer, 'POST', '/v1/models', { ...entry, seal: true, pool: ['GuildMSP'] });
    expect(alone).toMatchObject({ status: 400, body: { code: 'invalid_argument' } });
    const { status, body } = await lab.call(trainer, 'POST', '/v1/models', { ...entry, seal: true });
    expect(status).toBe(201);
    const { transaction: _, block: __, ...record } = body;
    version = ModelVersion.parse(record);
    expect(version.files[0]).toMatchObject({ sha256: sha256Hex(WEIGHTS), sealed: { bytes: WEIGHTS.length + 31 } });
    await expect(compute.ports.peers.content('LabMSP', sha256Hex(WEIGHTS))).rejects.toThrowWithCode('not_found');
    const sealed = await buffer(await compute.ports.peers.content('LabMSP', version.files[0]!.sealed!.sha256));
    expect(sha256Hex(sealed)).toBe(version.files[0]!.sealed!.sha256);
    expect(sealed.includes('foreign')).toBe(false);
  });

  test('the owner’s gateway gives the key to a worker that comes, and anew when it has another wrapping key', async () => {
    expect((await sets(SECRET)).status).toBe(200);
    await lab.gateway.giveModelKeys();
    expect(await opens(SECRET)).toBe(WEIGHTS.toString());
    const given = await key();
    await lab.gateway.giveModelKeys();
    expect(await key()).toEqual(given);
    const other = new Uint8Array(32).fill(8);
    await sets(other);
    await lab.gateway.giveModelKeys();
    expect(await opens(other)).toBe(WEIGHTS.toString());
    await sets(SECRET);
    await lab.gateway.giveModelKeys();
    expect((await compute.call(operator, 'GET', KEYS)).body).toMatchObject({
      data: [{ worker: WORKER, state: 'given' }],
    });
  });

  test('a key that was withdrawn is given again by people alone', async () => {
    const { body } = await lab.call(trainer, 'POST', `${KEYS}/ComputeMSP/${WORKER}/withdraw`);
    expect(body).toMatchObject({ state: 'withdrawn' });
    await sets(new Uint8Array(32).fill(9));
    await sets(SECRET);
    await lab.gateway.giveModelKeys();
    expect(await key()).toMatchObject({ state: 'withdrawn' });
    const again = await lab.call(trainer, 'POST', `${KEYS}/ComputeMSP/${WORKER}/give`);
    expect(again).toMatchObject({ status: 200, body: { state: 'given' } });
    expect(await opens(SECRET)).toBe(WEIGHTS.toString());
  });

  test('a key that is withdrawn while the gateway gives it anew stays withdrawn', async () => {
    await sets(new Uint8Array(32).fill(8));
    const { service } = lab.ports.ledgers;
    const submit = service.submit.bind(service);
    const withdrawn: number[] = [];
    const spy = jest.spyOn(service, 'submit').mockImplementation(async (...order: Parameters<typeof submit>) => {
      // The gateway has looked, and has wrapped the key; a person is faster.
      if (order[0] === 'models:giveKey')
        withdrawn.push((await lab.call(trainer, 'POST', `${KEYS}/ComputeMSP/${WORKER}/withdraw`)).status);
      return submit(...order);
    });
    await lab.gateway.giveModelKeys();
    spy.mockRestore();
    expect(withdrawn).toEqual([200]);
    expect(await key()).toMatchObject({ state: 'withdrawn' });
    await lab.gateway.giveModelKeys();
    expect(await key()).toMatchObject({ state: 'withdrawn' });
    await sets(SECRET);
    const again = await lab.call(trainer, 'POST', `${KEYS}/ComputeMSP/${WORKER}/give`);
    expect(again).toMatchObject({ status: 200, body: { state: 'given' } });
  });

  test('nothing is given to a wrapping key that was revoked, nor by anyone but the owner', async () => {
    const admin = (await compute.key('admin', 'ada')).key;
    const foreign = await compute.call(admin, 'POST', `${KEYS}/ComputeMSP/${WORKER}/give`);
    expect(foreign).toMatchObject({ status: 403, body: { code: 'not_authorised' } });
    const { body } = await compute.call(operator, 'POST', `/v1/wrapping-keys/${WORKER}/revoke`);
    expect(body).toMatchObject({ state: 'revoked' });
    expect(await lab.call(trainer, 'POST', `${KEYS}/ComputeMSP/${WORKER}/give`)).toMatchObject({
      status: 409,
      body: { code: 'wrong_state' },
    });
    expect(await sets(SECRET)).toMatchObject({ body: { code: 'wrong_state' } });
  });

  test('the data key lies sealed in the owner’s bucket', () => {
    const names = [...lab.bucket.objects.keys()].filter((name) => name.startsWith('model-keys/'));
    expect(names).toEqual(['model-keys/foreign@1']);
    expect(lab.bucket.objects.get(names[0]!)!.toString('latin1')).not.toMatch(/[0-9a-f]{64}/);
    expect([...compute.bucket.objects.keys()].filter((name) => name.startsWith('model-keys/'))).toEqual([]);
  });
});
