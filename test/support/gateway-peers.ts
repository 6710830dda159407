import { Readable } from 'node:stream';
import { LlmchainError, parseError, PrivateTerms } from '@llmchain/protocol';
import type { Peers } from '../../gateway/src/ports/peers';
import { PlacedReceipt } from '../../gateway/src/ports/receipts';

/** How a test says who calls a peer API, in place of a TLS certificate. */
export const NEIGHBOUR_HEADER = 'x-test-neighbour';

/** The other members' peer APIs over plain HTTP. @param urls by MSP id, read at each call */
export class TestPeers implements Peers {
  constructor(
    private readonly own: string,
    private readonly urls: ReadonlyMap<string, string>,
  ) {}

  async content(member: string, sha256: string): Promise<Readable> {
    return Readable.from([Buffer.from(await (await this.get(member, `/peer/v1/content/${sha256}`)).arrayBuffer())]);
  }

  async terms(member: string, licence: string): Promise<PrivateTerms> {
    return PrivateTerms.parse(await (await this.get(member, `/peer/v1/licences/${licence}/terms`)).json());
  }

  async receipt(member: string, id: string): Promise<PlacedReceipt> {
    return PlacedReceipt.parse(await (await this.get(member, `/peer/v1/receipts/${id}`)).json());
  }

  /** @throws {LlmchainError} what the other gateway said */
  async get(member: string, path: string): Promise<Response> {
    const url = this.urls.get(member);
    if (!url) throw new LlmchainError('unavailable', `${member} is away.`);
    const response = await fetch(url + path, { headers: { [NEIGHBOUR_HEADER]: this.own } });
    if (response.ok) return response;
    const problem = (await response.json()) as { detail: string };
    throw parseError(JSON.stringify({ ...problem, message: problem.detail })) ?? new Error(problem.detail);
  }
}
