import type { Readable } from 'node:stream';
import {
  LlmchainError,
  ordinal,
  type FaultEvidence,
  type ModelVersion,
  type Opening,
  type Reward,
} from '@llmchain/protocol';
import type { AccessLog, Ground } from '../ports/access-log';
import type { Faults } from '../ports/faults';
import type { Ledgers } from '../ports/ledger';
import type { ObjectStore } from '../ports/object-store';
import type { Production } from '../ports/production';
import type { Openings, PlacedReceipt } from '../ports/receipts';
import type { AccessRights } from './access-rights';
import { collect } from './concurrency';
import { contentKey } from './content-key';
import { Memo } from './memo';
import type { ReadReceipt } from './read-receipt';

interface Ports {
  ledgers: Ledgers;
  store: ObjectStore;
  production: Production;
  openings: Openings;
  faults: Faults;
  receipts: ReadReceipt;
  accessLog: AccessLog;
  rights: AccessRights;
}

/** How long a listing of the ledger is believed, milliseconds. */
const BELIEF = 2_000;

/** What this member gives to the other members' gateways and workers, and to whom. */
export class ServePeers {
  readonly #options: { member: string };
  readonly #ports: Ports;
  readonly #models = new Memo<ModelVersion[]>(BELIEF);
  readonly #rewards = new Memo<Reward[]>(BELIEF);

  constructor(options: { member: string }, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
  }

  /**
   * Content of the own bucket: files and royalty tables of registered models, tables of rewards and receipt lists for every member,
   * a work's content and shards of datasets only for a member that may have them now. Sealed content is opened on its way out, through mutual TLS, and the
   * access log has it before the first byte leaves.
   * @param member who asks; MSP id
   * @throws {LlmchainError} `not_found` | `not_authorised`
   */
  async content(member: string, sha256: string): Promise<{ bytes: number; content: Readable }> {
    const key = contentKey(sha256);
    const bytes = await this.#ports.store.size(key);
    if (bytes === undefined) throw this.#nothing(sha256);
    const confidential = await this.#demandRight(member, sha256);
    const access = { time: Date.now(), member, content: sha256 };
    if (confidential.length > 0)
      await this.#ports.accessLog.write(...confidential.map((ground) => ({ ...access, ...ground })));
    return { bytes, content: await this.#ports.store.stream(key) };
  }

  /**
   * What opens a receipt's commitments, for the members that are to verify its batch.
   * @throws {LlmchainError} `not_found` | `wrong_state` before it is anchored | `not_authorised`
   */
  async opening(member: string, receipt: string): Promise<Opening> {
    const produced = await this.#ports.production.find(receipt);
    if (!produced) throw new LlmchainError('not_found', `This member did not produce receipt ${receipt}.`, { receipt });
    const { sequence, state } = produced;
    const batch =
      sequence === undefined || state !== 'anchored'
        ? undefined
        : await this.#ports.ledgers.service.find('batch', this.#options.member, ordinal(sequence));
    if (!batch)
      throw new LlmchainError('wrong_state', `Receipt ${receipt} is not anchored yet. Ask again later.`, { receipt });
    if (!batch.electorate.includes(member)) {
      throw new LlmchainError('not_authorised', `${member} is not among those who verify batch ${batch.batch}.`, {
        batch: batch.batch,
      });
    }
    return this.#ports.openings.get(receipt);
  }

  /** Evidence of a fault, which holds an opening: as {@link opening}. @throws {LlmchainError} `not_found` | `not_authorised` */
  async faultEvidence(member: string, sha256: string): Promise<FaultEvidence> {
    const evidence = await this.#ports.faults.get(sha256);
    const [producer = '', sequence = ''] = evidence.batch.split('/');
    const { electorate } = await this.#ports.ledgers.service.get('batch', producer, ordinal(Number(sequence)));
    if (electorate.includes(member)) return evidence;
    throw new LlmchainError('not_authorised', `${member} is not among those who verify batch ${evidence.batch}.`, {
      batch: evidence.batch,
    });
  }

  /** Where a receipt stands, for the member that ordered the answer. @throws {LlmchainError} `not_found` */
  async receipt(member: string, id: string): Promise<PlacedReceipt> {
    const placed = await this.#ports.receipts.own(id);
    if (placed?.receipt.body.ticket.body.gateway !== member) {
      throw new LlmchainError('not_found', `This member produced no receipt ${id} for ${member}.`, { receipt: id });
    }
    const { receipt, sequence, proof, refusals } = placed;
    return { receipt, ...(sequence === undefined ? {} : { sequence }), ...(proof ? { proof } : {}), refusals };
  }

  /** @returns the works that it holds and the grounds, where content is confidential */
  async #demandRight(member: string, sha256: string): Promise<{ work: string; ground: Ground }[]> {
    const { ledgers, production, rights } = this.#ports;
    const work = await ledgers.service.find('work', sha256);
    if (work) return [{ work: sha256, ground: await rights.demand(work, member) }];
    if (await production.isReceiptList(sha256)) return [];
    const models = await this.#models.get('', () => collect(ledgers.service.list('model')));
    const shared = models.some(
      (model) =>
        model.royalty?.address === contentKey(sha256) ||
        // Of sealed files the plaintext stays here.
        model.files.some((file) => (file.sealed ?? file).sha256 === sha256),
    );
    if (shared) return [];
    const shard = await rights.ofShard(sha256, member);
    if (shard) return shard;
    const rewards = await this.#rewards.get('', () => collect(ledgers.service.list('reward')));
    if (rewards.some(({ table }) => table.address === contentKey(sha256))) return [];
    const item = await rights.ofItem(sha256, member);
    // What is in the bucket for the member's own use is not told apart from what is not there.
    if (!item) throw this.#nothing(sha256);
    return [item];
  }

  #nothing(sha256: string): LlmchainError {
    return new LlmchainError('not_found', `${this.#options.member} has no content ${sha256} to share.`, { sha256 });
  }
}
