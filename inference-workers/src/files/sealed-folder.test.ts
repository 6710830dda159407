import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FRAME, FRAME_HEADER, FRAME_TAG, sha256Hex, type ModelFile } from '@llmchain/protocol';
import { gguf } from '../../../test/support/gguf';
import { CONFIG, METADATA, tensorsOf } from '../../../test/support/gguf-model';
import { sealedFiles } from '../../../test/support/sealed-model';
import { openDecoder } from '../engine/decoder/open-decoder';
import { importGguf } from '../models/import-gguf';
import { geometryOf, ModelConfig } from '../models/folder-schema';
import { clearFolder, type ModelFiles } from './model-files';
import { sealedFolder } from './sealed-folder';

const KEY = new Uint8Array(32).fill(3);
const CPU = { provider: 'cpu', threads: 1 } as const;
/** Three frames, the last of them short. */
const CONTENT = Buffer.from(Array.from({ length: 2 * FRAME + 100 }, (_, at) => (at * 31 + (at >> 8)) & 255));

let home: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'sealed-folder-'));
});
afterAll(() => rm(home, { recursive: true }));

const fileOf = (name: string, content: Buffer): ModelFile => ({
  path: name,
  sha256: sha256Hex(content),
  bytes: content.length,
});

test('what was sealed comes back, of any number of frames', async () => {
  const contents = [CONTENT, CONTENT.subarray(0, FRAME), CONTENT.subarray(0, 1)];
  const plain = contents.map((content, at) => fileOf(`${at}.bin`, content));
  const { files } = await sealedFiles(KEY, plain, contents, home);
  const folder = sealedFolder(home, files, KEY);
  for (const [at, content] of contents.entries()) expect((await folder.read(`${at}.bin`)).equals(content)).toBe(true);
  await expect(folder.read('other.bin')).rejects.toThrowWithCode('not_found');
});

describe('a file that is not what its owner sealed is refused', () => {
  const whole = FRAME + FRAME_TAG;
  const frame = (sealed: Buffer, at: number): Buffer =>
    sealed.subarray(FRAME_HEADER + at * whole, FRAME_HEADER + (at + 1) * whole);
  const flipped = (sealed: Buffer, at: number): Buffer => {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1;
    return changed;
  };

  test.each<[string, (sealed: Buffer) => Buffer]>([
    ['cut short', (sealed) => sealed.subarray(0, -1)],
    ['cut at a frame', (sealed) => sealed.subarray(0, FRAME_HEADER + 2 * whole)],
    [
      'two frames exchanged',
      (sealed) =>
        Buffer.concat([sealed.subarray(0, FRAME_HEADER), frame(sealed, 1), frame(sealed, 0), frame(sealed, 2)]),
    ],
    ['a byte of the header changed', (sealed) => flipped(sealed, 0)],
    ['a byte of the prefix changed', (sealed) => flipped(sealed, FRAME_HEADER - 1)],
    ['a byte of the first frame changed', (sealed) => flipped(sealed, FRAME_HEADER + 9)],
    ['a byte of the last tag changed', (sealed) => flipped(sealed, sealed.length - 1)],
    ['nothing in it', () => Buffer.alloc(0)],
  ])('with %s', async (_, change) => {
    const { files, contents } = await sealedFiles(KEY, [fileOf('a.bin', CONTENT)], [CONTENT]);
    await writeFile(path.join(home, 'a.bin'), change(contents[0]!));
    await expect(sealedFolder(home, files, KEY).read('a.bin')).rejects.toThrowWithCode('digest_mismatch');
  });

  test('under another key', async () => {
    const { files } = await sealedFiles(KEY, [fileOf('a.bin', CONTENT)], [CONTENT], home);
    const other = sealedFolder(home, files, new Uint8Array(32).fill(4));
    await expect(other.read('a.bin')).rejects.toThrowWithCode('digest_mismatch');
  });

  test('with the content of another file', async () => {
    const { files } = await sealedFiles(KEY, [fileOf('a.bin', CONTENT)], [CONTENT], home);
    const named = files.map((file) => ({ ...file, sha256: sha256Hex('another') }));
    await expect(sealedFolder(home, named, KEY).read('a.bin')).rejects.toThrowWithCode('digest_mismatch');
  });
});

test('a graph whose weights lie beside it computes the same from sealed files, bit for bit', async () => {
  const [clear, sealed] = [path.join(home, 'clear'), path.join(home, 'sealed')];
  const source = path.join(home, 'tiny.gguf');
  await writeFile(source, gguf(METADATA, tensorsOf(CONFIG)));
  await importGguf(source, clear);
  const names = ['config.json', 'onnx/model.onnx', 'onnx/model.onnx_data'];
  const contents = await Promise.all(names.map((name) => readFile(path.join(clear, name))));
  const plain = contents.map((content, at) => fileOf(names[at]!, content));
  const { files } = await sealedFiles(KEY, plain, contents, sealed);
  const logits = async (from: ModelFiles): Promise<Float32Array> => {
    const config = ModelConfig.parse(JSON.parse((await from.read('config.json')).toString('utf8')));
    const decoder = await openDecoder(from, 'onnx/model.onnx', geometryOf(config), CPU);
    const given = await decoder.allocate(1, 8).forward({ rows: [{ row: 0, past: 0, tokens: [0, 1, 2] }], logits: 1 });
    await decoder.close();
    return given;
  };
  expect(await logits(sealedFolder(sealed, files, KEY))).toEqual(await logits(clearFolder(clear)));
});
