import type { Answer, Request } from '@llmchain/gateway-client';
import { Consortium } from '@llmchain/network';
import { LlmchainError } from '@llmchain/protocol';
import { memberNamed, membersOf, type MemberAccess } from '../consortium/members';
import type { Settings } from '../settings';
import type { Terminal } from '../terminal';

export interface KeyRequest {
  role: Request<'POST /v1/keys'>['body']['role'];
  name: string;
  /** Micro-credits of the prepaid session to open with it. */
  credits?: number | undefined;
}

/** Makes an API key, and with credits a session that it spends, paid from the member's treasury. */
export async function createKey(
  member: MemberAccess,
  { role, name, credits }: KeyRequest,
): Promise<Answer<'POST /v1/keys'>> {
  return member.admin.call('POST /v1/keys', { body: { role, name, ...(credits === undefined ? {} : { credits }) } });
}

export async function keyCreateCommand(
  settings: Settings,
  terminal: Terminal,
  options: KeyRequest & { member: string },
): Promise<void> {
  const member = memberNamed(await membersOf(settings.home), options.member);
  const { id, key } = await createKey(member, options);
  terminal.result(
    { id, key },
    `${key}\n\nThis key is shown once. Use it as: Authorization: Bearer KEY, at ${member.admin.url}`,
  );
}

/**
 * Takes an API key back: its gateway forgets it, its certificate is revoked, and the channel is told. What an earlier
 * attempt did not get to tell the channel is told now, also where the key is gone.
 */
export async function keyRevokeCommand(
  settings: Settings,
  terminal: Terminal,
  id: string,
  options: { member: string },
): Promise<void> {
  const member = memberNamed(await membersOf(settings.home), options.member);
  const { home, portBase } = settings;
  const consortium = new Consortium({ home, portBase, fabricBin: process.env.FABRIC_BIN }, { report: terminal });
  const gone = await goneFrom(member, id);
  const { revoked, published } = await consortium
    .revoke(member.name, gone === undefined ? id : undefined)
    .catch((error: unknown) => {
      if (gone !== undefined) throw gone;
      terminal.line(
        `Nobody can call with ${id} any more, but peers accept its certificate until "llmchain up" has run.`,
      );
      throw error;
    });
  if (gone !== undefined) throw gone;
  terminal.result(
    { id, revoked, published },
    `Nobody can call with ${id} any more, and no peer accepts its certificate: ${revoked} certificates of ${member.name} are refused in all.`,
  );
}

/** @returns why the gateway has no such key, if it has none @throws {LlmchainError} */
async function goneFrom(member: MemberAccess, id: string): Promise<LlmchainError | undefined> {
  try {
    await member.admin.call('DELETE /v1/keys/{id}', { params: { id } });
    return undefined;
  } catch (error) {
    if (error instanceof LlmchainError && error.code === 'not_found') return error;
    throw error;
  }
}
