import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { decodeJson, LlmchainError, parseError, PrivateTerms } from '@llmchain/protocol';
import type { Peers } from '../../ports/peers';
import { PlacedReceipt } from '../../ports/receipts';

/** A member's peer API, and the PEM of the TLS root that its certificate chains to. */
export interface PeerApi {
  mspId: string;
  url: string;
  tlsRoot: Buffer;
}

/** Longest silence on a connection, milliseconds. */
const SILENCE = 15_000;
/** Longest answer that is read as a whole. */
const ANSWER_LIMIT = 4 * 1024 * 1024;

/** The other members' gateways over HTTPS with mutual TLS. */
export class HttpsPeers implements Peers {
  readonly #peers: ReadonlyMap<string, { url: string; agent: Agent }>;

  /** @param dependencies.tls the gateway's own certificate and key, PEM */
  constructor(options: { peers: readonly PeerApi[] }, dependencies: { tls: { certificate: Buffer; key: Buffer } }) {
    const { certificate: cert, key } = dependencies.tls;
    this.#peers = new Map(
      options.peers.map(({ mspId, url, tlsRoot }) => [
        mspId,
        { url, agent: new Agent({ ca: tlsRoot, cert, key, keepAlive: true, maxSockets: 16 }) },
      ]),
    );
  }

  content(member: string, sha256: string): Promise<Readable> {
    return this.#get(member, `/peer/v1/content/${sha256}`);
  }

  async terms(member: string, licence: string): Promise<PrivateTerms> {
    const answer = await this.#get(member, `/peer/v1/licences/${encodeURIComponent(licence)}/terms`);
    return decodeJson(PrivateTerms, await textOf(answer), `answer of ${member}`);
  }

  async receipt(member: string, id: string): Promise<PlacedReceipt> {
    return decodeJson(
      PlacedReceipt,
      await textOf(await this.#get(member, `/peer/v1/receipts/${id}`)),
      `answer of ${member}`,
    );
  }

  close(): void {
    for (const { agent } of this.#peers.values()) agent.destroy();
  }

  async #get(member: string, path: string): Promise<IncomingMessage> {
    const peer = this.#peers.get(member);
    if (!peer) throw new LlmchainError('not_found', `${member} is not a member of this consortium.`, { member });
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const call = request(new URL(path, peer.url), { agent: peer.agent, timeout: SILENCE }, resolve);
      call.on('timeout', () => call.destroy(new Error('no answer in time')));
      call.on('error', (cause) =>
        reject(
          new LlmchainError(
            'unavailable',
            `The gateway of ${member} did not answer. Try again in a moment.`,
            { member },
            { cause },
          ),
        ),
      );
      call.end();
    });
    if (response.statusCode === 200) return response;
    const problem = await textOf(response);
    throw (
      fromProblem(problem) ??
      new LlmchainError('unavailable', `The gateway of ${member} answered ${response.statusCode ?? 0}.`, { member })
    );
  }
}

async function textOf(response: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).byteLength;
    if (bytes > ANSWER_LIMIT) throw new LlmchainError('too_large', 'The answer of another member is too long.');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Our errors as problem details: `detail` is the message. */
function fromProblem(text: string): LlmchainError | undefined {
  try {
    const problem = JSON.parse(text) as { detail?: unknown };
    return parseError(JSON.stringify({ ...problem, message: problem.detail }));
  } catch {
    return undefined;
  }
}
