import type { SignedReceipt, Tensor } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import type { TestWorker } from '../../test/support/gateway-workers';
import { TestPostgres } from '../../test/support/postgres';

/** 100 for the request, and 3 that the worker counts. */
const COST = 103;
const X = { name: 'x', datatype: 'FP32', shape: [2, 2], data: [1, 2.5, -3, 0] };
const FLAGS = { name: 'flags', datatype: 'BOOL', shape: [2], data: [true, false] };

describe('the Open Inference Protocol', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let archive: TestMember;
  let worker: TestWorker;
  let seen: readonly Tensor[];

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    consortium = await GatewayConsortium.start(postgres, 'ArchiveMSP');
    consortium.puts({
      model: 'risk',
      task: 'tensor',
      signature: {
        inputs: [
          { name: 'x', datatype: 'FP32', shape: [-1, 2] },
          { name: 'flags', datatype: 'BOOL', shape: [-1] },
        ],
        outputs: [
          { name: 'probability', datatype: 'FP32', shape: [-1, 1] },
          { name: 'count', datatype: 'INT64', shape: [-1] },
        ],
      },
      verification: { marginMicro: 0, sampleRate: 10_000, rerun: { cosineMicro: 5, maxAbsMicro: 50 } },
    });
    archive = consortium.members.get('ArchiveMSP')!;
    worker = consortium.workers.get('ComputeMSP')!;
    worker.loaded = ['poet', 'risk'].map((model) => ({ model, version: 1 }));
    worker.computes = (tensors): Tensor[] => {
      seen = tensors;
      return [
        { name: 'probability', datatype: 'FP32', shape: [2, 1], data: bytesOf(Float32Array.of(0.25, 0.75)) },
        { name: 'count', datatype: 'INT64', shape: [2], data: bytesOf(BigInt64Array.of(7n, -1n)) },
      ];
    };
  }, 30_000);
  afterEach(() => {
    worker.swap = (outputs) => outputs;
    worker.loaded = ['poet', 'risk'].map((model) => ({ model, version: 1 }));
    worker.asked.length = 0;
  });
  afterAll(async () => {
    await consortium.stop();
    await postgres.stop();
  });

  function bytesOf({ buffer }: Float32Array | BigInt64Array): string {
    return Buffer.from(buffer).toString('base64');
  }

  async function asks(body: unknown, path = '/v2/models/risk/infer', credits = 1_000_000) {
    const { key, actor } = await archive.key('caller', 'reader', credits);
    return { session: actor.session!, ...(await archive.call(key, 'POST', path, body)) };
  }

  test('tensors, flat or nested, become tensors; what it costs is charged once, and the receipt is named', async () => {
    const { status, body, session, headers } = await asks({ id: 'my-1', inputs: [X, FLAGS] });
    expect({ status, ...body }).toMatchObject({
      status: 200,
      id: 'my-1',
      model_name: 'risk',
      model_version: '1',
      outputs: [
        { name: 'probability', datatype: 'FP32', shape: [2, 1], data: [0.25, 0.75] },
        { name: 'count', datatype: 'INT64', shape: [2], data: [7, -1] },
      ],
    });
    const { receipt } = body['llmchain'] as { receipt: SignedReceipt };
    expect(receipt.body).toMatchObject({ amount: COST, completionTokens: 0, stop: 'stop' });
    expect(headers.get('x-llmchain-receipt')).toMatch(/^[0-9a-f]{64}$/);
    expect(await archive.session(session)).toMatchObject({ spent: COST, reserved: 0 });
    const flat = seen;
    expect(flat[0]).toEqual({ ...X, data: bytesOf(Float32Array.of(1, 2.5, -3, 0)) });
    expect(flat[1]).toEqual({ ...FLAGS, data: Buffer.from([1, 0]).toString('base64') });
    const nested = {
      ...X,
      data: [
        [1, 2.5],
        [-3, 0],
      ],
    };
    expect((await asks({ inputs: [FLAGS, nested] }, '/v2/models/risk/versions/1/infer')).status).toBe(200);
    expect([...seen].reverse()).toEqual(flat);
  });

  test('those outputs that are asked for come, in that order', async () => {
    const outputs = [{ name: 'count', parameters: { binary_data: false } }, { name: 'probability' }];
    const chosen = await asks({ inputs: [X, FLAGS], outputs });
    expect((chosen.body['outputs'] as Tensor[]).map(({ name }) => name)).toEqual(['count', 'probability']);
    const one = await asks({ inputs: [X, FLAGS], outputs: [{ name: 'count' }] });
    expect(one.body['outputs']).toEqual([{ name: 'count', datatype: 'INT64', shape: [2], data: [7, -1] }]);
  });

  test('tensors that the receipt does not commit to, or not the model’s, are not given', async () => {
    worker.swap = ([first, second]) => [{ ...first!, data: bytesOf(Float32Array.of(0, 0)) }, second!];
    const changed = await asks({ inputs: [X, FLAGS] });
    expect([changed.status, changed.body['code']]).toEqual([422, 'not_verified']);
    expect((await archive.session(changed.session)).spent).toBe(0);
    worker.swap = (outputs) => outputs;
    const { computes } = worker;
    worker.computes = (tensors) => computes(tensors).slice(0, 1);
    const fewer = await asks({ inputs: [X, FLAGS] });
    worker.computes = computes;
    expect([fewer.status, fewer.body['code']]).toEqual([422, 'not_verified']);
  });

  test('what a worker gives that is no tensor is its fault, not the caller’s', async () => {
    worker.swap = ([first, second]) => [{ ...first!, shape: [3, 1] }, second!];
    const { status, body } = await asks({ inputs: [X, FLAGS] });
    expect([status, body['code']]).toEqual([422, 'not_verified']);
  });

  test('an output that JSON has no number for is not given as null; the others are', async () => {
    const { computes } = worker;
    const data = bytesOf(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY));
    worker.computes = (tensors) => computes(tensors).map((each, at) => (at === 0 ? { ...each, data } : each));
    const whole = await asks({ inputs: [X, FLAGS] });
    const rest = await asks({ inputs: [X, FLAGS], outputs: [{ name: 'count' }] });
    worker.computes = computes;
    expect([whole.status, whole.body['code']]).toEqual([422, 'not_supported']);
    expect(whole.headers.get('x-llmchain-receipt')).toMatch(/^[0-9a-f]{64}$/);
    expect(rest.body['outputs']).toEqual([{ name: 'count', datatype: 'INT64', shape: [2], data: [7, -1] }]);
  });

  test.each<[string, object, string, number?]>([
    ['no inputs', { inputs: [] }, 'invalid_argument'],
    ['an input left out', { inputs: [X] }, 'invalid_argument'],
    ['an input twice', { inputs: [X, X, FLAGS] }, 'invalid_argument'],
    ['an input that there is not', { inputs: [X, FLAGS, { ...X, name: 'y' }] }, 'invalid_argument'],
    ['another shape', { inputs: [{ ...X, shape: [1, 4] }, FLAGS] }, 'invalid_argument'],
    ['too few axes', { inputs: [{ ...X, shape: [4] }, FLAGS] }, 'invalid_argument'],
    ['an axis of any size', { inputs: [{ ...X, shape: [-1, 2] }, FLAGS] }, 'invalid_argument'],
    ['another datatype', { inputs: [{ ...X, datatype: 'INT32' }, FLAGS] }, 'invalid_argument'],
    ['a datatype that is not taken', { inputs: [{ ...X, datatype: 'FP64' }, FLAGS] }, 'invalid_argument'],
    ['too few elements', { inputs: [{ ...X, data: [1, 2, 3] }, FLAGS] }, 'invalid_argument'],
    ['no elements', { inputs: [{ ...X, data: [] }, FLAGS] }, 'invalid_argument'],
    ['nesting of another shape', { inputs: [{ ...X, data: [[1, 2, 3, 4]] }, FLAGS] }, 'invalid_argument'],
    ['half nested', { inputs: [{ ...X, data: [[1, 2], 3, 4] }, FLAGS] }, 'invalid_argument'],
    [
      'nested too deep',
      {
        inputs: [
          {
            ...X,
            data: [
              [[1], 2],
              [3, 4],
            ],
          },
          FLAGS,
        ],
      },
      'invalid_argument',
    ],
    ['a text for a number', { inputs: [{ ...X, data: [1, 2, 3, 'NaN'] }, FLAGS] }, 'invalid_argument'],
    ['what single precision does not hold', { inputs: [{ ...X, data: [1, 2, 3, 1e39] }, FLAGS] }, 'invalid_argument'],
    ['a number for a truth value', { inputs: [X, { ...FLAGS, data: [1, 0] }] }, 'invalid_argument'],
    ['an output that there is not', { inputs: [X, FLAGS], outputs: [{ name: 'z' }] }, 'invalid_argument'],
    ['tensors in bytes', { inputs: [X, FLAGS], parameters: { binary_data_output: true } }, 'not_supported', 422],
    [
      'outputs in bytes',
      { inputs: [X, FLAGS], outputs: [{ name: 'count', parameters: { binary_data: true } }] },
      'not_supported',
      422,
    ],
    ['too many elements', { inputs: [{ ...X, shape: [600_000, 2] }, FLAGS] }, 'too_large', 413],
  ])('%s: refused before anything is ordered, in both shapes of errors', async (_what, body, code, status = 400) => {
    const answer = await asks(body);
    expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code });
    expect(answer.body['error']).toBe(answer.body['detail']);
    expect(worker.asked).toEqual([]);
  });

  test('a model of text takes no tensors, one of tensors does not chat, and others are not found', async () => {
    const inputs = [X, FLAGS];
    expect((await asks({ inputs }, '/v2/models/poet/infer')).body['code']).toBe('invalid_argument');
    expect((await asks({ inputs }, '/v2/models/nobody/infer')).body['code']).toBe('not_found');
    expect((await asks({ inputs }, '/v2/models/risk/versions/2/infer')).body['code']).toBe('not_found');
    const chat = { model: 'risk', messages: [{ role: 'user', content: 'sea' }] };
    expect((await asks(chat, '/v1/chat/completions')).body['code']).toBe('invalid_argument');
    expect(worker.asked).toEqual([]);
  });

  test('without credit nothing is computed', async () => {
    const { status } = await asks({ inputs: [X, FLAGS] }, undefined, COST - 1);
    expect(status).toBe(402);
    expect(worker.asked).toEqual([]);
  });

  test('server and model tell of themselves, and whether they are ready', async () => {
    const gets = async (path: string, key?: string) => {
      const { status, body } = await archive.call(key, 'GET', path);
      return { status, body };
    };
    expect(await gets('/v2')).toEqual({ status: 200, body: { name: 'llmchain', version: '2', extensions: [] } });
    expect(await gets('/v2/health/live')).toEqual({ status: 200, body: { live: true } });
    expect(await gets('/v2/health/ready')).toEqual({ status: 200, body: { ready: true } });
    const { key } = await archive.key('caller', 'reader', 1);
    expect(await gets('/v2/models/risk', key)).toMatchObject({
      status: 200,
      body: {
        name: 'risk',
        versions: ['1'],
        platform: 'onnxruntime_onnx',
        inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }, { name: 'flags' }],
        outputs: [{ name: 'probability' }, { name: 'count' }],
        llmchain: { task: 'tensor', prices: { request: 100 } },
      },
    });
    expect(await gets('/v2/models/risk/ready', key)).toEqual({ status: 200, body: { name: 'risk', ready: true } });
    expect((await gets('/v2/models/risk/versions/1', key)).status).toBe(200);
    expect((await gets('/v2/models/nobody/ready', key)).status).toBe(404);
    expect((await gets('/v2/models/risk')).body['error']).toEqual(expect.any(String));
  });
});
