import { isFree } from '../../network/src/processes/ports';

/** Below what systems give out for outgoing connections, so that none of those takes a port between its choice and its use. */
const FIRST = 10_240;
/** Each of jest's processes has ports of its own. */
const BLOCK = 1_500;
const BLOCKS = 8;

const block = FIRST + (Number(process.env.JEST_WORKER_ID ?? 0) % BLOCKS) * BLOCK;
let next = Math.floor(Math.random() * BLOCK);

/** A port on which nothing listens, and that no other test is given soon. @throws {RangeError} where all are taken */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < BLOCK; tries++) {
    const port = block + (next++ % BLOCK);
    if (await isFree(port)) return port;
  }
  throw new RangeError(`Something listens on every port from ${block} to ${block + BLOCK - 1}.`);
}
