import { stat } from 'node:fs/promises';
import { LlmchainError, type AccessPolicy, type ModelRef } from '@llmchain/protocol';
import { Option, type Command } from 'commander';
import { carryOut, type Common } from '../carry-out';
import { memberNamed, membersOf } from '../consortium/members';
import { filesIn, importFolder, type Weights } from '../models/folder';
import { PACKAGED } from '../models/packaged-models';
import { addSettings } from '../settings';
import type { Terminal } from '../terminal';
import { modelVersion, mspId, several } from '../values';
import { registerCalibrate } from './model-calibrate';
import { registerExternals } from './model-external';
import { registerModelKeys } from './model-keys';
import { registerSplit } from './model-split';

interface ImportOptions {
  to: string;
  weights: Weights;
  label?: string;
}

const NAMES = Object.keys(PACKAGED).join(', ');

export function registerModel(root: Command): void {
  const model = root
    .command('model')
    .description(
      'models from outside: import, register, approve; who may call a version, which workers have its key, and whose hold its layers',
    );
  registerCalibrate(model);
  addSettings(
    model
      .command('import')
      .description('turn a GGUF file, an encoder, a classifier, or a model by name into a folder that workers load'),
  )
    .argument(
      '<file>',
      `a Llama model in F32, F16, Q8_0, Q4_0 or Q4_1 with a byte-level BPE tokenizer; the folder of a BERT encoder, or with vectorizer.joblib and model.joblib of scikit-learn; a classifier of images in ONNX; or ${NAMES}, fetched from the package index`,
    )
    .requiredOption('--to <folder>', 'must not be there yet')
    .addOption(
      new Option('--weights <kind>', 'fp32 is verified exactly; int8 is smaller and faster')
        .choices(['fp32', 'int8'])
        .default('fp32'),
    )
    .option('--label <label>', 'what the score of a classifier stands for, such as spam')
    .addHelpText('after', '\nExample:\n  $ ./llmchain model import SmolLM2-135M-Instruct.gguf --to smollm2')
    .action((file: string, options: Common & ImportOptions) =>
      carryOut(options, (_settings, terminal) => importModel(terminal, file, options)),
    );
  registerExternals(model);
  registerAccess(model);
  registerModelKeys(model);
  registerSplit(model);
}

interface AccessOptions {
  member: string;
  everyone?: boolean;
  ownerOnly?: boolean;
  allow?: string[];
}

function registerAccess(model: Command): void {
  addSettings(
    model.command('access').description('show whose callers may call a model version, or as its owner set it'),
  )
    .argument('<model@version>', 'such as poet@1', modelVersion)
    .option('--member <name>', 'whose gateway to ask; to set it, the owner', 'lab')
    .addOption(new Option('--everyone', 'callers of every member').conflicts(['ownerOnly', 'allow']))
    .addOption(new Option('--owner-only', "the owner's callers alone").conflicts('allow'))
    .option('--allow <msp>', "this member's callers beside the owner's; may be given several times", several(mspId))
    .addHelpText('after', '\nExample:\n  $ ./llmchain model access poet@1 --allow GuildMSP --allow ArchiveMSP')
    .action((version: ModelRef, options: Common & AccessOptions) =>
      carryOut(options, async (settings, terminal) => {
        const { admin } = memberNamed(await membersOf(settings.home), options.member);
        const params = { id: version.model, version: version.version };
        const policy = policyOf(options);
        await admin.call('GET /v1/models/{id}/versions/{version}', { params });
        const { policy: after } = policy
          ? await admin.call('PUT /v1/models/{id}/versions/{version}/access', { params, body: { policy } })
          : await admin
              .call('GET /v1/models/{id}/versions/{version}/access', { params })
              .catch((error: unknown) => open(error));
        const named = `${version.model}@${version.version}`;
        terminal.result({ ...version, policy: after }, `${named} may be called by ${callersOf(after)}.`);
      }),
    );
}

/** What the options ask for; undefined when they ask for nothing to be changed. */
function policyOf({ everyone, ownerOnly, allow }: AccessOptions): AccessPolicy | undefined {
  if (everyone) return { callers: 'everyone' };
  if (ownerOnly) return { callers: 'owner' };
  return allow && { callers: 'members', members: allow };
}

/** A version that never had a policy is everyone's to call. */
function open(error: unknown): { policy: AccessPolicy } {
  if (error instanceof LlmchainError && error.code === 'not_found') return { policy: { callers: 'everyone' } };
  throw error;
}

function callersOf(policy: AccessPolicy): string {
  if (policy.callers === 'everyone') return 'everyone';
  return policy.callers === 'owner'
    ? "its owner's callers alone"
    : `callers of ${policy.members.join(', ')} and its owner's`;
}

async function importModel(terminal: Terminal, file: string, { to, weights, label }: ImportOptions): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  const packaged = found || !Object.hasOwn(PACKAGED, file) ? undefined : PACKAGED[file];
  if (!found?.isFile() && !found?.isDirectory() && !packaged) {
    throw new LlmchainError('not_found', `There is no file or folder ${file}, and no model ${NAMES}. Check its path.`, {
      file,
    });
  }
  if (await stat(to).catch(() => undefined)) {
    throw new LlmchainError('conflict', `${to} is there already. Name another folder, or remove it.`, { folder: to });
  }
  const step = terminal.step('import');
  try {
    const imported = packaged
      ? await importFolder(await packaged.source(), to, { weights, label: packaged.label })
      : await importFolder(file, to, { weights, label });
    const files = await filesIn(to);
    step.done(`${files.length} files`);
    const bytes = files.reduce((sum, each) => sum + each.bytes, 0);
    const external = packaged && { external: packaged.external };
    terminal.result(
      { folder: to, files, ...imported, ...external },
      `${to} holds the model, ${Math.round(bytes / 1e6)} MB.`,
    );
  } catch (error) {
    step.fail(error);
    throw error;
  }
}
