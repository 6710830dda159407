import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { huggingFaceConfig } from '@llmchain/onnx-graph';
import { LlmchainError, type ModelVersion } from '@llmchain/protocol';
import { TINY, tinyModel } from '../../../test/support/worker-model';
import { clearFolder } from '../files/model-files';
import { ServableModel } from './servable-model';

const CPU = { provider: 'cpu', threads: 1 } as const;

describe('a file of a registered version that is damaged as it was registered', () => {
  let folder: string;
  let version: ModelVersion;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'damaged-folder-'));
    version = await tinyModel(folder, { seed: 1 });
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** What loading fails with when one file is another one. */
  async function failure(name: string, change: (content: Buffer) => Buffer): Promise<unknown> {
    const file = path.join(folder, name);
    const content = await readFile(file);
    await writeFile(file, change(content));
    try {
      return await ServableModel.load(clearFolder(folder), version, CPU).then(
        (model) => model.close().then(() => 'loaded'),
        (error: unknown) => error,
      );
    } finally {
      await writeFile(file, content);
    }
  }

  const TO: Record<string, (content: Buffer) => Buffer> = {
    nothing: () => Buffer.alloc(0),
    'its first bytes': (content) => content.subarray(0, 7),
    half: (content) => content.subarray(0, content.length >> 1),
    // The last of a text may be a line's end.
    'all but two bytes': (content) => content.subarray(0, -2),
    zeros: (content) => Buffer.alloc(content.length),
  };
  const FILES = ['onnx/model.onnx', 'config.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json'];
  const REFUSED = { code: expect.stringMatching(/^(invalid_argument|not_supported)$/), message: expect.any(String) };

  test.each(FILES.flatMap((file) => Object.keys(TO).map((what): [string, string] => [file, what])))(
    '%s became %s: it is not loaded, and the error says so by a code',
    async (file, what) => {
      const error = await failure(file, TO[what]!);
      expect(error).toBeInstanceOf(LlmchainError);
      expect(error).toMatchObject(REFUSED);
    },
  );

  test.each<[string, string, string]>([
    ['config.json', 'layers that cannot be', '{"num_hidden_layers":1e300}'],
    ['config.json', 'fewer layers than the graph has', config({ num_hidden_layers: 1 })],
    ['config.json', 'more layers than the graph has', config({ num_hidden_layers: 2 ** 31 })],
    ['config.json', 'heads of another size', config({ head_dim: 32 })],
    ['tokenizer.json', 'a tokenizer without its parts', '{"model":[1,2,3]}'],
    ['tokenizer.json', 'a tokenizer of an unknown kind', '{"model":{"type":"Magic"},"decoder":null,"added_tokens":[]}'],
    ['tokenizer_config.json', 'a template that is none', '{"chat_template":"{% for %}"}'],
    ['tokenizer_config.json', 'a template that does not end', '{"chat_template":"{{ messages"}'],
    ['onnx/model.onnx', 'a text', 'onnx'],
  ])('%s holds %s: refused likewise', async (file, _what, content) => {
    const error = await failure(file, () => Buffer.from(content));
    expect(error).toBeInstanceOf(LlmchainError);
    expect(error).toMatchObject(REFUSED);
  });

  test('as it is, it is loaded', async () => {
    expect(await failure('config.json', (content) => content)).toBe('loaded');
  });
});

function config(changes: object): string {
  return JSON.stringify({ ...huggingFaceConfig(TINY, { stop: 0 }), ...changes });
}
