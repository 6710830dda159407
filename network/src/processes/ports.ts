import net from 'node:net';
import { NetworkError } from '../errors';
import type { PortUse } from '../topology/process-names';
import { LISTEN_ADDRESS } from '../topology/topology';
import { portHolder } from './proc';

/**
 * Checks that every port can be listened on.
 * @throws {NetworkError} `port_taken` naming the first that cannot, its use and its holder
 */
export async function assertPortsFree(uses: readonly PortUse[]): Promise<void> {
  const taken = (await Promise.all(uses.map(async (use) => ((await isFree(use.port)) ? [] : [use])))).flat()[0];
  if (taken === undefined) return;
  const holder = portHolder(taken.port);
  const by =
    holder === undefined
      ? 'another program'
      : holder.pid === undefined
        ? "another user's program"
        : `process ${holder.pid} (${holder.command ?? 'unknown command'})`;
  throw new NetworkError(
    'port_taken',
    `port ${taken.port}, needed for ${taken.use} of ${taken.process}, is held by ${by}: stop it, or choose other ports with --port-base`,
    { ...taken, holder },
  );
}

/** Whether a server could listen on `port` of the loopback interface now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: LISTEN_ADDRESS, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Whether something accepts connections on `port`. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: LISTEN_ADDRESS, port });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(2000, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
