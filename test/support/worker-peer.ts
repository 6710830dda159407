import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { canonicalJson, sha256Hex, type Opening } from '@llmchain/protocol';

/** The API between members of one gateway, over mutual TLS: content by digest, openings by receipt. */
export class PeerServer {
  readonly contents = new Map<string, Uint8Array>();
  readonly openings = new Map<string, Opening>();
  readonly asked: string[] = [];
  readonly #server;

  constructor(tls: { certificate: string; key: string; roots: string }) {
    this.#server = createServer(
      { cert: tls.certificate, key: tls.key, ca: tls.roots, requestCert: true, rejectUnauthorized: true },
      (request, response) => {
        const [, kind, id] = /^\/peer\/v1\/(content|openings)\/([0-9a-f]{64})$/.exec(request.url ?? '') ?? [];
        this.asked.push(`${kind}/${id}`);
        const content = kind === 'content' ? this.contents.get(id!) : undefined;
        const opening = kind === 'openings' ? this.openings.get(id!) : undefined;
        if (content) response.end(content);
        else if (opening) response.end(canonicalJson(opening));
        else response.writeHead(404).end('{"code":"not_found"}');
      },
    );
  }

  /** @returns base address */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** @returns digest of what was added */
  add(content: Uint8Array | string): string {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const digest = sha256Hex(bytes);
    this.contents.set(digest, bytes);
    return digest;
  }
}
