import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { WORKER_SERVICE } from './worker-service';

export interface WorkerServerOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Own TLS certificate and key, PEM. */
  certificate: Buffer;
  key: Buffer;
  /** Roots of those who may call, PEM after PEM. */
  roots: Buffer;
}

/** Largest request: an input of a million characters in any script, escaped. */
const LARGEST_REQUEST = 16 * 1024 * 1024;

/** The gRPC server: mutual TLS, clients without a member's certificate are turned away in the handshake. */
export class WorkerServer {
  readonly #options: WorkerServerOptions;
  readonly #server: Server;

  constructor(options: WorkerServerOptions, dependencies: { service: UntypedServiceImplementation }) {
    this.#options = options;
    this.#server = new Server({ 'grpc.max_receive_message_length': LARGEST_REQUEST });
    this.#server.addService(WORKER_SERVICE, dependencies.service);
  }

  /** @returns the port it listens on */
  start(): Promise<number> {
    const { host, port, certificate, key, roots } = this.#options;
    const credentials = ServerCredentials.createSsl(roots, [{ cert_chain: certificate, private_key: key }], true);
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(`${host}:${port}`, credentials, (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
  }

  /** Lets running calls end for `grace` milliseconds, then cuts them off. */
  async stop(grace: number): Promise<void> {
    const timer = setTimeout(() => this.#server.forceShutdown(), grace);
    await new Promise<void>((resolve) => {
      this.#server.tryShutdown(() => resolve());
    });
    clearTimeout(timer);
  }
}
