import { sha256Hex } from '@llmchain/protocol';
import sharp from 'sharp';
import { ContentCredentials } from '../../../../test/support/content-credentials';
import { C2paManifests } from './c2pa-manifests';
import { manifestStore } from './manifest-store';

const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 };
const picture = () => sharp({ create: { width: 300, height: 200, channels: 3, background: '#888', noise } });
const ENTRIES = { 'cawg.ai_generative_training': { use: 'notAllowed' } };
/** Large enough for two segments of a JPEG. */
const LARGE = { ...ENTRIES, 'org.example.note': { use: 'x'.repeat(150_000) } };
const manifests = new C2paManifests();

let credentials: ContentCredentials;
beforeAll(async () => {
  credentials = await ContentCredentials.create();
});

describe('Content Credentials', () => {
  test.each(['jpeg', 'png', 'webp', 'tiff', 'avif', 'gif'] as const)('are read from %s', async (format) => {
    const plain = await picture()[format]().toBuffer();
    expect(await manifests.read(plain)).toBeUndefined();
    const { image, store } = credentials.sign(plain, `image/${format}`, LARGE);
    expect(manifestStore(image)?.equals(store)).toBe(true);
    const read = await manifests.read(image);
    expect(read).toMatchObject({ digest: sha256Hex(store), problems: [] });
    expect(read?.assertions).toContainEqual({ label: 'cawg.training-mining', data: { entries: LARGE } });
  });

  test('of which a bit was changed are told as what does not hold', async () => {
    const { image } = credentials.sign(await picture().png().toBuffer(), 'image/png', ENTRIES);
    const flipped = (at: number): Buffer =>
      Buffer.concat([image.subarray(0, at), Buffer.from([image[at]! ^ 1]), image.subarray(at + 1)]);
    const said = await manifests.read(flipped(image.indexOf('notAllowed')));
    expect(said?.problems).toEqual(['assertion.hashedURI.mismatch']);
    const shown = await manifests.read(flipped(image.length - 100));
    expect(shown?.problems).toEqual(['assertion.dataHash.mismatch']);
  });

  test('of another image are told', async () => {
    const [plain, other] = await Promise.all([picture().webp().toBuffer(), picture().webp().toBuffer()]);
    const { store } = credentials.sign(plain, 'image/webp', ENTRIES);
    const forged = Buffer.concat([other, Buffer.from('C2PA'), length(store), store]);
    expect((await manifests.read(forged))?.problems).not.toEqual([]);
  });

  test('that are cut short, or lie in what is no image, are none', async () => {
    const { image, store } = credentials.sign(await picture().png().toBuffer(), 'image/png', ENTRIES);
    expect(await manifests.read(image.subarray(0, image.indexOf('notAllowed')))).toBeUndefined();
    expect(await manifests.read(store)).toBeUndefined();
    for (const content of [Buffer.alloc(0), Buffer.from([0xff, 0xd8, 0xff]), Buffer.from('GIF8')])
      expect(await manifests.read(content)).toBeUndefined();
  });

  test('that are rubbish behind a right beginning are told', async () => {
    const { image, store } = credentials.sign(await picture().png().toBuffer(), 'image/png', ENTRIES);
    const at = image.indexOf(store);
    const broken = Buffer.concat([
      image.subarray(0, at + 60),
      Buffer.alloc(store.length - 60, 7),
      image.subarray(at + store.length),
    ]);
    expect((await manifests.read(broken))?.problems).toEqual(['manifest.unreadable']);
  });
});

function length({ length: bytes }: Buffer): Buffer {
  const field = Buffer.alloc(4);
  field.writeUInt32LE(bytes);
  return field;
}
