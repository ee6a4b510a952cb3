import { connect, createServer } from 'node:net';

/**
 * A proxy in front of several processes: each new connection goes to the next one that lives, and is closed when that
 * one goes.
 *
 * @param {() => number[]} living the ports on 127.0.0.1 of those that are known to live
 */
export async function startBalancer(living) {
  let turn = 0;
  /** @type {Set<import('node:net').Socket>} */
  const open = new Set();

  /** @param {import('node:net').Socket} client @param {number[]} ports where to try, in this order */
  const forward = (client, [port, ...others]) => {
    if (port === undefined || client.destroyed) {
      client.destroy();
      return;
    }
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    let connected = false;
    server.once('connect', () => {
      connected = true;
      client.pipe(server).pipe(client);
    });
    // A connection that was made and breaks is the client's to make again; one that was refused is not.
    server.on('error', () => connected || forward(client, others));
    server.once('close', () => connected && client.destroy());
    client.once('close', () => server.destroy());
  };

  const proxy = createServer({ noDelay: true }, (client) => {
    open.add(client);
    client.once('close', () => open.delete(client));
    client.on('error', () => client.destroy());
    const ports = living();
    turn += 1;
    forward(
      client,
      ports.map((_, i) => ports[(turn + i) % ports.length] ?? 0),
    );
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (proxy.address());

  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      proxy.close();
      open.forEach((client) => client.destroy());
    },
  };
}
