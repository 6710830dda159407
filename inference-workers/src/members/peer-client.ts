import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { decodeJson, isErrorCode, LlmchainError, Opening } from '@llmchain/protocol';
import type { KnownMember, MemberDirectory } from './member-directory';

export interface PeerClientOptions {
  /** Own TLS certificate and key, PEM. */
  certificate: Buffer;
  key: Buffer;
  /** Silence after which a call has failed. */
  timeoutMs?: number;
}

/** Largest opening that is read into memory: bytes. */
const LIMIT = 32 * 1024 * 1024;

/** The API between members (`/peer/v1/…`), over mutual TLS. */
export class PeerClient {
  readonly #options: PeerClientOptions;
  readonly #directory: MemberDirectory;
  readonly #agents = new Map<string, Agent>();

  constructor(options: PeerClientOptions, dependencies: { directory: MemberDirectory }) {
    this.#options = options;
    this.#directory = dependencies.directory;
  }

  /**
   * Content by its SHA-256, as that member's server sends it: not checked.
   * @throws {LlmchainError} the server's code, or `unavailable`
   */
  content(member: string, sha256: string): Promise<IncomingMessage> {
    return this.#get(member, `/peer/v1/content/${sha256}`);
  }

  /** What opens a receipt's commitments. @throws {LlmchainError} the server's code, `unavailable`, `invalid_argument` */
  async opening(member: string, receiptId: string): Promise<Opening> {
    const body = await collect(await this.#get(member, `/peer/v1/openings/${receiptId}`));
    return decodeJson(Opening, body.toString('utf8'), 'opening');
  }

  /** Evidence of a fault by its digest, as its keeper sends it: not checked. @throws {LlmchainError} as {@link content} */
  async faultEvidence(member: string, sha256: string): Promise<Buffer> {
    return collect(await this.#get(member, `/peer/v1/faults/${sha256}`));
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  async #get(mspId: string, path: string): Promise<IncomingMessage> {
    const member = this.#directory.find(mspId);
    if (!member) throw new LlmchainError('not_found', `${mspId} is not a member. Check the configuration.`, { mspId });
    const timeout = this.#options.timeoutMs ?? 10_000;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const call = request(`${member.peerApi}${path}`, { agent: this.#agent(member), timeout }, resolve);
      call.on('timeout', () => call.destroy(new Error(`no word for ${timeout} ms`)));
      call.on('error', reject);
      call.end();
    }).catch((cause: unknown) => {
      throw unavailable(mspId, cause);
    });
    if (response.statusCode === 200) return response;
    const problem = await collect(response).catch(() => Buffer.alloc(0));
    throw refusal(mspId, response.statusCode ?? 0, problem.toString('utf8'));
  }

  #agent(member: KnownMember): Agent {
    let agent = this.#agents.get(member.mspId);
    if (!agent) {
      const { certificate, key } = this.#options;
      agent = new Agent({ keepAlive: true, maxSockets: 4, cert: certificate, key, ca: member.tlsRoot });
      this.#agents.set(member.mspId, agent);
    }
    return agent;
  }
}

function unavailable(member: string, cause: unknown): LlmchainError {
  return new LlmchainError('unavailable', `The gateway of ${member} did not answer. Try again.`, { member }, { cause });
}

function refusal(member: string, status: number, body: string): LlmchainError {
  let code: unknown;
  try {
    code = (JSON.parse(body) as { code?: unknown } | null)?.code;
  } catch {
    code = undefined;
  }
  return new LlmchainError(
    isErrorCode(code) ? code : status === 404 ? 'not_found' : 'unavailable',
    `The gateway of ${member} answered ${status}. Its log has the reason.`,
    { member, status },
  );
}

async function collect(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > LIMIT) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new LlmchainError('unavailable', 'A member ended its answer early. Try again.', {}, { cause });
  }
  if (size > LIMIT) throw new LlmchainError('too_large', `A member sent more than ${LIMIT} bytes.`, { limit: LIMIT });
  return Buffer.concat(chunks);
}
