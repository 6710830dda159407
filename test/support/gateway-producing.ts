import { ReportFaults } from '../../gateway/src/usecases/report-faults';
import { Stakes } from '../../gateway/src/usecases/stakes';
import { RotateBatch } from '../../gateway/src/usecases/rotate-batch';
import { AcceptBatches } from '../../gateway/src/usecases/accept-batches';
import { DecideBatch } from '../../gateway/src/usecases/decide-batch';
import { WatchBatches } from '../../gateway/src/usecases/watch-batches';
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

  /** So many answers, in one batch. */
  async produces(count: number): Promise<void> {
    const { key } = await this.archive.key('caller', 'reader', 1_000_000);
    const order = { model: 'poet', prompt: 'a', max_tokens: 3 };
    for (let index = 0; index < count; index++) {
      const { status, body } = await this.archive.call(key, 'POST', '/v1/completions', order);
      if (status !== 200) throw new Error(JSON.stringify(body));
    }
    await this.compute.gateway.produce();
  }

  /** The producer has its batches decided. */
  async decides(now?: number): Promise<void> {
    const { ports } = this.compute;
    const { decide } = decider(this.compute);
    await new AcceptBatches({ member: 'ComputeMSP' }, { ...ports, decide }).run(now);
  }

  /** Another member looks after batches. */
  async watches(member: TestMember, now?: number): Promise<void> {
    const { ports, mspId: own } = member;
    await new WatchBatches(
      { own, members: [...MEMBERS] },
      {
        ...ports,
        ...decider(member),
        faults: new ReportFaults({ own }, ports),
        stakes: new Stakes({ own }, ports),
      },
    ).run(now);
  }

  stop(): Promise<void> {
    return this.consortium.stop();
  }
}

function decider({ ports }: TestMember): { decide: DecideBatch; rotate: RotateBatch } {
  const rotate = new RotateBatch({}, ports);
  return { rotate, decide: new DecideBatch({}, { ...ports, rotate }) };
}
