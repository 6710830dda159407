import {
  grantorKey,
  LlmchainError,
  type Licence,
  type Owner,
  type Permission,
  type Preference,
  type Work,
  USES,
} from '@llmchain/protocol';
import { Info, Returns, Transaction } from 'fabric-contract-api';
import { demandOwner, ownerOf } from '../rules/authority';
import { LedgerContext } from './context';
import { LedgerContract } from './contract';

const STRICTNESS: Readonly<Record<Permission, number>> = { allowed: 0, constrained: 1, not_allowed: 2 };

@Info({ title: 'artworks', description: 'Works, their authors, what they allow, and licences' })
export class ArtworksContract extends LedgerContract {
  constructor() {
    super('artworks');
  }

  @Transaction()
  @Returns('string')
  async register(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:register', request);
    return ctx.once('artworks:register', decoded, async () => {
      const owner = ownerOf(ctx.invoker);
      const digests = decoded.works.map((work) => work.sha256);
      const twice = digests.find((digest, index) => digests.indexOf(digest) !== index);
      if (twice)
        throw new LlmchainError(
          'invalid_argument',
          'The same content stands twice in this request. Send each work once.',
          { sha256: twice },
        );
      for (const [index, entry] of decoded.works.entries()) {
        const shares = entry.creators.reduce((sum, creator) => sum + creator.share, 0);
        if (shares !== 10_000 || new Set(entry.creators.map(({ person }) => person)).size !== entry.creators.length) {
          throw new LlmchainError(
            'invalid_argument',
            `The shares of work ${index} sum to ${shares}; each creator stands once and all shares sum to 10,000.`,
            { issues: [{ pointer: `/works/${index}/creators`, message: 'shares must sum to 10,000' }] },
          );
        }
        const known = await ctx.state.find('work', entry.sha256);
        if (known)
          throw new LlmchainError('already_registered', `This content was registered by ${grantorKey(known.owner)}.`, {
            sha256: entry.sha256,
            owner: known.owner,
          });
        if (entry.derivedFrom !== undefined) await this.#demandSource(ctx, entry.derivedFrom, digests);
        await ctx.state.create('work', [entry.sha256], { ...entry, owner });
      }
      return { works: digests };
    });
  }

  @Transaction()
  @Returns('string')
  async setPreference(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:setPreference', request);
    return ctx.once('artworks:setPreference', decoded, async () => {
      const [work] = await this.#prefer(ctx, [decoded]);
      return work!;
    });
  }

  @Transaction()
  @Returns('string')
  async setPreferences(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:setPreferences', request);
    return ctx.once('artworks:setPreferences', decoded, async () => {
      const works = decoded.changes.map(({ work }) => work);
      const twice = works.find((work, index) => works.indexOf(work) !== index);
      if (twice !== undefined)
        throw new LlmchainError('invalid_argument', `Work ${twice} stands twice in the list. Name each once.`, {
          issues: [{ pointer: '/changes', message: 'must not repeat a work' }],
        });
      await this.#prefer(ctx, decoded.changes);
      return { works };
    });
  }

  @Transaction()
  @Returns('string')
  async offerLicence(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:offerLicence', request);
    return ctx.once('artworks:offerLicence', decoded, async () => {
      const { operationId: _, ...entry } = decoded;
      const owner = ownerOf(ctx.invoker);
      if (entry.until !== null && entry.until <= Math.max(entry.from, ctx.now))
        throw new LlmchainError(
          'invalid_argument',
          'The licence ends before it can begin. Set `until` later, or null for no end.',
          { from: entry.from, until: entry.until },
        );
      if (await ctx.state.find('licence', entry.licence))
        throw new LlmchainError('conflict', `There is a licence ${entry.licence} already. Choose another id.`, {
          licence: entry.licence,
        });
      for (const id of entry.works) {
        const work = await ctx.state.get('work', id);
        demandOwner(ctx.invoker, work.owner, `Work ${id}`);
        if (entry.uses.some((use) => (work.preference[use] ?? 'not_allowed') === 'not_allowed')) {
          throw new LlmchainError(
            'wrong_state',
            `The preference of work ${id} does not allow this use. Change the preference before you offer a licence.`,
            { work: id },
          );
        }
      }
      return ctx.state.create('licence', [entry.licence], { ...entry, owner, state: 'offered' });
    });
  }

