import { ReadReceipt } from '../../gateway/src/usecases/read-receipt';
import { ReportFaults } from '../../gateway/src/usecases/report-faults';
import { Stakes } from '../../gateway/src/usecases/stakes';
import { RotateBatch } from '../../gateway/src/usecases/rotate-batch';
import { AcceptBatches } from '../../gateway/src/usecases/accept-batches';
import { DecideBatch } from '../../gateway/src/usecases/decide-batch';
import { RefuseBatches } from '../../gateway/src/usecases/refuse-batches';
import { SilentRivals } from '../../gateway/src/usecases/silent-rivals';
import { WatchBatches } from '../../gateway/src/usecases/watch-batches';
import type { SubmitName } from '@llmchain/protocol';
import { MEMBERS } from './consortium';
import { GatewayConsortium } from './gateway-consortium';
import type { TestMember } from './gateway-member';
import type { TestPostgres } from './postgres';

/** A consortium of gateways in which compute's worker answers callers of the archive's; its batches are driven by hand. */
export class Producing {
  private constructor(
    readonly consortium: GatewayConsortium,
    readonly archive: TestMember,
    readonly compute: TestMember,
  ) {}

  static async start(postgres: TestPostgres): Promise<Producing> {
    const consortium = await GatewayConsortium.start(postgres, 'ArchiveMSP', 'ComputeMSP');
    const { members, workers } = consortium;
    workers.get('ComputeMSP')!.loaded = [{ model: 'poet', version: 1 }];
    return new Producing(consortium, members.get('ArchiveMSP')!, members.get('ComputeMSP')!);
  }

  /** So many answers to one caller. @returns the receipts' ids, the session that paid for them, and its key */
  async answers(count: number, credits = 1_000_000): Promise<{ ids: string[]; session: string; key: string }> {
    const { key, actor } = await this.archive.key('caller', 'reader', credits);
    const order = { model: 'poet', prompt: 'a', max_tokens: 3 };
    const ids: string[] = [];
    for (let index = 0; index < count; index++) {
      const { status, body, headers } = await this.archive.call(key, 'POST', '/v1/completions', order);
      if (status !== 200) throw new Error(JSON.stringify(body));
      ids.push(headers.get('x-llmchain-receipt')!);
    }
    return { ids, session: actor.session!, key };
  }

  /** So many answers, in one batch. @returns as {@link answers} */
  async produces(count: number): Promise<{ ids: string[]; session: string }> {
    const answered = await this.answers(count);
    await this.compute.gateway.produce();
    return answered;
  }

  /** The producer has its batches decided. */
  async decides(now?: number): Promise<void> {
    await this.acceptor().run(now);
  }

  /** What has the producer's batches decided; remembers what members said. */
  acceptor(silent = new SilentRivals()): AcceptBatches {
    const { decide } = decider(this.compute);
    return new AcceptBatches({ member: 'ComputeMSP' }, { ...this.compute.ports, decide, silent });
  }

  /** What was submitted under a name, in order. */
  submitted(name: SubmitName): unknown[] {
    return this.consortium.ledger.submitted.filter((each) => each.name === name).map(({ request }) => request);
  }

  /** A receipt as any key's holder sees it. */
  async statusOf(member: TestMember, id: string): Promise<Record<string, unknown>> {
    const { key } = await member.key('auditor', 'eve');
    return (await member.call(key, 'GET', `/v1/receipts/${id}`)).body;
  }

  /** Another member looks after batches. */
  async watches(member: TestMember, now?: number): Promise<void> {
    await this.watcher(member).run(now);
  }

  watcher({ ports, mspId: own }: TestMember): WatchBatches {
    const faults = new ReportFaults({ own }, { ...ports, receipts: new ReadReceipt({ member: own }, ports) });
    const refuse = new RefuseBatches({ own }, { ...ports, faults });
    const stakes = new Stakes({ own }, ports);
    return new WatchBatches(
      { own, members: [...MEMBERS] },
      { ...ports, ...decider({ ports }), faults, refuse, stakes },
    );
  }

  stop(): Promise<void> {
    return this.consortium.stop();
  }
}

function decider({ ports }: Pick<TestMember, 'ports'>): { decide: DecideBatch; rotate: RotateBatch } {
  const rotate = new RotateBatch({}, ports);
  return { rotate, decide: new DecideBatch({}, { ...ports, rotate }) };
}
