import { Command, CommanderError, Option } from 'commander';
import { carryOut, type Common } from './carry-out';
import { registerArtwork } from './commands/artwork';
import { benchCommand, type BenchOptions } from './commands/bench';
import { registerDataset } from './commands/dataset';
import { demoCommand } from './commands/demo';
import { keyCreateCommand, keyRevokeCommand, type KeyRequest } from './commands/key';
import { registerDispute } from './commands/dispute';
import { doctorCommand } from './commands/doctor';
import { registerCanary } from './commands/canary';
import { registerFault } from './commands/fault';
import { registerGrant } from './commands/grant';
import { registerLicence } from './commands/licence';
import { downCommand, logsCommand, resetCommand } from './commands/lifecycle';
import { registerMarket } from './commands/market';
import { registerModel } from './commands/model';
import { registerReward } from './commands/reward';
import { ordererRenewCommand } from './commands/orderer';
import { registerStake } from './commands/stake';
import { statusCommand } from './commands/status';
import { lintCommand, testCommand } from './commands/test';
import { traceCommand } from './commands/trace';
import { upCommand, type UpOptions } from './commands/up';
import { verifyCommand } from './commands/verify';
import { addSettings, port } from './settings';
import { count, workerCounts } from './values';

const ROLES = ['artist', 'steward', 'trainer', 'operator', 'auditor', 'caller', 'admin'];

function program(): Command {
  const root = new Command('llmchain')
    .description('A consortium that records artwork rights, trains and serves generative models, and pays the artists.')
    .showHelpAfterError()
    .exitOverride()
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./llmchain up\n  $ ./llmchain demo\n  $ ./llmchain key create --member archive --role caller --name reader --credits 5000000\n  $ ./llmchain trace poet@1 --direction up\n  $ ./llmchain down',
    );
  const add = (name: string, description: string): Command => addSettings(root.command(name).description(description));

  add('up', 'start or heal the consortium, keeping all data')
    .addOption(
      new Option('--without-models', 'leave out SmolLM2, which is fetched as a package and served otherwise')
        .env('LLMCHAIN_WITHOUT_MODELS')
        .default(false),
    )
    .option(
      '--workers <counts>',
      'how many workers members have, such as compute=2,lab=2; kept, and more may be asked for later',
      workerCounts,
    )
    .action((options: Common & UpOptions) =>
      carryOut(options, (settings, terminal) => upCommand(settings, terminal, options)),
    );
  add('down', 'stop everything, keeping all data').action((options: Common) => carryOut(options, downCommand));
  add('reset', 'stop everything and remove all data').action((options: Common) => carryOut(options, resetCommand));
  add('status', 'what runs and is healthy, versions, and how far each ledger is').action((options: Common) =>
    carryOut(options, statusCommand),
  );
  add('doctor', 'what is wrong with this machine or this home, and what to do').action((options: Common) =>
    carryOut(options, doctorCommand),
  );
  add('logs', 'print the log of one process')
    .argument('<name>', 'such as peer-guild, gateway-lab, worker-compute, worker-compute-2, postgres')
    .action((name: string, options: Common) =>
      carryOut(options, (settings, terminal) => logsCommand(settings, terminal, name)),
    );
  add('demo', 'tell the whole story on real input: rights, training, inference, verification, payment').action(
    (options: Common) => carryOut(options, demoCommand),
  );
  add('trace', 'where something came from, or what became of it')
    .argument('<id>', 'a work (sha256), dataset@1, model@1, batch or receipt')
    .addOption(new Option('--direction <way>').choices(['up', 'down']).default('up'))
    .option('--as-of <block>', 'as it was at this block', count)
    .option('--member <name>', 'whose index to ask', 'guild')
    .action((id: string, options: Common & { direction: 'up' | 'down'; asOf?: number; member: string }) =>
      carryOut(options, (settings, terminal) => traceCommand(settings, terminal, id, options)),
    );
  add('verify', 'check an evidence bundle offline: each step, and on what it rests')
    .argument('<file>', 'as GET /v1/…/{id}/evidence gave it')
    .option('--roots <dir>', "the members' root certificates and genesis.sha256 (default <home>/roots)")
    .action((file: string, options: Common & { roots?: string }) =>
      carryOut(options, (settings, terminal) => verifyCommand(settings, terminal, file, options)),
    );
  add('test', 'types, lint, unit and contract tests, scenarios on a real network')
    .option('--all', 'with the long scenarios', false)
    .option('--unit', 'without the scenarios', false)
    .action((options: Common & { all: boolean; unit: boolean }) =>
      carryOut(options, (_settings, terminal) => testCommand(terminal, options)),
    );
  root
    .command('bench')
    .description('measure, on a consortium of its own unless --home names one')
    .argument('[name]', 'such as up, ledger')
    .option('--rounds <n>', 'how often each arm is measured', count)
    .option('--smoke', 'one tiny round, to see that it works', false)
    .option('--long', 'more trials, where a benchmark has a form that takes long', false)
    .option('--home <dir>', 'folder of the consortium to measure')
    .option('--port-base <n>', 'first of the ports', port)
    .option('--json', 'print one JSON object as the last line of standard output', false)
    .action(async (name: string | undefined, options: BenchOptions) => {
      if (!(await benchCommand(name, options))) process.exitCode = 1;
    });
  add('lint', 'types, format, lint, import boundaries, unused code').action((options: Common) =>
    carryOut(options, (_settings, terminal) => lintCommand(terminal)),
  );

  const key = root.command('key').description('API keys');
  addSettings(key.command('create').description('make an API key, with credits also a prepaid session'))
    .requiredOption('--member <name>', 'whose key: guild, archive, lab, compute')
    .addOption(new Option('--role <role>').choices(ROLES).makeOptionMandatory())
    .requiredOption('--name <name>', 'pseudonym of the person, or name of the program')
    .option('--credits <micro>', 'prepay this many micro-credits', count)
    .action((options: Common & KeyRequest & { member: string }) =>
      carryOut(options, (settings, terminal) => keyCreateCommand(settings, terminal, options)),
    );
  addSettings(key.command('revoke').description('take an API key back, and have every peer refuse its certificate'))
    .argument('<id>', 'as "key create" and GET /v1/keys give it')
    .requiredOption('--member <name>', 'whose key: guild, archive, lab, compute')
    .action((id: string, options: Common & { member: string }) =>
      carryOut(options, (settings, terminal) => keyRevokeCommand(settings, terminal, id, options)),
    );
  const orderer = root.command('orderer').description("members' orderers");
  addSettings(orderer.command('renew').description('give an orderer new keys and certificates, and tell the channel'))
    .requiredOption('--member <name>', 'whose orderer: guild, archive, lab, compute')
    .action((options: Common & { member: string }) =>
      carryOut(options, (settings, terminal) => ordererRenewCommand(settings, terminal, options)),
    );
  for (const register of [
    registerArtwork,
    registerLicence,
    registerMarket,
    registerDataset,
    registerReward,
    registerCanary,
    registerFault,
    registerStake,
    registerDispute,
    registerGrant,
    registerModel,
  ])
    register(root);
  return root;
}

program()
  .parseAsync()
  .catch((error: unknown) => {
    // commander has printed what was wrong with the words; --help and --version end with exit code 0.
    process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : 1;
    if (!(error instanceof CommanderError)) process.stderr.write(`${String(error)}\n`);
  });