  @Transaction()
  @Returns('string')
  async acceptLicence(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:acceptLicence', request);
    return ctx.once('artworks:acceptLicence', decoded, async () => {
      const licence = await this.#licence(ctx, decoded.licence, 'offered');
      const { member } = ctx.invoker;
      if (licence.licensee !== '*' && licence.licensee !== member)
        throw new LlmchainError('not_authorised', `This licence is offered to ${licence.licensee}.`, {
          licensee: licence.licensee,
        });
      if (licence.until !== null && licence.until <= ctx.now)
        throw new LlmchainError('wrong_state', 'The time of this licence is over. Ask for a new offer.', {
          until: licence.until,
        });
      if (licence.price > 0) {
        const { owner } = licence;
        await ctx.money.spend(`member:${member}`, licence.price);
        await ctx.money.pay(
          owner.person === undefined ? `member:${owner.member}` : `artist:${owner.member}:${owner.person}`,
          licence.price,
          'licence',
        );
      }
      return ctx.state.update('licence', [decoded.licence], { ...licence, state: 'active' });
    });
  }

  @Transaction()
  @Returns('string')
  async revokeLicence(ctx: LedgerContext, request: string): Promise<string> {
    const decoded = this.decode('artworks:revokeLicence', request);
    return ctx.once('artworks:revokeLicence', decoded, async () => {
      const licence = await ctx.state.get('licence', decoded.licence);
      demandOwner(ctx.invoker, licence.owner, 'This licence');
      if (licence.state === 'revoked')
        throw new LlmchainError('wrong_state', 'This licence is revoked already.', { state: licence.state });
      await this.#advanceEpoch(ctx, licence.owner);
      return ctx.state.update('licence', [decoded.licence], { ...licence, state: 'revoked' });
    });
  }

  /** Each grantor's epoch is advanced once, and only where something is less possible than it was. */
  async #prefer(ctx: LedgerContext, changes: readonly { work: string; preference: Preference }[]): Promise<Work[]> {
    const restricted = new Map<string, Owner>();
    const works: Work[] = [];
    for (const { work: id, preference } of changes) {
      const work = await ctx.state.get('work', id);
      demandOwner(ctx.invoker, work.owner, `Work ${id}`);
      if (stricter(preference, work.preference)) restricted.set(grantorKey(work.owner), work.owner);
      works.push(await ctx.state.update('work', [id], { ...work, preference }));
    }
    for (const owner of restricted.values()) await this.#advanceEpoch(ctx, owner);
    return works;
  }

  async #licence(ctx: LedgerContext, id: string, state: Licence['state']): Promise<Licence> {
    const licence = await ctx.state.get('licence', id);
    if (licence.state !== state)
      throw new LlmchainError('wrong_state', `Licence ${id} is ${licence.state}, not ${state}.`, {
        state: licence.state,
      });
    return licence;
  }

  async #demandSource(ctx: LedgerContext, source: string, beside: readonly string[]): Promise<void> {
    if (beside.includes(source) || (await ctx.state.find('work', source))) return;
    throw new LlmchainError(
      'not_found',
      `The work ${source} that this one derives from is not registered. Register it first.`,
      { type: 'work', id: source },
    );
  }

  /** From now on nobody may rely on what this grantor allowed before without looking again. */
  async #advanceEpoch(ctx: LedgerContext, owner: Owner): Promise<void> {
    const key = grantorKey(owner);
    const before = await ctx.state.find('epoch', key);
    await (before
      ? ctx.state.update('epoch', [key], { ...before, epoch: before.epoch + 1 })
      : ctx.state.create('epoch', [key], { owner, epoch: 1 }));
  }
}

/** Whether anything that was possible is less possible now. */
function stricter(next: Preference, before: Preference): boolean {
  return USES.some((use) => STRICTNESS[next[use] ?? 'not_allowed'] > STRICTNESS[before[use] ?? 'not_allowed']);
}
