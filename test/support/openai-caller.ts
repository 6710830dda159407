import OpenAI, { APIError } from 'openai';
import type { TestMember } from './gateway-member';

/** Someone who asks a member's gateway through OpenAI's client. */
export interface OpenAiCaller {
  client: OpenAI;
  session: string;
  key: string;
}

/** @param credits that its session has, micro-credits */
export async function openAiCaller(member: TestMember, credits = 1_000_000): Promise<OpenAiCaller> {
  const { key, actor } = await member.key('caller', 'reader', credits);
  const client = new OpenAI({ baseURL: `${member.url}/v1`, apiKey: key, maxRetries: 0 });
  return { client, session: actor.session!, key };
}

/** What a call failed with. @throws {Error} when it did not, or otherwise */
export async function failing(call: Promise<unknown>): Promise<APIError> {
  const error: unknown = await call.then(
    () => new Error('the call did not fail'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof APIError) return error;
  throw error;
}
