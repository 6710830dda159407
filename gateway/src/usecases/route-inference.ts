import { randomInt } from 'node:crypto';
import { LlmchainError, type ErrorCode, type LoadedModel, type ModelLoad, type ModelRef } from '@llmchain/protocol';
import type { Membership } from '../ports/consortium';
import type { WorkerRef, Workers } from '../ports/workers';
import { Breaker } from './breaker';
import { Memo } from './memo';
import { beginningOf, PrefixAffinity, type Beginning } from './prefix-affinity';
import type { Suspensions } from './suspensions';

/** How long a worker's answer about its models is believed, milliseconds. */
const BELIEF = 2_000;

/** When a worker that fails is left alone. */
const PATIENCE = { failures: 2, first: 1_000, longest: 60_000 };

/** Characters of a prompt that are taken for one token; receipts tell the true number when the choice is long made. */
const CHARACTERS_PER_TOKEN = 4;

/** What a worker may fail with that another might not. */
const FAILURES: ReadonlySet<ErrorCode> = new Set(['unavailable', 'internal', 'digest_mismatch', 'not_verified']);

/** An order as it is weighed. */
export interface Weight {
  /** Whose order it is. */
  tenant: string;
  prompt: string;
  /** Most tokens of the answer. */
  maxTokens: number;
}

/** An order under way, as this gateway counts it. */
export interface UnderWay {
  /** So many tokens more have come. */
  came(tokens: number): void;
  /** The worker has answered well. */
  answered(): void;
  /** It is over, however; @param error with which, where that is the worker's doing */
  end(error?: unknown): void;
}

interface Standing {
  readonly breaker: Breaker;
  /** Tokens that this gateway has ordered and not been given yet. */
  ordered: number;
  /** What the worker last told of all its models, and how much was ordered then. */
  told: number;
  orderedThen: number;
}

/**
 * Picks the worker that computes, of those that have the version loaded, are well and are not suspended: the one with the least to do before
 * it has answered this order. What a worker has to do is the tokens outstanding there, as it tells itself and as this
 * gateway has ordered since, shared by the answers that it computes together, and the part of the prompt that it was not
 * given before.
 */
export class RouteInference {
  readonly #options: Membership;
  readonly #workers: Workers;
  readonly #suspensions: Pick<Suspensions, 'now'>;
  readonly #now: () => number;
  readonly #loaded = new Memo<LoadedModel[]>(BELIEF);
  readonly #standings = new Map<string, Standing>();
  readonly #affinity = new PrefixAffinity();

  constructor(
    options: Membership,
    ports: { workers: Workers; suspensions: Pick<Suspensions, 'now'>; now?: () => number },
  ) {
    this.#options = options;
    this.#workers = ports.workers;
    this.#suspensions = ports.suspensions;
    this.#now = ports.now ?? Date.now;
  }

