import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SharpImages } from '@llmchain/gateway/dist/adapters/content/sharp-images';
import { likeness, LlmchainError, type Fingerprint } from '@llmchain/protocol';
import sharp, { type Sharp } from 'sharp';
import type { Benchmark } from './benchmark';
import { unpacked, type DebianPackage } from './debian-package';
import { quantile, type Samples } from './figures';

/** Photographs and backgrounds (GPL-2+, CC BY-SA), and clip art (public domain). */
const PACKAGES: readonly (DebianPackage & { kind: string; most: number })[] = [
  {
    kind: 'backgrounds',
    most: 60,
    name: 'mate-backgrounds',
    version: '1.26.0-1',
    sha256: '7bf4c2209f34b4f61ba6d24c8b58c28b361e82e4b943aae6d42c030169af9e04',
  },
  {
    kind: 'backgrounds',
    most: 60,
    name: 'gnome-backgrounds',
    version: '43.1-1',
    sha256: 'a670dea21572652127d6e55f9cdb3a226d0037854fdbfd037003c7d00ee0dc4e',
  },
  {
    kind: 'clip art',
    most: 250,
    name: 'openclipart-png',
    version: '1:0.18+dfsg-19',
    sha256: 'f07f1545a2970c2cf3fa339bc2405da1a95cf2b1827bfa05bf73eb1c20291c02',
  },
];
/** A series of the same star with more and fewer points: the collection counts them as different, nobody else would. */
const SERIES = /^star_\d/;
/** Letters of a name that make images a family: the same picture light and dark, in two sizes, or numbered. */
const FAMILY = 5;
const EDGE = 1_600;

type Change = (image: Sharp, size: { width: number; height: number }) => Sharp;

const CHANGES: readonly [string, Change][] = [
  ['quality 50', (image) => image.flatten({ background: '#fff' }).jpeg({ quality: 50 })],
  [
    'half size',
    (image, { width, height }) => image.resize(Math.ceil(width / 2), Math.ceil(height / 2), { fit: 'fill' }).png(),
  ],
  ['grey', (image) => image.greyscale().png()],
  ['2.5 % off each side', (image, size) => image.extract(part(size, 0.025, 0.025)).png()],
  [
    '8 % off one side',
    (image, { width, height }) =>
      image.extract({ ...part({ width, height }, 0, 0), width: Math.round(width * 0.92) }).png(),
  ],
  ['5 % off two sides', (image, size) => image.extract(part(size, 0.05, 0)).png()],
];

function part({ width, height }: { width: number; height: number }, before: number, behind: number) {
  const [left, top] = [Math.round(width * before), Math.round(height * before)];
  return {
    left,
    top,
    width: width - left - Math.round(width * behind),
    height: height - top - Math.round(height * behind),
  };
}

interface Image {
  kind: string;
  family: string;
  fingerprint: Fingerprint;
}

const images = new SharpImages();

async function fingerprintOf(content: Buffer): Promise<Fingerprint | undefined> {
  const { phash, windows } = await images.read(content);
  return phash === undefined ? undefined : { method: 'phash-64', bits: phash, ...(windows ? { windows } : {}) };
}

/** Files of images in the order of a hash of their names: the same choice in every run. */
async function filesOf(wanted: DebianPackage, most: number): Promise<string[]> {
  const folder = await unpacked(wanted);
  const order = (file: string): string => createHash('sha256').update(basename(file)).digest('hex');
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(?:jpe?g|png|webp)$/.test(entry.name) && !SERIES.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name));
  return files.sort((a, b) => (order(a) < order(b) ? -1 : 1)).slice(0, most);
}

/** As an image of at most 1,600 pixels a side, which is how works are shown; undefined where it cannot be read. */
async function shown(file: string): Promise<Buffer | undefined> {
  return sharp(await readFile(file))
    .resize(EDGE, EDGE, { fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer()
    .catch(() => undefined);
}

async function distances(original: Fingerprint, content: Buffer): Promise<[string, number, boolean][]> {
  const { width, height } = await sharp(content).metadata();
  const taken: [string, number, boolean][] = [];
  for (const [name, change] of CHANGES) {
    const changed = await fingerprintOf(await change(sharp(content), { width, height }).toBuffer());
    const like = changed && likeness(original, changed);
    taken.push([name, like?.differing ?? 64, like?.resembles ?? false]);
  }
  return taken;
}

/** Of pairs of different images the share that is taken for the same. */
function falseMatches(all: readonly Image[], samples: Samples, say: (text: string) => void): void {
  let [pairs, matches] = [0, 0];
  for (const [index, one] of all.entries())
    for (const other of all.slice(0, index)) {
      if (one.family === other.family) continue;
      pairs += 1;
      if (likeness(one.fingerprint, other.fingerprint)?.resembles) matches += 1;
    }
  samples.add('false matches', '%', (100 * matches) / pairs);
  say(`${matches} of ${pairs} pairs of different images are taken for the same`);
}

/**
 * How well a pHash holds what is done to images on their way through the web, over real and free images of Debian: bits
 * that differ from the original's, the share that is still found, and the share of pairs of different images that are taken for the same.
 */
export const phash: Benchmark = {
  rounds: 1,
  goals: [],
  async run({ samples, smoke, say }) {
    const all: Image[] = [];
    const found = new Map<string, { bits: number[]; near: number }>();
    for (const { kind, most, ...wanted } of smoke ? PACKAGES.slice(1, 2) : PACKAGES) {
      for (const file of await filesOf(wanted, smoke ? 3 : most)) {
        const content = await shown(file);
        const fingerprint = content && (await fingerprintOf(content));
        if (!content || !fingerprint) continue;
        all.push({ kind, family: `${wanted.name}/${basename(file).toLowerCase().slice(0, FAMILY)}`, fingerprint });
        for (const [name, bits, near] of await distances(fingerprint, content)) {
          const key = `${kind}, ${name}`;
          const before = found.get(key) ?? { bits: [], near: 0 };
          found.set(key, { bits: [...before.bits, bits], near: before.near + (near ? 1 : 0) });
          samples.add(key, 'bits', bits);
        }
      }
      say(`${wanted.name}: ${all.length} images so far`);
    }
    if (all.length < 2) throw new LlmchainError('unavailable', 'The packages hold no images that can be compared.');
    for (const [key, { bits, near }] of found) {
      samples.add(`${key}, p95`, 'bits', quantile(bits, 0.95));
      samples.add(`${key}, found`, '%', (100 * near) / bits.length);
    }
    falseMatches(all, samples, say);
  },
};
