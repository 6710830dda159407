import {
  sha256Hex,
  type Charter,
  type DatasetItem,
  type ModelEntry,
  type Motion,
  type WorkEntry,
  royaltyRoot,
  royaltyTable,
  royaltyTotal,
  manifestDigest,
  merkleRoot,
  canonicalJson,
  toHex,
} from '@llmchain/protocol';
import { identity, type TestIdentity } from './identities';
import { World } from './world';

export const MEMBERS = ['GuildMSP', 'ArchiveMSP', 'LabMSP', 'ComputeMSP'] as const;

export const CHARTER: Charter = {
  members: MEMBERS.map((member) => ({ member, name: member.replace('MSP', '').toLowerCase() })),
  fees: { operator: 3000, verifiers: 1000, modelOwner: 2000, dataContributors: 500, artists: 3500 },
  verifiersNeeded: 2,
};

let operations = 0;
/** A fresh operation id. */
export const operationId = (): string => `operation-${String(++operations)}`;

/** A founded consortium in memory with its people, and the steps of its story as functions. */
export class TestConsortium {
  readonly world = new World();
  readonly people: Readonly<
    Record<'guild' | 'archive' | 'lab' | 'compute' | 'steward' | 'trainer' | 'will' | 'ann' | 'gateway', TestIdentity>
  >;

  private constructor(people: TestConsortium['people']) {
    this.people = people;
  }

  static async founded(): Promise<TestConsortium> {
    const [guild, archive, lab, compute, steward, trainer, will, ann, gateway] = await Promise.all([
      identity('GuildMSP', { role: 'admin' }),
      identity('ArchiveMSP', { role: 'admin' }),
      identity('LabMSP', { role: 'admin' }),
      identity('ComputeMSP', { role: 'admin' }),
      identity('ArchiveMSP', { role: 'steward' }),
      identity('LabMSP', { role: 'trainer' }),
      identity('GuildMSP', { role: 'artist', person: 'will' }),
      identity('GuildMSP', { role: 'artist', person: 'ann' }),
      identity('ComputeMSP', { role: 'service' }),
    ]);
    const consortium = new TestConsortium({ guild, archive, lab, compute, steward, trainer, will, ann, gateway });
    await consortium.decide('founding', { kind: 'found', charter: CHARTER });
    return consortium;
  }

  /** Three of the four members approve. */
  async decide(proposal: string, motion: Motion): Promise<void> {
    const { guild, archive, lab } = this.people;
    await this.world.submit('members:propose', { operationId: operationId(), proposal, motion }, { as: guild });
    for (const as of [archive, lab])
      await this.world.submit('members:vote', { operationId: operationId(), proposal, approve: true }, { as });
  }

  async registers(as: TestIdentity, entries: readonly WorkEntry[]): Promise<void> {
    await this.world.submit('artworks:register', { operationId: operationId(), works: [...entries] }, { as });
  }

  /** Pages and seals a dataset of the archive's. */
  async seals(dataset: string, version: number, items: readonly DatasetItem[]): Promise<void> {
    const sorted = [...items].sort((a, b) => (a.digest < b.digest ? -1 : 1));
    const as = this.people.steward;
    if (version === 1)
      await this.world.submit(
        'datasets:create',
        { operationId: operationId(), dataset, title: dataset, purpose: 'verses' },
        { as },
      );
    await this.world.submit(
      'datasets:addPage',
      { operationId: operationId(), dataset, version, index: 0, items: sorted },
      { as },
    );
    const root = toHex(merkleRoot(sorted.map((entry) => canonicalJson(entry))));
    await this.world.submit('datasets:seal', { operationId: operationId(), dataset, version, pages: 1, root }, { as });
  }

  /** Trains (on paper) and registers a model version; returns its royalty table. */
  async registersModel(
    dataset: string,
    works: readonly { work: WorkEntry; weight: number; tokens: number }[],
    change: Partial<ModelEntry> = {},
    { initialParameters = sha256Hex('a') } = {},
  ): Promise<ReturnType<typeof royaltyTable>> {
    const as = this.people.trainer;
    const digest = sha256Hex('a');
    const job = `job-${dataset}`;
    const datasets = [{ dataset, version: 1 }];
    await this.world.submit(
      'training:open',
      {
        operationId: operationId(),
        job,
        purpose: 'verses',
        datasets,
        architecture: { layers: 2 },
        graph: digest,
        tokenizer: digest,
        initialParameters,
        seed: 1,
        steps: 10,
      },
      { as },
    );
    await this.world.submit(
      'training:complete',
      {
        operationId: operationId(),
        job,
        result: { parameters: digest, steps: 10, tokens: 100, initialLoss: 5000, finalLoss: 2000, heldOutLoss: 2100 },
      },
      { as },
    );
    const table = royaltyTable(
      works.map(({ work, weight, tokens }) => ({
        shares: work.creators.map(({ person, share }) => ({ holder: `artist:GuildMSP:${person}` as const, share })),
        weight,
        tokens,
      })),
    );
    const files = [{ path: 'onnx/model.onnx', sha256: digest, bytes: 1 }];
    await this.world.submit(
      'models:register',
      {
        operationId: operationId(),
        model: 'poet',
        version: 1,
        title: 'A poet',
        job,
        datasets,
        modelParamsAddress: `sha256/${digest}`,
        manifest: manifestDigest(files),
        files,
        format: 'onnx',
        precision: 'fp32',
        contextTokens: 256,
        prices: { request: 100, promptToken: 1, completionToken: 10 },
        verification: { marginMicro: 1000, sampleRate: 10_000 },
        royalty: {
          root: royaltyRoot(table),
          address: `sha256/${digest}`,
          total: royaltyTotal(table),
          entries: table.length,
        },
        ...change,
      },
      { as },
    );
    return table;
  }

  async approvesModel(): Promise<void> {
    const { guild, archive, lab } = this.people;
    for (const as of [guild, archive, lab])
      await this.world.submit('models:approve', { operationId: operationId(), model: 'poet', version: 1 }, { as });
  }
}

/** A work of one or more authors who share equally what divides, the first taking the rest. */
export function work(
  text: string,
  persons: readonly string[],
  generativeTraining?: 'allowed' | 'not_allowed' | 'constrained',
): WorkEntry {
  const each = Math.floor(10_000 / persons.length);
  return {
    sha256: sha256Hex(text),
    title: text,
    creators: persons.map((person, index) => ({
      person,
      share: index === 0 ? 10_000 - each * (persons.length - 1) : each,
    })),
    medium: 'text',
    bytes: text.length,
    preference: generativeTraining ? { generative_training: generativeTraining } : {},
  };
}

export function item(entry: WorkEntry, licence?: string): DatasetItem {
  return {
    digest: entry.sha256,
    work: entry.sha256,
    spdx: 'CC0-1.0',
    bytes: entry.bytes,
    tokens: entry.bytes,
    ...(licence ? { licence } : {}),
  };
}
