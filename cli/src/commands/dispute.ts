import type { Dispute } from '@llmchain/protocol';
import { Option, type Command } from 'commander';
import { carryOut, type Common } from '../carry-out';
import { acting, addPerson, type ActingOptions } from '../consortium/person';
import { digestOf } from '../file-digest';
import { addSettings, type Settings } from '../settings';
import type { Terminal } from '../terminal';
import { digest, identifier } from '../values';

const CLAIMANT = { role: 'artist', administered: true } as const;

interface OpenOptions extends ActingOptions {
  work: string;
  grounds: Dispute['grounds'];
  evidence: string;
}

export function registerDispute(root: Command): void {
  const dispute = root.command('dispute').description('claims against the registration of a work');
  const add = (name: string, description: string): Command =>
    addSettings(dispute.command(name).description(description));
  addPerson(add('open', 'dispute a work: until the members decide, nobody may rely on it'), 'artist')
    .argument('<id>', 'a new name for it', identifier)
    .requiredOption('--work <sha256>', 'the work', digest)
    .addOption(
      new Option('--grounds <grounds>')
        .choices(['authorship', 'ownership', 'infringement', 'consent'])
        .makeOptionMandatory(),
    )
    .requiredOption('--evidence <file>', 'stays with you; its digest alone goes onto the ledger')
    .addHelpText(
      'after',
      '\nExample:\n  $ ./llmchain dispute open mine --member lab --as bob --work SHA256 --grounds authorship --evidence letter.pdf',
    )
    .action((id: string, options: Common & OpenOptions) =>
      carryOut(options, (settings, terminal) => open(settings, terminal, id, options)),
    );
  addPerson(add('drop', 'drop a dispute that you opened'), 'artist')
    .argument('<id>', 'the dispute', identifier)
    .addHelpText('after', '\nExample:\n  $ ./llmchain dispute drop mine --member lab --as bob')
    .action((id: string, options: Common & ActingOptions) =>
      carryOut(options, async (settings, terminal) => {
        const who = await acting(settings, terminal, options, CLAIMANT);
        const dropped = await who.api.call('POST /v1/disputes/{id}/drop', { params: { id } });
        await who.settle(dropped.block);
        terminal.result(dropped, `${id} is dropped.`);
      }),
    );
}

async function open(settings: Settings, terminal: Terminal, id: string, options: OpenOptions): Promise<void> {
  const { work, grounds } = options;
  const evidence = await digestOf(options.evidence);
  const who = await acting(settings, terminal, options, CLAIMANT);
  const opened = await who.api.call('POST /v1/disputes', { body: { dispute: id, work, grounds, evidence } });
  await who.settle(opened.block);
  terminal.result(
    opened,
    `${id} is open. Keep ${options.evidence} as it is; the members decide by a motion of the kind settleDispute.`,
  );
}
