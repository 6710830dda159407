import { readFile } from 'node:fs/promises';
import { LedgerClient, openConnection, type LedgerOptions } from '@llmchain/ledger-client';
import { decodeJson, GatewayConfig } from '@llmchain/protocol';

type Config = ReturnType<typeof GatewayConfig.parse>;
type Connection = ReturnType<typeof openConnection>;

const END = '-----END CERTIFICATE-----';

/** A member's peer, as its own gateway reaches it. */
export class Peer {
  readonly #config: Config;
  readonly #connection: Connection;
  readonly #clients: LedgerClient[] = [];

  private constructor(config: Config, connection: Connection) {
    this.#config = config;
    this.#connection = connection;
  }

  /** @param configFile the gateway's configuration */
  static async of(configFile: string): Promise<Peer> {
    const config = decodeJson(GatewayConfig, await readFile(configFile, 'utf8'), 'configuration');
    const { address, tlsRoot } = config.fabric.peer;
    return new Peer(config, openConnection({ address, tlsRoot: await readFile(tlsRoot) }));
  }

  /** The ledger in the gateway's own name. @param other another channel or chaincode than the consortium's own */
  async asService(other: { channel?: string; chaincode?: string } = {}): Promise<LedgerClient> {
    const { certificate, key } = this.#config.fabric.identity;
    return this.#client(await readFile(certificate), await readFile(key), other);
  }

  /**
   * The ledger in the name of whoever holds an API key.
   * @param key the key's id
   * @param attempts how often a transaction that lost a race is proposed
   */
  async as(key: string, attempts: number): Promise<LedgerClient> {
    const pem = await readFile(`${this.#config.authority.wallet}/${key}.pem`, 'utf8');
    const end = pem.indexOf(END) + END.length;
    return this.#client(Buffer.from(`${pem.slice(0, end)}\n`), Buffer.from(pem.slice(end).trimStart()), { attempts });
  }

  close(): void {
    for (const client of this.#clients) client.close();
    this.#connection.close();
  }

  #client(certificate: Buffer, privateKey: Buffer, options: Partial<LedgerOptions>): LedgerClient {
    const { channel, chaincode } = this.#config.consortium;
    const { mspId } = this.#config.fabric.identity;
    const identity = { mspId, certificate, privateKey };
    const client = new LedgerClient({ channel, chaincode, ...options }, this.#connection, identity);
    this.#clients.push(client);
    return client;
  }
}
