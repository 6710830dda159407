import { setTimeout as delay } from 'node:timers/promises';
import { EvidenceCollector, MOST_ITEMS, verifyEvidence, type Roots, type Step } from '@llmchain/evidence';
import { LlmchainError, ordinal, PAGE_ITEMS, type RecordType } from '@llmchain/protocol';
import type { Actor } from '../ports/actor';
import type { Chain } from '../ports/chain';
import type { Membership } from '../ports/consortium';
import type { Ledgers } from '../ports/ledger';
import type { Lineage } from '../ports/lineage';
import { DatasetItems } from './dataset-items';
import type { ReadReceipt } from './read-receipt';

interface Ports {
  chain: Chain;
  ledgers: Ledgers;
  lineage: Lineage;
  readReceipt: ReadReceipt;
}

export interface CollectEvidenceOptions extends Membership {
  /** Name of the consortium's chaincode. */
  chaincode: string;
  /** What this member trusts: nothing is handed out that does not hold with these roots. */
  roots: Roots;
}

/** Wait before other members are asked, milliseconds: peers at different heights answer differently for a moment. */
const PAUSE = 250;

/** How often what the members gave is put together before it is given up. */
const ATTEMPTS = 2;

/** Puts together what proves a record, a receipt, a fault or a dataset's items to anyone, offline, and checks that it does. */
export class CollectEvidence {
  readonly #options: CollectEvidenceOptions;
  readonly #ports: Ports;
  readonly #items: DatasetItems;
  readonly #collector: EvidenceCollector;
  #busy = false;

  constructor(options: CollectEvidenceOptions, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
    const source = {
      last: () => ports.lineage.height().block,
      block: (number: number) => ports.chain.block(number),
      read: (type: RecordType, parts: readonly string[]) => this.#read(type, parts),
    };
    this.#items = new DatasetItems({}, ports);
    this.#collector = new EvidenceCollector(options, { source });
  }

  /**
   * A record as it stands, and the transaction that wrote it.
   * @returns the bundle's text
   * @throws {LlmchainError} `not_found`; `unavailable` when too few members can be asked; `not_verified` when what they
   * gave does not hold with the roots that this gateway knows
   */
  async ofRecord(type: RecordType, ...parts: readonly string[]): Promise<string> {
    await this.#ports.ledgers.service.get(type, ...parts);
    return this.#proven(() => this.#collector.record(type, parts));
  }

  /** As {@link ofRecord}. */
  ofModel(model: string, version: number): Promise<string> {
    return this.ofRecord('model', model, ordinal(version));
  }

  /** A dataset version with all its items. @throws {LlmchainError} as {@link ofRecord}; `too_large`; `overloaded` */
  async ofDataset(dataset: string, version: number): Promise<string> {
    return this.#whole({ kind: 'dataset', dataset, version });
  }

