import { sha256Hex } from '@llmchain/protocol';
import { GatewayConsortium } from '../../test/support/gateway-consortium';
import type { TestMember } from '../../test/support/gateway-member';
import { TestPostgres } from '../../test/support/postgres';
import { AnchorReceipts } from './usecases/anchor-receipts';
import { SilentRivals } from './usecases/silent-rivals';
import { CollectReceipts } from './usecases/collect-receipts';

/** One lock lets one gateway of a member anchor at a time; these are about one whose lock was lost on the way. */
describe('gateways of one member that anchor at the same time', () => {
  let postgres: TestPostgres;
  let consortium: GatewayConsortium;
  let first: TestMember;
  let second: TestMember;
  let ids: string[];

  beforeAll(async () => {
    postgres = await TestPostgres.start();
  }, 30_000);
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    consortium = await GatewayConsortium.start(postgres, 'ArchiveMSP', 'ComputeMSP');
    const archive = consortium.members.get('ArchiveMSP')!;
    first = consortium.members.get('ComputeMSP')!;
    second = await consortium.gateway('ComputeMSP');
    const worker = consortium.workers.get('ComputeMSP')!;
    worker.loaded = [{ model: 'poet', version: 1 }];
    const { key } = await archive.key('caller', 'reader', 1_000_000);
    for (let asked = 0; asked < 2; asked++) {
      const answer = await archive.call(key, 'POST', '/v1/completions', { model: 'poet', prompt: 'a', max_tokens: 3 });
      expect(answer.status).toBe(200);
    }
    ids = [...worker.outbox.keys()];
    await new CollectReceipts({ member: 'ComputeMSP' }, first.ports).run();
    await new AnchorReceipts({ member: 'ComputeMSP' }, { ...second.ports, silent: new SilentRivals() }).run();
  });
  afterEach(async () => {
    await first.stop();
    await consortium.stop();
  });

  const places = () => Promise.all(ids.map((id) => first.ports.production.find(id)));
  const anchored = () => ids.map(() => expect.objectContaining({ state: 'anchored', sequence: 1 }) as unknown);

  test('a batch that the other has seen on the ledger is not taken apart', async () => {
    expect(ids).toHaveLength(2);
    await first.ports.production.refuse(1, 'insufficient_credits');
    await first.ports.production.release(1, { bySession: true });
    expect(await places()).toEqual(anchored());
    expect(await first.ports.production.batch(1)).toMatchObject({ state: 'anchored' });
  });

  test('a receipt that the other has put into a batch goes into no second one, and nothing is half-written', async () => {
    const { production } = first.ports;
    const { entry } = (await production.batch(1))!;
    const draft = { ...entry, sequence: 2, receipts: `sha256/${sha256Hex('another list')}` };
    await expect(production.begin(draft, ids)).rejects.toThrowWithCode('conflict');
    expect(await places()).toEqual(anchored());
    expect(await production.batch(2)).toBeUndefined();
    expect(await production.lastSequence()).toBe(1);
  });
});