  /**
   * @param choice.own whether the own member may produce: only with a nonce of the caller's in the ticket, so that nobody
   * chooses the seed alone
   * @param choice.tried ids of workers that are not to be asked again
   * @throws {LlmchainError} `unavailable` when no worker is left
   */
  async choose(
    version: ModelRef,
    weight: Weight,
    choice: { own: boolean; tried: ReadonlySet<string> },
  ): Promise<WorkerRef> {
    const suspended = await this.#suspensions.now();
    const candidates = this.#workers.all.filter(
      ({ id, member }) => (choice.own || member !== this.#options.own) && !choice.tried.has(id) && !suspended.has(id),
    );
    const serving = await Promise.all(
      candidates.map(async (worker) => ({ worker, loaded: found(await this.#models(worker), version) })),
    );
    const beginning = beginningOf(weight.tenant, weight.prompt);
    const ready = serving
      .flatMap(({ worker, loaded }) => (loaded ? [{ worker, load: loaded.load ?? undefined }] : []))
      .filter(({ worker }) => this.#standing(worker).breaker.closed)
      .map(({ worker, load }) => ({ worker, cost: this.#cost(worker, load, weight, beginning) }));
    const least = Math.min(...ready.map(({ cost }) => cost));
    const idlest = ready.filter(({ cost }) => cost === least);
    const chosen = idlest.length > 0 ? idlest[randomInt(idlest.length)]!.worker : undefined;
    if (chosen) return chosen;
    throw new LlmchainError(
      'unavailable',
      `No worker of another member serves ${version.model}@${version.version} now. Try again in a moment.`,
      { model: version.model, version: version.version, tried: [...choice.tried] },
    );
  }

  /** Which members' workers have which model versions loaded now, such as `poet@1`. */
  async served(): Promise<Map<string, string[]>> {
    const loaded = await Promise.all(
      this.#workers.all.map(async (worker) => ({ member: worker.member, models: await this.#models(worker) })),
    );
    const served = new Map<string, string[]>();
    for (const { member, models } of loaded) {
      for (const { model, version } of models) {
        const name = `${model}@${version}`;
        served.set(name, [...new Set([...(served.get(name) ?? []), member])]);
      }
    }
    return served;
  }

  /** Counts an order as under way. */
  begin(worker: WorkerRef, weight: Weight): UnderWay {
    const standing = this.#standing(worker);
    let left = promptTokens(weight) + weight.maxTokens;
    let prompt = promptTokens(weight);
    standing.ordered += left;
    standing.breaker.begin();
    this.#affinity.note(worker.id, beginningOf(weight.tenant, weight.prompt));
    const came = (tokens: number): void => {
      const done = Math.min(left, tokens);
      left -= done;
      standing.ordered -= done;
    };
    return {
      came: (tokens) => {
        // With the first of the answer the prompt is done.
        came(prompt + tokens);
        prompt = 0;
      },
      answered: () => standing.breaker.succeeded(),
      end: (error) => {
        came(left);
        if (error !== undefined) this.#failed(worker, error);
      },
    };
  }

  #failed(worker: WorkerRef, error: unknown): void {
    const code = error instanceof LlmchainError ? error.code : 'internal';
    // One that stops, or has lost a model, is asked anew what it serves before it is given anything.
    this.#loaded.forget(worker.id);
    if (FAILURES.has(code)) this.#standing(worker).breaker.failed();
  }

  /** Tokens, or what takes as long, until the worker would have answered, by its preference. */
  #cost(worker: WorkerRef, load: ModelLoad | undefined, weight: Weight, beginning: Beginning): number {
    const { ordered, told, orderedThen } = this.#standing(worker);
    const outstanding = Math.max(ordered, told + ordered - orderedThen);
    const prompt = promptTokens(weight);
    const known = Math.min(prompt, this.#affinity.shared(worker.id, beginning) / CHARACTERS_PER_TOKEN);
    const wanting = Math.max(0, prompt + weight.maxTokens - (load?.room ?? Infinity));
    return ((outstanding + wanting) / Math.max(1, load?.slots ?? 1) + prompt - known) / worker.preference;
  }

  #standing(worker: WorkerRef): Standing {
    const known = this.#standings.get(worker.id);
    if (known) return known;
    const standing = { breaker: new Breaker(PATIENCE, { now: this.#now }), ordered: 0, told: 0, orderedThen: 0 };
    this.#standings.set(worker.id, standing);
    return standing;
  }

  /** A worker that does not answer serves nothing; that too is believed for a while, so that it holds up nobody. */
  #models(worker: WorkerRef): Promise<LoadedModel[]> {
    const standing = this.#standing(worker);
    if (!standing.breaker.closed) return Promise.resolve([]);
    return this.#loaded.get(worker.id, async () => {
      try {
        const models = await this.#workers.models(worker);
        standing.told = models.reduce((sum, { load }) => sum + (load?.outstanding ?? 0), 0);
        standing.orderedThen = standing.ordered;
        if (models.length === 0) this.#affinity.forget(worker.id);
        return models;
      } catch {
        standing.breaker.failed();
        this.#affinity.forget(worker.id);
        return [];
      }
    });
  }
}

function found(models: readonly LoadedModel[], { model, version }: ModelRef): LoadedModel | undefined {
  return models.find((each) => each.model === model && each.version === version);
}

function promptTokens({ prompt }: Weight): number {
  return Math.ceil(prompt.length / CHARACTERS_PER_TOKEN);
}
