import { Consortium } from '@llmchain/network';
import { memberNamed, membersOf } from '../consortium/members';
import type { Settings } from '../settings';
import type { Terminal } from '../terminal';

/** Gives a member's orderer new keys and certificates, as when the old ones may have leaked. */
export async function ordererRenewCommand(
  settings: Settings,
  terminal: Terminal,
  options: { member: string },
): Promise<void> {
  const { name } = memberNamed(await membersOf(settings.home), options.member);
  const { home, portBase } = settings;
  const consortium = new Consortium({ home, portBase, fabricBin: process.env.FABRIC_BIN }, { report: terminal });
  await consortium.renewOrderer(name);
  terminal.result(
    { member: name, renewed: true },
    `The orderer of ${name} has new keys, and the channel knows it by them.`,
  );
}
