import { LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';
import type { MemberApi } from '../api/member-api';
import type { MemberAccess } from '../consortium/members';
import { settled } from '../consortium/settled';
import { unlessDone } from './rights';

const Anything = z.looseObject({});

/** The first version of this name that is not there yet. */
export async function nextVersion(api: MemberApi, path: (version: number) => string): Promise<number> {
  for (let version = 1; ; version++) {
    try {
      await api.get(path(version), Anything);
    } catch (error) {
      if (error instanceof LlmchainError && error.code === 'not_found') return version;
      throw error;
    }
  }
}

/** One dataset of the archive's, a new version of which is to be sealed. */
export class Dataset {
  private constructor(
    readonly id: string,
    readonly version: number,
    private readonly members: readonly MemberAccess[],
    private readonly steward: MemberApi,
  ) {}

  static async open(members: readonly MemberAccess[], steward: MemberApi, id: string, title: string): Promise<Dataset> {
    const version = await nextVersion(steward, (at) => `/v1/datasets/${id}/versions/${at}`);
    const entry = { dataset: id, title, purpose: 'Training a poet' };
    if (version === 1) await unlessDone(() => settled(members, steward, '/v1/datasets', entry));
    return new Dataset(id, version, members, steward);
  }

  get name(): string {
    return `${this.id}@${this.version}`;
  }

  /** @throws {LlmchainError} `consent_missing` with every offender */
  async seal(items: readonly object[]): Promise<void> {
    const { id, version, members, steward } = this;
    await settled(members, steward, `/v1/datasets/${id}/versions`, { version, items });
  }
}
