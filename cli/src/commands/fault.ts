import { MspId } from '@llmchain/protocol';
import { InvalidArgumentError, type Command } from 'commander';
import { carryOut, type Common } from '../carry-out';
import { gathered } from '../consortium/pages';
import { acting, addPerson, type ActingOptions } from '../consortium/person';
import { addSettings } from '../settings';
import { digest } from '../values';

const AUDITOR = { role: 'auditor', administered: true } as const;

interface Place {
  producer: string;
  sequence: number;
  receipt: string;
}

/** `ComputeMSP/7/<receipt>`, as `fault list` prints it. */
function place(text: string): Place {
  const [producer = '', sequence = '', receipt = '', ...more] = text.split('/');
  if (!MspId.safeParse(producer).success || !/^[1-9]\d{0,9}$/.test(sequence) || more.length > 0)
    throw new InvalidArgumentError('It must be <producer>/<sequence>/<receipt>, such as ComputeMSP/7/9f86….');
  return { producer, sequence: Number(sequence), receipt: digest(receipt) };
}

export function registerFault(root: Command): void {
  const fault = root
    .command('fault')
    .description('receipts that verifiers found false, and what they cost their workers');
  const add = (name: string, description: string): Command =>
    addPerson(addSettings(fault.command(name).description(description)), 'auditor');
  add('list', 'every fault on the ledger')
    .addHelpText('after', '\nExample:\n  $ ./llmchain fault list --member guild')
    .action((options: Common & ActingOptions) =>
      carryOut(options, async (settings, terminal) => {
        const { api } = await acting(settings, terminal, options, AUDITOR);
        const { data } = await gathered(10_000, (limit, after) =>
          api.call('GET /v1/faults', { query: { limit, after } }),
        );
        const lines = data.map(
          ({ batch, id, reason, worker, refund, slashed }) =>
            `${batch}/${id}  ${reason} by ${worker}: ${refund} refunded, ${slashed} slashed`,
        );
        terminal.result({ faults: data }, lines.join('\n') || 'No fault was found.');
      }),
    );
  add('rerun', 'have this member’s verifier re-execute the receipt, and say what it sees')
    .argument('<fault>', '<producer>/<sequence>/<receipt>', place)
    .addHelpText('after', '\nExample:\n  $ ./llmchain fault rerun ComputeMSP/7/9f86d0… --member archive')
    .action((params: Place, options: Common & ActingOptions) =>
      carryOut(options, async (settings, terminal) => {
        const { api, member } = await acting(settings, terminal, options, AUDITOR);
        const path = 'POST /v1/batches/{producer}/{sequence}/receipts/{receipt}/rerun';
        const verdict = await api.call(path, { params });
        const says = verdict.verdict === 'reject' ? `finds ${verdict.reason ?? 'a fault'}` : 'finds nothing wrong';
        terminal.result(verdict, `The verifier of ${member.name} ${says}.`);
      }),
    );
  add('report', 'report a receipt that this member’s verifier finds false')
    .argument('<receipt>', '<producer>/<sequence>/<receipt>', place)
    .addHelpText('after', '\nExample:\n  $ ./llmchain fault report ComputeMSP/7/9f86d0… --member archive')
    .action((params: Place, options: Common & ActingOptions) =>
      carryOut(options, async (settings, terminal) => {
        const { api, settle } = await acting(settings, terminal, options, AUDITOR);
        const path = 'POST /v1/batches/{producer}/{sequence}/receipts/{receipt}/fault';
        const reported = await api.call(path, { params });
        await settle(reported.block);
        const { reason, worker, refund, slashed } = reported;
        terminal.result(reported, `${reason}: ${refund} refunded, ${slashed} slashed from the stake of ${worker}.`);
      }),
    );
}
