// A raw pipe as a peer: `node pipe.mjs UPSTREAM`. Every request is answered with what the upstream answers to its path, byte
// for byte; the line that it prints says on which port of the loopback it listens.
import { createServer, get } from 'node:http';

const [upstream] = process.argv.slice(2);
const server = createServer((request, response) => {
  get(`${upstream}${request.url}`, (answer) => answer.pipe(response));
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
