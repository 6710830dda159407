import { canonicalJson, compositeKey, ordinal, sha256Hex } from '@llmchain/protocol';
import { FOREIGN, foreignEntry } from '../../test/support/external';
import { Producing } from '../../test/support/gateway-producing';
import { TestPostgres } from '../../test/support/postgres';

describe('models from outside', () => {
  let postgres: TestPostgres;
  let producing: Producing;
  beforeAll(async () => {
    postgres = await TestPostgres.start();
    producing = await Producing.start(postgres);
  }, 30_000);
  afterAll(async () => {
    await producing.stop();
    await postgres.stop();
  });

  test('are registered over REST once their files are in the bucket, with a lineage told one way', async () => {
    const lab = await producing.consortium.gateway('LabMSP');
    const { key } = await lab.key('trainer', 'tess');
    const weights = Buffer.from('foreign weights');
    const entry = foreignEntry();
    const registers = (change: object = {}) => lab.call(key, 'POST', '/v1/models', { ...entry, ...change });
    expect((await registers()).body).toMatchObject({ code: 'not_found' });
    lab.bucket.objects.set(`sha256/${sha256Hex('foreign weights')}`, weights);
    expect((await registers()).body).toMatchObject({ code: 'digest_mismatch' });
    const files = [{ ...entry.files[0]!, bytes: weights.length }];
    const whole = { files, manifest: sha256Hex(canonicalJson(files)) };
    expect(await registers({ ...whole, job: 'job-verses' })).toMatchObject({
      status: 400,
      body: { code: 'invalid_argument', details: { issues: [expect.objectContaining({ pointer: '/job' })] } },
    });
    const { external: _, ...untold } = { ...entry, ...whole };
    expect(await lab.call(key, 'POST', '/v1/models', untold)).toMatchObject({
      status: 400,
      body: { code: 'invalid_argument' },
    });
    const { status, body } = await registers(whole);
    expect({ status, body }).toMatchObject({ status: 201, body: { class: 'external', external: FOREIGN } });
    expect(body).not.toHaveProperty('royalty');
  });

  test('an administrator collects for the consortium what nobody’s works earned; no artist earns by it', async () => {
    const { consortium } = producing;
    const { job: _, datasets: __, royalty: ___, ...poet } = consortium.model();
    const record = canonicalJson({ ...poet, class: 'external', external: FOREIGN });
    consortium.consortium.world.state.set(compositeKey('model', ['poet', ordinal(1)]), Buffer.from(record));
    await producing.produces(2);
    await producing.decides();
    const guild = await consortium.gateway('GuildMSP');
    const claims = async (role: 'artist' | 'admin', name: string, order: object = {}) => {
      const { key } = await guild.key(role, name);
      return (await guild.call(key, 'POST', '/v1/claims', { model: 'poet', version: 1, ...order })).body;
    };
    expect(await claims('artist', 'ann')).toMatchObject({ code: 'not_found' });
    expect(await claims('artist', 'ann', { payee: 'consortium' })).toMatchObject({ code: 'not_authorised' });
    const { amount, claims: made } = await claims('admin', 'chair', { payee: 'consortium' });
    expect(amount).toBeGreaterThan(0);
    expect(made).toMatchObject([{ producer: 'ComputeMSP', upTo: 1, amount }]);
    expect(await claims('admin', 'chair', { payee: 'consortium' })).toMatchObject({ claims: [], amount: 0 });
  });
});
