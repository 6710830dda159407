import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { NetworkError } from '../errors';
import type { Layout } from '../topology/layout';
import { address, type Member, type Topology } from '../topology/topology';
import { request, type HttpAnswer, type HttpRequest } from './http';

const ChannelInfo = z.object({ status: z.string(), consensusRelation: z.string(), height: z.number() });

/** An orderer's channel participation API (what `osnadmin channel` speaks), over mutual TLS. */
export class ChannelParticipation {
  constructor(
    private readonly options: { readonly topology: Topology; readonly member: Member },
    private readonly dependencies: { readonly layout: Layout },
  ) {}

  /** Whether the orderer is an active consenter of the channel. */
  async isActive(): Promise<boolean> {
    const info = await this.#info();
    return info?.status === 'active' && info.consensusRelation === 'consenter';
  }

  /** Number of blocks that the orderer has; `undefined` where it has not joined the channel. */
  async height(): Promise<number | undefined> {
    return (await this.#info())?.height;
  }

  /**
   * Joins the channel by its first block, unless the orderer has joined before.
   * @throws {NetworkError} `command_failed`
   */
  async join(genesis: Uint8Array): Promise<void> {
    const { topology, member } = this.options;
    if ((await this.#call(`/${topology.channel}`)).status === 200) return;
    const boundary = randomBytes(16).toString('hex');
    const body = Buffer.concat([
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="config-block"; filename="config.block"\r\nContent-Type: application/octet-stream\r\n\r\n`,
      ),
      genesis,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    const headers = { 'Content-Type': `multipart/form-data; boundary=${boundary}`, 'Content-Length': body.length };
    const answer = await this.#call('', { method: 'POST', headers, body });
    if (answer.status !== 201)
      throw new NetworkError(
        'command_failed',
        `the orderer of ${member.name} refused to join the channel: ${answer.body}`,
        {
          status: answer.status,
        },
      );
  }

  async #info(): Promise<z.infer<typeof ChannelInfo> | undefined> {
    const answer = await this.#call(`/${this.options.topology.channel}`);
    return answer.status === 200 ? ChannelInfo.parse(JSON.parse(answer.body)) : undefined;
  }

  async #call(path: string, options: HttpRequest = {}): Promise<HttpAnswer> {
    const { member } = this.options;
    const files = this.dependencies.layout.member(member.name);
    const [ca, cert, key] = await Promise.all(
      [files.tlsCa.certificate, files.tls.admin.certificate, files.tls.admin.key].map((file) => readFile(file, 'utf8')),
    );
    const url = `https://${address(member.ports.ordererAdmin)}/participation/v1/channels${path}`;
    return request(url, { ...options, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) });
  }
}
