import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { MemberApi } from '../../cli/src/api/member-api';
import { everywhere } from '../../cli/src/consortium/settled';
import { LedgerClient, openConnection, type Identity } from '../../ledger-client/src';
import { Consortium, describe as described } from '../../network/src';
import { address } from '../../network/src/topology/topology';
import { COMMAND_LINE, Scenario } from './support/consortium';

/** Set by `./llmchain test --all`: the long forms, too. */
const ALL = process.env.LLMCHAIN_TEST_ALL === '1';
const PORTS = 25_200;

const Key = z.object({ id: z.string(), key: z.string() });
const Registered = z.looseObject({ works: z.array(z.looseObject({ id: z.string() })), block: z.number() });
const State = z.object({ processes: z.array(z.object({ name: z.string(), pid: z.number() })) });
const Bundle = z.looseObject({ configurations: z.array(z.unknown()) });
const silent = { report: { step: () => ({ done: () => undefined, fail: () => undefined }) } };

/** A person with an API key whose certificate somebody has copied from the gateway. */
interface Person {
  id: string;
  api: MemberApi;
  work: string;
  copied: Identity;
}

// A network of its own for what unit tests cover piece by piece: with the long forms.
(ALL ? describe : describe.skip)('certificates', () => {
  let scenario: Scenario;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llmchain-revocation-'));
    scenario = await Scenario.up(PORTS);
  });
  afterAll(async () => {
    await scenario.reset();
    await rm(folder, { recursive: true, force: true });
  });

  const processes = (): { name: string; pid: number }[] =>
    State.parse(JSON.parse(readFileSync(join(scenario.home, 'state.json'), 'utf8'))).processes;

  async function artist(name: string): Promise<Person> {
    const { answer } = await scenario.command(
      ...['key', 'create', '--member', 'guild', '--role', 'artist', '--name', name],
    );
    const { id, key } = Key.parse(answer);
    const api = new MemberApi(scenario.member('guild').admin.url, key);
    const pem = readFileSync(join(scenario.home, 'members', 'guild', 'wallet', `${id}.pem`), 'utf8');
    const start = pem.indexOf('-----BEGIN PRIVATE KEY-----');
    const [certificate, privateKey] = [Buffer.from(pem.slice(0, start)), Buffer.from(pem.slice(start))];
    return {
      id,
      api,
      work: await registers(api, name),
      copied: { mspId: 'GuildMSP', certificate, privateKey },
    };
  }

  async function registers(api: MemberApi, name: string): Promise<string> {
    const work = {
      title: `verse of ${name}`,
      medium: 'text',
      creators: [{ person: name, share: 10_000 }],
      preference: {},
      content: { text: `a verse of ${name} at ${performance.now()}` },
    };
    const { works, block } = await api.post('/v1/artworks', { works: [work] }, Registered);
    await everywhere(scenario.members, block);
    return works[0]!.id;
  }

  /** What each member's peer says to a transaction and a query that the copied certificate signs: a code or `accepted`. */
  async function peersSay({ copied, work }: Person): Promise<string[]> {
    const { topology } = await described(scenario.home);
    const { channel, chaincode } = topology;
    const said = (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => 'accepted',
        (error: unknown) => (error as { code: string }).code,
      );
    const answers = await Promise.all(
      topology.members.map(async ({ name, ports }) => {
        const tlsRoot = readFileSync(join(scenario.home, 'members', name, 'ca', 'tls-ca.pem'));
        const connection = openConnection({ address: address(ports.peer), tlsRoot });
        const client = new LedgerClient({ channel, chaincode }, connection, copied);
        const transaction = { operationId: `copied-${name}-${performance.now()}`, work, preference: {} };
        try {
          return [
            await said(client.query('ledger:whoami', {})),
            await said(client.submit('artworks:setPreference', transaction)),
          ];
        } finally {
          client.close();
          connection.close();
        }
      }),
    );
    return [...new Set(answers.flat())];
  }

  async function evidenceOf(work: string): Promise<{ text: string; configurations: number }> {
    const { baseURL, apiKey } = scenario.member('lab').admin.credentials;
    const url = `${baseURL}/artworks/${work}/evidence`;
    const text = await (await fetch(url, { headers: { authorization: `Bearer ${apiKey}` } })).text();
    return { text, configurations: Bundle.parse(JSON.parse(text)).configurations.length };
  }

  async function verified(text: string): Promise<number> {
    const file = join(folder, 'bundle.json');
    await writeFile(file, text);
    return (await scenario.command('verify', file)).code;
  }

  test('one that was taken back is refused by every peer at once, and what it signed before still counts', async () => {
    const person = await artist('ann');
    const before = await evidenceOf(person.work);
    expect(await peersSay(person)).toEqual(['accepted']);

    const { code, answer } = await scenario.command('key', 'revoke', person.id, '--member', 'guild');
    expect(code).toBe(0);
    expect(answer).toEqual({ id: person.id, revoked: 1, published: 1 });
    expect(await peersSay(person)).toEqual(['not_authorised']);
    await expect(registers(person.api, 'ann')).rejects.toThrowWithCode('not_authenticated');

    const after = await evidenceOf(person.work);
    expect(after.configurations).toBe(before.configurations + 1);
    expect([await verified(before.text), await verified(after.text)]).toEqual([0, 0]);
    await artist('another');
  });

  test('one that is taken back again makes no block', async () => {
    const person = await artist('bess');
    await scenario.command('key', 'revoke', person.id, '--member', 'guild');
    const { configurations } = await evidenceOf(person.work);
    const again = await scenario.command('key', 'revoke', person.id, '--member', 'guild');
    expect([again.code, again.answer]).toMatchObject([1, { error: { code: 'not_found' } }]);
    expect((await scenario.command('up')).code).toBe(0);
    expect((await evidenceOf(person.work)).configurations).toBe(configurations);
  });

  test('one that was taken back at its gateway alone is refused by the channel after up', async () => {
    const person = await artist('cole');
    await scenario.member('guild').admin.call('DELETE /v1/keys/{id}', { params: { id: person.id } });
    expect(await peersSay(person)).toEqual(['accepted']);
    const { code, stderr } = await scenario.command('up');
    expect(code).toBe(0);
    expect(stderr).toContain('1 revocations published');
    expect(await peersSay(person)).toEqual(['not_authorised']);
  });

  test('one that was taken back while its key still works at the gateway: the answer says what happened', async () => {
    const person = await artist('dora');
    await new Consortium({ home: scenario.home }, silent).revoke('guild', person.id);
    await expect(registers(person.api, 'dora')).rejects.toThrowWithCode('not_authorised');
  });

  test('one is taken back while its member’s orderer is down', async () => {
    const person = await artist('emma');
    process.kill(processes().find(({ name }) => name === 'orderer-guild')!.pid, 'SIGKILL');
    const { code } = await scenario.command('key', 'revoke', person.id, '--member', 'guild');
    expect(code).toBe(0);
    expect(await peersSay(person)).toEqual(['not_authorised']);
    expect((await scenario.command('up')).code).toBe(0);
    await artist('frank');
  });

  test('nobody takes back what is not a key: no member, no such key', async () => {
    const unknown = await scenario.command('key', 'revoke', 'nobody', '--member', 'guild');
    expect([unknown.code, unknown.answer]).toMatchObject([1, { error: { code: 'not_found' } }]);
    const stranger = await scenario.command('key', 'revoke', 'nobody', '--member', 'louvre');
    expect([stranger.code, stranger.answer]).toMatchObject([1, { error: { code: 'not_found' } }]);
    const founding = await scenario.command('key', 'revoke', 'admin', '--member', 'guild');
    expect([founding.code, founding.answer]).toMatchObject([1, { error: { code: 'wrong_state' } }]);
  });

  /** Credentials that were made for a renewal and are not in their place yet. */
  const unfinished = (): string[] =>
    readdirSync(join(scenario.home, 'members'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.renewed'),
    );
  const keyOf = (member: string): string =>
    readFileSync(join(scenario.home, 'members', member, 'msp', 'orderer', 'keystore', 'priv_sk'), 'utf8');

  test('orderers get new keys one after the other, the ledger goes on, and evidence follows', async () => {
    const person = await artist('gwen');
    const before = await evidenceOf(person.work);
    const renewed = ALL ? ['guild', 'archive', 'lab', 'compute', 'guild'] : ['guild', 'lab'];
    for (const member of renewed) {
      const key = keyOf(member);
      const { code, answer } = await scenario.command('orderer', 'renew', '--member', member);
      expect([code, answer]).toEqual([0, { member, renewed: true }]);
      expect(keyOf(member)).not.toBe(key);
      await registers(person.api, 'gwen');
    }
    const after = await evidenceOf(await registers(person.api, 'gwen'));
    expect(after.configurations).toBe(before.configurations + renewed.length);
    expect([await verified(before.text), await verified(after.text)]).toEqual([0, 0]);
    expect(unfinished()).toEqual([]);
    const stranger = await scenario.command('orderer', 'renew', '--member', 'louvre');
    expect([stranger.code, stranger.answer]).toMatchObject([1, { error: { code: 'not_found' } }]);
  });

  (ALL ? test : test.skip)('a renewal that is killed at any moment is finished by up', async () => {
    const person = await artist('hope');
    for (const [number, wait] of [250, 450, 700, 900, 1100, 1400, 1800, 2500].entries()) {
      const member = ['guild', 'archive', 'lab', 'compute'][number % 4]!;
      const words = ['orderer', 'renew', '--member', member, '--home', scenario.home];
      const renewal = spawn(process.execPath, [...COMMAND_LINE, ...words], { stdio: 'ignore' });
      const ended = once(renewal, 'exit');
      await delay(wait);
      renewal.kill('SIGKILL');
      await ended;
      // As after a power cut: whatever took part in it is gone, too.
      if (number % 2 === 1) for (const { pid } of processes()) process.kill(pid, 'SIGKILL');
      const { code, stderr } = await scenario.command('up');
      expect(stderr).not.toContain('✘');
      expect(code).toBe(0);
      expect(unfinished()).toEqual([]);
      expect(await verified((await evidenceOf(await registers(person.api, 'hope'))).text)).toBe(0);
    }
  });
});
