import { randomInt } from 'node:crypto';
import { LlmchainError, type LoadedModel, type ModelRef } from '@llmchain/protocol';
import type { Membership } from '../ports/consortium';
import type { Workers } from '../ports/workers';
import { Memo } from './memo';

/** How long a worker's answer about its models is believed, milliseconds. */
const BELIEF = 2_000;

/** Picks the worker that computes: one that has the version loaded, with the least under way from here. */
export class RouteInference {
  readonly #options: Membership;
  readonly #workers: Workers;
  readonly #loaded = new Memo<LoadedModel[]>(BELIEF);
  readonly #underWay = new Map<string, number>();

  constructor(options: Membership, ports: { workers: Workers }) {
    this.#options = options;
    this.#workers = ports.workers;
  }

  /**
   * @param choice.own whether the own member may produce: only with a nonce of the caller's in the ticket, so that nobody
   * chooses the seed alone
   * @param choice.tried members that are not to be asked again
   * @throws {LlmchainError} `unavailable` when no worker is left
   */
  async choose(version: ModelRef, choice: { own: boolean; tried: ReadonlySet<string> }): Promise<string> {
    const candidates = this.#options.members.filter(
      (member) => (choice.own || member !== this.#options.own) && !choice.tried.has(member),
    );
    const serving = await Promise.all(
      candidates.map(async (member) => ((await this.#serves(member, version)) ? member : undefined)),
    );
    const ready = serving.filter((member) => member !== undefined);
    const least = Math.min(...ready.map((member) => this.#load(member)));
    const idlest = ready.filter((member) => this.#load(member) === least);
    if (idlest.length === 0) {
      throw new LlmchainError(
        'unavailable',
        `No worker of another member serves ${version.model}@${version.version} now. Try again in a moment.`,
        { model: version.model, version: version.version, tried: [...choice.tried] },
      );
    }
    return idlest[randomInt(idlest.length)]!;
  }

  /** Which members' workers have which model versions loaded now, such as `poet@1`. */
  async served(): Promise<Map<string, string[]>> {
    const loaded = await Promise.all(
      this.#options.members.map(async (member) => ({ member, models: await this.#models(member) })),
    );
    const served = new Map<string, string[]>();
    for (const { member, models } of loaded) {
      for (const { model, version } of models) {
        const name = `${model}@${version}`;
        served.set(name, [...(served.get(name) ?? []), member]);
      }
    }
    return served;
  }

  /** Counts one answer as under way; call what it returns when the answer has ended. */
  begin(member: string): () => void {
    this.#underWay.set(member, this.#load(member) + 1);
    return () => this.#underWay.set(member, this.#load(member) - 1);
  }

  #load(member: string): number {
    return this.#underWay.get(member) ?? 0;
  }

  /** A worker that does not answer serves nothing; that too is believed for a while, so that it holds up nobody. */
  #models(member: string): Promise<LoadedModel[]> {
    return this.#loaded.get(member, () => this.#workers.models(member).catch(() => []));
  }

  async #serves(member: string, version: ModelRef): Promise<boolean> {
    const models = await this.#models(member);
    return models.some((model) => model.model === version.model && model.version === version.version);
  }
}
