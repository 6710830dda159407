import { once } from 'node:events';
import { lstat, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { expect } from '@jest/globals';
import {
  decodeJson,
  Opening,
  ordinal,
  parseError,
  receiptId,
  SignedReceipt,
  taintKey,
  ticketDigest,
  verifySigned,
  type AccessPolicy,
  type ErrorCode,
  type GenerateEvent,
} from '@llmchain/protocol';
import { until } from '../../test/support/until';
import { anchored, judged, verdictOf } from '../../test/support/worker-batches';
import { WorkerBench, type WorkerClient } from '../../test/support/worker-bench';
import { Authority } from '../../network/src/identities/certificate';
import { inventing } from '../../test/support/worker-lies';
import { continuationOf, requestOf, type TestRequest } from '../../test/support/worker-requests';

jest.setTimeout(20_000);
let bench: WorkerBench;
let worker: WorkerClient;

beforeAll(async () => {
  bench = await WorkerBench.start();
  await bench.startWorker('compute', ['serve', 'verify']);
  worker = bench.client('guild', 'compute');
});
afterAll(() => bench.stop());

const request = (changes?: Parameters<typeof requestOf>[2]): TestRequest =>
  requestOf(bench.members.guild.gateway, { kind: 'chat', messages: [{ role: 'user', content: 'Sing.' }] }, changes);

function textOf(events: readonly GenerateEvent[]): string {
  return events.map((event) => (event.event === 'piece' ? event.piece.text : '')).join('');
}

function receiptOf(events: readonly GenerateEvent[]): SignedReceipt {
  const last = events.at(-1);
  if (last?.event !== 'finished') throw new Error(`not finished: ${JSON.stringify(last)}`);
  return decodeJson(SignedReceipt, last.finished.receipt);
}

/** Code of the failure with which a worker refuses. */
async function refusal(client: WorkerClient, { wire }: Pick<TestRequest, 'wire'>): Promise<ErrorCode | undefined> {
  const [only, ...others] = await client.generate(wire);
  expect(others).toEqual([]);
  return only?.event === 'failure' ? parseError(only.failure)?.code : undefined;
}

test('before its model is approved a worker says so, and after that it fetches, checks and serves it', async () => {
  await until(() => bench.ledger.find('signer', 'compute-worker-1'));
  expect(await refusal(worker, request())).toBe('not_found');
  bench.approve();
  await until(async () => {
    const { models } = await worker.call<{ models: unknown[] }>('models', {});
    return models.length > 0 ? models : undefined;
  });
  expect(bench.members.lab.peer.asked).toHaveLength(bench.version.files.length);
});

test('an answer streams, and ends with a receipt that the ledger’s key verifies', async () => {
  const asked = request();
  const events = await worker.generate(asked.wire);
  const receipt = receiptOf(events);
  const { publicKey } = bench.ledger.find('signer', 'compute-worker-1')!;
  expect(verifySigned('llmchain/receipt/1', receipt, publicKey)).toBe(true);
  expect(receiptId(receipt.body)).toBe(ticketDigest(asked.ticket.body));
  expect(receipt.body).toMatchObject({ producer: 'ComputeMSP', promptTokens: 6, stop: 'length', completionTokens: 24 });
  expect(receipt.body.amount).toBe(100 + 2 * 6 + 5 * 24);
  expect(receipt.body.execution).toMatchObject({ provider: 'cpu', mode: 'exact' });
  expect(textOf(events)).not.toBe('');

  const own = bench.client('compute', 'compute');
  const [pending] = await own.pending();
  expect(decodeJson(SignedReceipt, pending!.receipt)).toEqual(receipt);
  const opening = decodeJson(Opening, pending!.opening);
  expect(opening).toMatchObject({ receipt: receiptId(receipt.body), input: asked.input });
  const bytes = opening.tokens.filter((token) => token < 256);
  expect(Buffer.from(bytes).toString('utf8')).toBe(textOf(events));
});

test('a ticket is served once, also after a restart, which keeps the receipts', async () => {
  const asked = request();
  receiptOf(await worker.generate(asked.wire));
  expect(await refusal(worker, asked)).toBe('conflict');
  const own = bench.client('compute', 'compute');
  const before = await own.pending();
  await bench.stopWorker('compute');
  await bench.startWorker('compute', ['serve', 'verify']);
  await until(async () =>
    (await worker.call<{ models: unknown[] }>('models', {})).models.length > 0 ? true : undefined,
  );
  await until(async () => ((await refusal(worker, asked)) === 'conflict' ? true : undefined));
  expect(await own.pending()).toEqual(before);
  await own.call('acknowledgeReceipts', { ids: before.map(({ opening }) => decodeJson(Opening, opening).receipt) });
  expect(await own.pending()).toEqual([]);
});

test('receipts are for the own member alone', async () => {
  for (const method of ['pendingReceipts', 'acknowledgeReceipts'] as const) {
    const error: unknown = await worker.call(method, {}).catch((thrown: unknown) => thrown);
    expect(parseError((error as { details: string }).details)?.code).toBe('not_authorised');
  }
});

describe('refused before anything is computed', () => {
  const sign =
    (changes: Parameters<typeof requestOf>[2]): (() => TestRequest) =>
    () =>
      request(changes);
  const past = Date.now() - 60_000;
  const cases: [string, () => Pick<TestRequest, 'wire'>, ErrorCode][] = [
    ['a ticket that is no ticket', () => ({ wire: { ...request().wire, ticket: '{}' } }), 'invalid_argument'],
    [
      'a ticket with a field more',
      () => ({ wire: { ...request().wire, ticket: JSON.stringify({ ...request().ticket, more: 1 }) } }),
      'invalid_argument',
    ],
    [
      'a changed ticket',
      () => {
        const { ticket, wire } = request();
        return { wire: { ...wire, ticket: JSON.stringify({ ...ticket, body: { ...ticket.body, maxTokens: 99 } }) } };
      },
      'not_authorised',
    ],
    [
      'another input',
      () => ({ wire: { ...request().wire, input: '{"kind":"completion","prompt":"x"}' } }),
      'invalid_argument',
    ],
    ['a salt that is none', () => ({ wire: { ...request().wire, inputSalt: 'salt' } }), 'invalid_argument'],
    [
      "another member's ticket",
      () => requestOf(bench.members.lab.gateway, { kind: 'completion', prompt: 'x' }),
      'not_authorised',
    ],
    [
      'a key of another member',
      () => requestOf({ ...bench.members.lab.gateway, mspId: 'GuildMSP' }, { kind: 'completion', prompt: 'x' }),
      'not_authorised',
    ],
    [
      'a key that is not on the ledger',
      () =>
        requestOf({ ...bench.members.guild.gateway, signer: 'guild-gateway-2' }, { kind: 'completion', prompt: 'x' }),
      'not_authorised',
    ],
    ['a ticket that orders from another member', sign({ producer: 'LabMSP' }), 'not_authorised'],
    ['an expired ticket', sign({ issued: past - 60_000, expires: past }), 'wrong_state'],
    ['a ticket from the future', sign({ issued: Date.now() + 120_000, expires: Date.now() + 180_000 }), 'clock_skew'],
    ['a model that is not approved', sign({ version: 2 }), 'not_found'],
    ['a session that does not exist', sign({ session: 'ses-9' }), 'not_found'],
    ["another member's session", sign({ session: 'ses-2' }), 'not_authorised'],
    ['too small an amount', sign({ maxAmount: 231 }), 'insufficient_credits'],
    [
      'too long a prompt',
      () => requestOf(bench.members.guild.gateway, { kind: 'completion', prompt: 'x'.repeat(320) }),
      'invalid_argument',
    ],
  ];
  test.each(cases)('%s', async (_what, made, code) => {
    expect(await refusal(worker, made())).toBe(code);
  });

  test('a ticket of the own member without the caller’s nonce', async () => {
    const own = bench.client('compute', 'compute');
    const ask = (changes: object): TestRequest =>
      requestOf(bench.members.compute.gateway, { kind: 'completion', prompt: 'x' }, { session: 'ses-2', ...changes });
    expect(await refusal(own, ask({}))).toBe('invalid_argument');
    const nonce = 'ab'.repeat(32);
    expect(receiptOf(await own.generate(ask({ callerNonce: nonce }).wire)).body.ticket.body.callerNonce).toBe(nonce);
  });

  test('a model that its owner does not let the member call, until it does', async () => {
    const put = (policy: AccessPolicy): void => {
      const stamps = { owner: { member: 'LabMSP' }, createdTx: 't', updatedTx: 't' };
      const record = { schema: 'model-access/1' as const, model: 'tiny', version: 1, policy, former: [], ...stamps };
      bench.ledger.put('model-access', ['tiny', ordinal(1)], record);
    };
    put({ callers: 'members', members: ['ArchiveMSP'] });
    expect(await refusal(worker, request())).toBe('not_authorised');
    put({ callers: 'members', members: ['ArchiveMSP', 'GuildMSP'] });
    expect(receiptOf(await worker.generate(request().wire)).body.stop).toMatch(/^(stop|length)$/);
    put({ callers: 'everyone' });
  });

  test('a model that is tainted, until the taint is lifted', async () => {
    const subject = { kind: 'model' as const, model: 'tiny', version: 1 };
    const taint = (state: 'tainted' | 'lifted'): void => {
      const stamps = { owner: { member: 'LabMSP' }, createdTx: 't', updatedTx: 't' };
      const cause = { kind: 'dataset' as const, dataset: 'verses', version: 1 };
      bench.ledger.put('taint', taintKey(subject), { schema: 'taint/1', subject, cause, state, ...stamps });
    };
    taint('tainted');
    expect(await refusal(worker, request())).toBe('tainted');
    taint('lifted');
    expect(receiptOf(await worker.generate(request().wire)).body.stop).toMatch(/^(stop|length)$/);
  });

  test('a certificate that no member issued', async () => {
    const stranger = await (await Authority.create('ComputeMSP TLS CA')).issueTls('gateway.guild');
    await expect(bench.client('guild', 'compute', stranger).generate(request().wire)).rejects.toThrow(
      /UNAVAILABLE|closed/,
    );
  });
});

test('a cancelled call leaves a receipt of what was given', async () => {
  const own = bench.client('compute', 'compute');
  const asked = request({ maxTokens: 300 });
  await worker.generate(asked.wire, () => false);
  const id = ticketDigest(asked.ticket.body);
  const pending = await until(async () => (await own.pending()).find(({ opening }) => opening.includes(id)));
  const { body } = decodeJson(SignedReceipt, pending.receipt);
  expect(body.stop).toBe('cancelled');
  expect(body.completionTokens).toBeLessThan(300);
  expect(decodeJson(Opening, pending.opening).tokens).toHaveLength(body.completionTokens);
});

describe('an answer under way when consent behind its model falls', () => {
  const answering = async (halt: (id: string) => unknown): Promise<{ id: string; events: GenerateEvent[] }> => {
    const asked = request({ maxTokens: 300 });
    const id = ticketDigest(asked.ticket.body);
    let told = false;
    const events = await worker.generate(asked.wire, () => {
      if (!told) void halt(id);
      told = true;
      return true;
    });
    return { id, events };
  };

  test('ends within a step when its gateway says so, with a receipt of what was given', async () => {
    const { id, events } = await answering((receipt) => worker.call('halt', { receipt }));
    const { body } = receiptOf(events);
    expect(body.stop).toBe('tainted');
    expect(body.completionTokens).toBeLessThan(300);
    expect(body.amount).toBe(100 + 2 * 6 + 5 * body.completionTokens);
    const pending = await until(async () =>
      (await bench.client('compute', 'compute').pending()).find(({ opening }) => opening.includes(id)),
    );
    expect(decodeJson(Opening, pending.opening).tokens).toHaveLength(body.completionTokens);
    expect(await worker.call('halt', { receipt: id })).toEqual({ halted: false });
  });

  test('goes on when another member says so', async () => {
    const { events } = await answering((receipt) => bench.client('lab', 'compute').call('halt', { receipt }));
    expect(receiptOf(events).body.stop).toMatch(/^(stop|length)$/);
  });

  test('ends when the ledger says so, whatever its gateway says', async () => {
    const subject = { kind: 'model' as const, model: 'tiny', version: 1 };
    const stamps = { owner: { member: 'LabMSP' }, createdTx: 't', updatedTx: 't' };
    const cause = { kind: 'dataset' as const, dataset: 'verses', version: 1 };
    const put = (state: 'tainted' | 'lifted'): void =>
      bench.ledger.put('taint', taintKey(subject), { schema: 'taint/1', subject, cause, state, ...stamps });
    const { events } = await answering(() => put('tainted'));
    put('lifted');
    expect(receiptOf(events).body.stop).toBe('tainted');
  });
});

test('what lies on disk is private', async () => {
  const { folder } = bench.members.compute;
  for (const name of await readdir(path.join(folder, 'outbox'))) {
    const entry = await stat(path.join(folder, 'outbox', name));
    expect(entry.mode & 0o777).toBe(entry.isDirectory() ? 0o700 : 0o600);
  }
  expect((await lstat(path.join(folder, 'verifier.sock'))).mode & 0o777).toBe(0o600);
});

test('a rival verifies what was served, and its chaincode hears the verdict on the socket', async () => {
  await writeFile(path.join(bench.members.archive.folder, 'note'), '');
  await bench.startWorker('archive', ['verify']);
  receiptOf(await worker.generate(request().wire));
  expect(await judged(bench, await anchored(bench, 1))).toMatchObject({ verdict: 'accept' });
  const unknown = `batch=ComputeMSP/9&root=${'0'.repeat(64)}`;
  expect(await verdictOf(bench, 'archive', unknown)).toMatchObject({ status: 200, body: { verdict: 'pending' } });
  expect(await verdictOf(bench, 'archive', 'batch=ComputeMSP/1')).toMatchObject({
    status: 400,
    body: { code: 'invalid_argument' },
  });
});

describe('an answer that another worker began', () => {
  const begun = async (): Promise<{ asked: TestRequest; tokens: number[]; text: string }> => {
    const asked = request();
    const events = await worker.generate(asked.wire);
    const pieces = events.flatMap((event) => (event.event === 'piece' ? [event.piece] : []));
    return { asked, tokens: pieces.flatMap(({ tokens }) => tokens), text: textOf(events) };
  };

  test('is gone on with from any token on, for the price of what follows, and a rival accepts both', async () => {
    const { asked, tokens, text } = await begun();
    for (const from of [1, 11, 24]) {
      const { wire, continuation } = continuationOf(bench.members.guild.gateway, asked.ticket, tokens.slice(0, from));
      const events = await worker.generate({ ...asked.wire, continued: wire });
      const { body } = receiptOf(events);
      expect(body).toMatchObject({ continuation, completionTokens: 24 - from, amount: 5 * (24 - from) });
      expect(text.endsWith(textOf(events))).toBe(true);
      expect(await refusal(worker, { wire: { ...asked.wire, continued: wire } })).toBe('conflict');
    }
    expect(await judged(bench, await anchored(bench, 2))).toMatchObject({ verdict: 'accept' });
  });

  test.each([
    ['other tokens', { tokens: [1, 2, 3, 4, 5] }, {}, 'invalid_argument'],
    ['fewer tokens', { tokens: [1] }, {}, 'invalid_argument'],
    ['another ticket', {}, { ticket: 'ab'.repeat(32) }, 'not_authorised'],
    ['another member’s worker', {}, { producer: 'LabMSP' }, 'not_authorised'],
    ['too little for what follows', {}, { maxAmount: 5 * 18 }, 'insufficient_credits'],
    ['more than the ticket leaves', {}, { maxAmount: 1_000_000 }, 'insufficient_credits'],
  ] as const)('is not gone on with for an order with %s', async (_what, sent, changes, code) => {
    const { asked, tokens } = await begun();
    const { wire } = continuationOf(bench.members.guild.gateway, asked.ticket, tokens.slice(0, 5), changes);
    const continued = { ...wire, ...sent, tokens: [...((sent as { tokens?: number[] }).tokens ?? wire.tokens)] };
    expect(await refusal(worker, { wire: { ...asked.wire, continued } })).toBe(code);
  });

  test('is not gone on with for an order of another member’s', async () => {
    const { asked, tokens } = await begun();
    const { wire } = continuationOf(bench.members.lab.gateway, asked.ticket, tokens.slice(0, 5));
    expect(await refusal(worker, { wire: { ...asked.wire, continued: wire } })).toBe('not_authorised');
  });
});

test('a worker that is told to stop finishes what it has, and refuses what is new', async () => {
  const asked = request({ maxTokens: 300 });
  let stopped: Promise<void> | undefined;
  const late: Promise<ErrorCode | undefined>[] = [];
  const events = await worker.generate(asked.wire, () => {
    if (!stopped) {
      stopped = bench.stopWorker('compute');
      late.push(refusal(worker, request()));
      late.push(worker.call<{ models: unknown[] }>('models', {}).then(({ models }) => models.length as never));
    }
    return true;
  });
  expect(receiptOf(events).body.stop).toMatch(/^(stop|length)$/);
  expect(await Promise.all(late)).toEqual(['unavailable', 0]);
  await stopped;
  await bench.startWorker('compute', ['serve', 'verify']);
  await until(async () =>
    (await worker.call<{ models: unknown[] }>('models', {})).models.length > 0 ? true : undefined,
  );
});

test('a worker that does not serve says so, and offers no model', async () => {
  const archive = bench.client('guild', 'archive');
  expect(await refusal(archive, request())).toBe('not_supported');
  expect(await archive.call('models', {})).toEqual({ models: [], pool: null });
  const pool = { provider: 'cpu', devices: 1, deviceMemoryMib: 256 };
  expect(await bench.client('guild', 'compute').call('models', {})).toMatchObject({ pool });
});

test('an invented answer is rejected; a restart keeps the verdicts, and a killed process’s socket is no hindrance', async () => {
  await bench.stopWorker('compute');
  const invented = 'Shall I compare thee';
  await bench.startWorker('compute', ['serve'], inventing(invented));
  const asked = request({ maxTokens: invented.length });
  await until(async () =>
    (await worker.call<{ models: unknown[] }>('models', {})).models.length > 0 ? true : undefined,
  );
  const events = await until(async () => {
    const found = await worker.generate(asked.wire);
    return found.at(-1)?.event === 'finished' ? found : undefined;
  });
  expect(textOf(events)).toBe(invented);
  const batch = await anchored(bench, 3);
  const verdict = { verdict: 'reject', reason: 'output_mismatch', receipt: ticketDigest(asked.ticket.body) };
  expect(await judged(bench, batch)).toMatchObject(verdict);

  await bench.stopWorker('archive');
  const socket = path.join(bench.members.archive.folder, 'verifier.sock');
  const left = createServer().listen(socket);
  await once(left, 'listening');
  await bench.startWorker('archive', ['verify']);
  expect(await judged(bench, batch)).toMatchObject(verdict);
  left.close();
});

test('a model file that was changed on disk is fetched again before it is loaded', async () => {
  await bench.stopWorker('compute');
  const { sha256 } = bench.version.files[0]!;
  const blob = path.join(bench.members.compute.folder, 'models', sha256);
  const good = await readFile(blob, 'utf8');
  await writeFile(blob, good.replace('llama', 'lamas'));
  await bench.startWorker('compute', ['serve']);
  await until(async () =>
    (await worker.call<{ models: unknown[] }>('models', {})).models.length > 0 ? true : undefined,
  );
  expect(await readFile(blob, 'utf8')).toBe(good);
});
