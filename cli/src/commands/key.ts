import { z } from 'zod';
import { memberNamed, membersOf, type MemberAccess } from '../consortium/members';
import type { Settings } from '../settings';
import type { Terminal } from '../terminal';

export const CreatedKey = z.object({ id: z.string(), key: z.string(), session: z.string().optional() });

export interface KeyRequest {
  role: string;
  name: string;
  /** Micro-credits of the prepaid session to open with it. */
  credits?: number | undefined;
}

/** Makes an API key, and with credits a session that it spends, paid from the member's treasury. */
export async function createKey(
  member: MemberAccess,
  { role, name, credits }: KeyRequest,
): Promise<z.infer<typeof CreatedKey>> {
  return member.admin.post('/v1/keys', { role, name, ...(credits === undefined ? {} : { credits }) }, CreatedKey);
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
