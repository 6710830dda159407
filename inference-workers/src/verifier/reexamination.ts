import {
  canonicalJson,
  FaultEvidence,
  inclusionPath,
  leafHash,
  LlmchainError,
  PASSING,
  receiptId,
  sha256Hex,
  toHex,
  verifyInclusion,
  type Batch,
  type SignedReceipt,
  type Verdict,
} from '@llmchain/protocol';
import type { Logger } from 'pino';
import { problemOf } from '../ledger/back-off';
import type { LedgerFacts } from '../ledger/ledger-facts';
import type { ModelCatalogue } from '../models/model-catalogue';
import type { BatchVerification } from './batch-verification';
import type { VerdictStore } from './verdict-store';

/** One receipt of a batch that is to be checked by itself, and where evidence of it may be had beside its producer. */
export interface Question {
  batch: string;
  receipt: string;
  /** Digest of a `fault-evidence/1`, and the member that keeps it. */
  evidence?: string | undefined;
  keeper?: string | undefined;
}

export interface Examined {
  verdict: Verdict;
  evidence: FaultEvidence;
}

export interface ReexaminationDependencies {
  verification: BatchVerification;
  facts: Pick<LedgerFacts, 'batch'>;
  files: { faultEvidence(member: string, sha256: string): Promise<Buffer> };
  models: Pick<ModelCatalogue, 'get'>;
  store: Pick<VerdictStore, 'seenElsewhere'>;
  log: Logger;
}

/** Most receipts whose examination is under way or remembered. */
const MOST = 1_000;
/** How long a finding that may pass is believed, milliseconds. */
const BELIEF = 10_000;

/** Re-executes single receipts, whatever was said of their batches: one after the other, so that nobody is kept busy by asking. */
export class Reexamination {
  readonly #options: { member: string };
  readonly #dependencies: ReexaminationDependencies;
  readonly #known = new Map<string, { verdict: Verdict; until: number } | 'under way'>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: { member: string }, dependencies: ReexaminationDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  /** What is known of the receipt; asked for the first time, it begins and says `pending`. */
  verdict(root: string, question: Question): Verdict {
    const { batch, receipt } = question;
    const pending: Verdict = { batch, root, verdict: 'pending', receipt };
    const key = `${batch} ${receipt}`;
    const known = this.#known.get(key);
    if (known === 'under way') return pending;
    if (known && known.verdict.root === root && known.until > Date.now()) return known.verdict;
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MOST && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, 'under way');
    void this.examine(question).then(
      ({ verdict }) => this.#remember(key, verdict),
      (error: unknown) => {
        // Whoever refuses a batch for a receipt that is not in it must not keep the others from deciding.
        if (isForeign(error)) this.#remember(key, { batch, root, verdict: 'accept', receipt });
        else this.#known.delete(key);
        this.#dependencies.log.warn({ ...problemOf(error), batch, receipt }, 'a receipt could not be examined');
      },
    );
    return pending;
  }

  /**
   * Re-executes the receipt now.
   * @throws {LlmchainError} `not_found` | `not_supported` for the own member's batches | `verifier_unavailable` while the model
   * is not loaded | `unavailable`
   */
  examine(question: Question): Promise<Examined> {
    const mine = this.#last.then(() => this.#examine(question));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #examine(question: Question): Promise<Examined> {
    const { verification, models, store } = this.#dependencies;
    const batch = await this.#batchOf(question.batch);
    const model = models.get(batch.model, batch.version);
    if (!model)
      throw new LlmchainError(
        'verifier_unavailable',
        `${batch.model}@${batch.version} is not loaded here. Ask again when it is.`,
        { model: batch.model, version: batch.version },
      );
    const given = await this.#given(batch, question);
    const { receipt, proof } = given ?? (await this.#place(batch, question.receipt));
    const seen = (id: string): boolean => store.seenElsewhere(batch.producer, id, batch.batch);
    const { finding, opening } = await verification.one(batch, receipt, model, { seen, kept: given?.opening });
    const { root } = batch;
    const verdict = finding ? ('reject' as const) : ('accept' as const);
    return {
      verdict: {
        batch: batch.batch,
        root,
        verdict,
        receipt: question.receipt,
        ...(finding ? { reason: finding.reason } : {}),
      },
      evidence: {
        schema: 'fault-evidence/1',
        batch: batch.batch,
        root,
        receipt,
        proof,
        ...(opening ? { opening } : {}),
      },
    };
  }

  async #batchOf(id: string): Promise<Batch> {
    const [producer = '', sequence = ''] = id.split('/');
    if (producer === this.#options.member)
      throw new LlmchainError('not_supported', 'A member does not judge its own batches. Ask a rival of it.', {
        batch: id,
      });
    const found = await this.#dependencies.facts.batch(producer, Number(sequence));
    if (found) return found;
    throw new LlmchainError('not_found', `There is no batch ${id} on the ledger yet.`, { batch: id });
  }

  /** The evidence that another member keeps, where it is of this receipt and leads to the batch's root. */
  async #given(batch: Batch, { receipt, evidence, keeper }: Question): Promise<FaultEvidence | undefined> {
    if (evidence === undefined || keeper === undefined || keeper === this.#options.member) return undefined;
    const bytes = await this.#dependencies.files.faultEvidence(keeper, evidence).catch(() => undefined);
    const parsed = FaultEvidence.safeParse(parsedJson(bytes?.toString('utf8') ?? ''));
    const good =
      parsed.success &&
      sha256Hex(canonicalJson(parsed.data)) === evidence &&
      receiptId(parsed.data.receipt.body) === receipt &&
      parsed.data.proof.count === batch.count &&
      verifyInclusion(canonicalJson(parsed.data.receipt), parsed.data.proof, batch.root);
    return good ? parsed.data : undefined;
  }

  /** The receipt's place in the list that its producer keeps. */
  async #place(batch: Batch, id: string): Promise<Pick<FaultEvidence, 'receipt' | 'proof'>> {
    const list = await this.#dependencies.verification.receipts(batch);
    if ('reason' in list)
      throw new LlmchainError('unavailable', `${batch.producer} does not serve the receipts of ${batch.batch}.`, {
        reason: list.reason,
      });
    try {
      const leaves: Uint8Array[] = [];
      let found: { receipt: SignedReceipt; index: number } | undefined;
      for await (const receipt of list) {
        if (!found && receiptId(receipt.body) === id) found = { receipt, index: leaves.length };
        leaves.push(leafHash(canonicalJson(receipt)));
      }
      if (!found) throw new LlmchainError('not_found', `Batch ${batch.batch} holds no receipt ${id}.`, { receipt: id });
      const { receipt, index } = found;
      const path = inclusionPath(leaves, index).map(toHex);
      return { receipt, proof: { index, count: leaves.length, path } };
    } finally {
      await list.dispose();
    }
  }

  #remember(key: string, verdict: Verdict): void {
    const passes = verdict.reason !== undefined && PASSING.has(verdict.reason);
    this.#known.set(key, { verdict, until: passes ? Date.now() + BELIEF : Infinity });
  }
}

/** Whether it says that the batch holds no such receipt: its list fits its root, so that none will come. */
function isForeign(error: unknown): boolean {
  return error instanceof LlmchainError && error.code === 'not_found' && 'receipt' in error.details;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