  /** That a dataset version holds an item, or that it does not. @throws {LlmchainError} as {@link ofRecord} */
  async ofItem(dataset: string, version: number, digest: string): Promise<string> {
    const place = await this.#items.find(dataset, version, digest);
    return this.#proven(() =>
      this.#collector.items(
        'placed' in place
          ? { kind: 'item', dataset, version, ...place }
          : { kind: 'absence', dataset, version, digest, ...place },
      ),
    );
  }

  /**
   * That a dataset version holds an item of a work, or none. Items are sorted by their digests and not by their works, so
   * that absence takes all of them.
   * @throws {LlmchainError} as {@link ofDataset}
   */
  async ofWork(dataset: string, version: number, work: string): Promise<string> {
    const placed = await this.#items.findWork(dataset, version, work);
    if (placed) return this.#proven(() => this.#collector.items({ kind: 'item', dataset, version, placed }));
    return this.#whole({ kind: 'dataset', dataset, version, without: work });
  }

  /**
   * A receipt in its accepted batch.
   * @throws {LlmchainError} as {@link ofRecord}; `verdict_pending` before the batch is accepted
   */
  async ofReceipt(actor: Actor, id: string): Promise<string> {
    const { receipt, state, proof, batch } = await this.#ports.readReceipt.run(actor, id);
    if (state !== 'accepted' || !proof || batch === null) {
      throw new LlmchainError('verdict_pending', `The receipt is ${state}; ask again once its batch is accepted.`, {
        receipt: id,
        state,
      });
    }
    const sequence = Number(batch.slice(batch.lastIndexOf('/') + 1));
    return this.#proven(() =>
      this.#collector.receipt(receipt, proof.inclusion, [receipt.body.producer, ordinal(sequence)]),
    );
  }

  /**
   * A fault, the receipt that it is about, and what it cost.
   * @param receipt its id
   * @throws {LlmchainError} as {@link ofRecord}
   */
  async ofFault(producer: string, sequence: number, receipt: string): Promise<string> {
    const { service } = this.#ports.ledgers;
    const fault = await service.get('fault', producer, ordinal(sequence), receipt);
    const { body, signer } = fault.receipt;
    const keys = await Promise.all([signer, body.ticket.signer].map((id) => service.find('signer', id)));
    const registered = keys.flatMap((key) => (key ? [key.signer] : []));
    return this.#proven(() => this.#collector.fault(fault, registered));
  }

  /** Hashing every item keeps the process busy: of versions with more than a page one is proven at a time. */
  async #whole(subject: { kind: 'dataset'; dataset: string; version: number; without?: string }): Promise<string> {
    const items = await this.#items.all(subject.dataset, subject.version, MOST_ITEMS);
    const collect = (): Promise<string> => this.#collector.items({ ...subject, items });
    if (items.length <= PAGE_ITEMS) return this.#proven(collect);
    if (this.#busy) {
      throw new LlmchainError(
        'overloaded',
        'A large dataset version is being proven whole. Try again in a moment, or ask for single items by ?item=.',
      );
    }
    this.#busy = true;
    try {
      return await this.#proven(collect);
    } finally {
      this.#busy = false;
    }
  }

  /** Puts a bundle together, and hands it out only when it holds; a record may change while its parts are asked for. */
  async #proven(collect: () => Promise<string>): Promise<string> {
    const { chaincode, roots } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const text = await put(collect());
      const { ok, steps } = verifyEvidence(text, roots, { at: Date.now(), chaincode });
      if (ok) return text;
      if (attempt === ATTEMPTS) throw unproven(steps.at(-1));
      await delay(PAUSE);
    }
  }

  /** Asks all members; where that fails, as few as prove something, the own member first. */
  async #read(type: RecordType, parts: readonly string[]): Promise<Uint8Array> {
    const { own, members } = this.#options;
    const all = [own, ...members.filter((member) => member !== own)];
    const enough = Math.floor((all.length - 1) / 3) + 1;
    const circles = [
      all,
      all,
      ...all.map((_, first) => [...all.slice(first), ...all.slice(0, first)].slice(0, enough)),
    ];
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#ports.chain.signedRead('ledger:get', { type, parts: [...parts] }, circles[attempt]!);
      } catch (error) {
        const passing = error instanceof LlmchainError && error.code === 'unavailable';
        if (!passing || attempt === circles.length - 1) throw error;
        await delay(PAUSE);
      }
    }
  }
}

function unproven(step: Step | undefined): LlmchainError {
  return new LlmchainError(
    'not_verified',
    `The evidence does not hold at the step "${step?.name ?? ''}" (${step?.detail ?? ''}) and is not handed out. Ask another member, and this one to look at its roots and its peer.`,
    { step: step?.name ?? null, reason: step?.detail ?? null },
  );
}

async function put(bundle: Promise<string>): Promise<string> {
  try {
    return await bundle;
  } catch (cause) {
    if (cause instanceof LlmchainError) throw cause;
    throw new LlmchainError(
      'unavailable',
      `What the members gave proves nothing yet (${cause instanceof Error ? cause.message : String(cause)}). Try again in a moment.`,
      {},
      { cause },
    );
  }
}
