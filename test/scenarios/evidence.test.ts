import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { MemberApi } from '../../cli/src/api/member-api';
import { everywhere } from '../../cli/src/consortium/settled';
import { altered, isBinary, leavesOf } from '../support/evidence-tamper';
import { Scenario } from './support/consortium';

const Registered = z.looseObject({ works: z.array(z.looseObject({ id: z.string() })), block: z.number() });
const LINES = ['Shall I compare thee to a summer’s day?', 'Thou art more lovely and more temperate:'];

interface Told {
  ok: boolean;
  steps: { name: string; ok: boolean; detail: string }[];
}

/** Evidence as a gateway gives it, byte for byte. */
async function evidence(api: MemberApi, path: string): Promise<string> {
  const { baseURL, apiKey } = api.credentials;
  const url = `${baseURL}${path}/evidence`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${apiKey}` } });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

describe('evidence of a work, on a real network', () => {
  let scenario: Scenario;
  let folder: string;
  let works: { id: string }[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llmchain-evidence-'));
    scenario = await Scenario.up(31_000);
    const artist = await scenario.someone('guild', 'artist', 'poet');
    const submitted = LINES.map((text) => ({
      title: text.slice(0, 20).trim(),
      medium: 'text',
      creators: [{ person: 'poet', share: 10_000 }],
      preference: {},
      content: { text },
    }));
    const registered = await artist.post('/v1/artworks', { works: submitted }, Registered);
    works = registered.works;
    await everywhere(scenario.members, registered.block);
  });
  afterAll(async () => {
    await scenario.reset();
    await rm(folder, { recursive: true, force: true });
  });

  const verify = async (text: string, ...words: string[]): Promise<{ code: number; told: Told }> => {
    const file = join(folder, 'bundle.json');
    await writeFile(file, text);
    const { code, answer } = await scenario.command('verify', file, ...words);
    return { code, told: answer as Told };
  };

  test('any member hands it out, and it holds with the roots alone', async () => {
    for (const member of ['guild', 'lab']) {
      const text = await evidence(scenario.member(member).admin, `/artworks/${works[0]!.id}`);
      const { code, told } = await verify(text, '--roots', join(scenario.home, 'roots'));
      expect(told.steps.filter((step) => !step.ok)).toEqual([]);
      expect(code).toBe(0);
      expect(told.steps.find(({ name }) => name === 'signed read')?.detail).toContain(works[0]!.id);
    }
  });

  test('a bundle that was altered is refused, and the step named', async () => {
    const text = await evidence(scenario.member('guild').admin, `/artworks/${works[1]!.id}`);
    const bundle: unknown = JSON.parse(text);
    const signature = leavesOf(bundle).find((leaf) => isBinary(leaf) && leaf.path.at(-1) === 'signature')!;
    const bytes = Buffer.from(signature.value as string, 'base64');
    bytes[bytes.length - 1]! ^= 1;
    const { code, told } = await verify(altered(bundle, signature.path, bytes.toString('base64')));
    expect(code).toBe(1);
    expect(told).toMatchObject({ ok: false });
    expect(told.steps.at(-1)).toMatchObject({ name: 'block', ok: false });
    expect((await verify(text.replace('{', '{ '))).told.steps).toMatchObject([{ name: 'bundle', ok: false }]);
  });

  test('of what is not there, there is none', async () => {
    const { admin } = scenario.member('guild');
    await expect(evidence(admin, `/artworks/${'0'.repeat(64)}`)).rejects.toThrow('not_found');
    await expect(evidence(admin, '/models/poet@1')).rejects.toThrow('not_found');
    await expect(evidence(admin, '/models/poet')).rejects.toThrow('invalid_argument');
  });

  test('with a peer down, enough members are left to sign', async () => {
    const { code, answer } = await scenario.command('status');
    expect(code).toBe(0);
    const { processes } = answer as { processes: { name: string; pid: number }[] };
    process.kill(processes.find(({ name }) => name === 'peer-lab')!.pid, 'SIGKILL');
    const text = await evidence(scenario.member('guild').admin, `/artworks/${works[0]!.id}`);
    expect((await verify(text)).code).toBe(0);
  });
});
