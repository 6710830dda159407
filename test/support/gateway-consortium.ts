import { canonicalJson, compositeKey, decode, ordinal, RECORDS, type ModelVersion } from '@llmchain/protocol';
import { item, MEMBERS, operationId, TestConsortium, work } from './consortium';
import { TestMember, type Surroundings } from './gateway-member';
import type { TestLedger } from './gateway-ledger';
import { TestWorker } from './gateway-workers';
import { identity } from './identities';
import type { TestPostgres } from './postgres';
import { Verdicts } from './verdicts';

let consortia = 0;

/** A founded consortium with an approved model `poet@1`, workers at the lab and at compute, and gateways where a test wants them. */
export class GatewayConsortium {
  readonly members = new Map<string, TestMember>();
  readonly workers = new Map<string, TestWorker>();
  readonly peerApis = new Map<string, string>();
  /** What gateways that start from now on prove things with. */
  evidence: Surroundings['evidence'];
  /** So that several consortia use one Postgres, one after another. */
  readonly #prefix = `test${++consortia}`;

  private constructor(
    readonly consortium: TestConsortium,
    readonly ledger: TestLedger,
    /** Folder of the Postgres server's Unix socket. */
    readonly database: string,
  ) {}

  static async start(postgres: TestPostgres, ...gateways: (typeof MEMBERS)[number][]): Promise<GatewayConsortium> {
    const [verdicts, consortium] = await Promise.all([Verdicts.open(), TestConsortium.founded()]);
    const { world, people } = consortium;
    const ledger: TestLedger = {
      world,
      verdicts,
      opinions: new Map(),
      submitted: [],
      faults: {},
      blocks: 0,
      watchers: [],
    };
    const pool = postgres.pool();
    const { rows } = await pool.query<{ unix_socket_directories: string }>('show unix_socket_directories');
    const whole = new GatewayConsortium(consortium, ledger, rows[0]!.unix_socket_directories);
    const hers = work('hers', ['ann'], 'allowed');
    await consortium.registers(people.ann, [hers]);
    await consortium.seals('verses', 1, [item(hers)]);
    await consortium.registersModel('verses', [{ work: hers, weight: 100, tokens: hers.bytes }]);
    await consortium.approvesModel();
    const grants = MEMBERS.map((member) => ({ account: `member:${member}` as const, amount: 100_000_000 }));
    await consortium.decide('money', { kind: 'issue', grants, reason: 'start' });
    for (const member of ['LabMSP', 'ComputeMSP']) await whole.worker(member);
    for (const member of gateways) await whole.gateway(member);
    return whole;
  }

  /** The tables of a member's gateway. */
  schemaOf(mspId: string): string {
    return `${this.#prefix}_${mspId.toLowerCase()}`;
  }

  /** Starts, or starts again, a member's gateway; with `schema` a second one beside it, over other tables. */
  async gateway(mspId: string, schema?: string): Promise<TestMember> {
    const { ledger, database, workers, peerApis } = this;
    const tables = this.schemaOf(schema ?? mspId);
    const member = await TestMember.start(
      mspId,
      { ledger, database, workers, peerApis, members: MEMBERS, evidence: this.evidence },
      tables,
    );
    this.members.set(schema ?? mspId, member);
    return member;
  }

  async worker(mspId: string): Promise<TestWorker> {
    const worker = new TestWorker(mspId, () => this.model());
    const request = { operationId: operationId(), signer: worker.signer, kind: 'worker' as const };
    const as = await identity(mspId, { role: 'service' });
    await this.consortium.world.submit('members:registerSigner', { ...request, publicKey: worker.publicKey }, { as });
    this.workers.set(mspId, worker);
    return worker;
  }

  model(): ModelVersion {
    const key = ['model', 'poet', '0000000001'].join('\u0000');
    return JSON.parse(Buffer.from(this.consortium.world.state.get(`\u0000${key}\u0000`)!).toString()) as ModelVersion;
  }

  /** Puts a version beside the poet on the ledger, alike but for `changes`. */
  puts(changes: Partial<ModelVersion>): void {
    const version = { ...this.model(), ...changes };
    const key = compositeKey('model', [version.model, ordinal(version.version)]);
    this.consortium.world.state.set(key, Buffer.from(canonicalJson(decode(RECORDS.model, version))));
  }

  async stop(): Promise<void> {
    for (const member of this.members.values()) await member.stop();
    await this.ledger.verdicts.close();
  }
}
