import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A network between a client and a server that can be taken away and given back. */
export class TcpProxy {
  private readonly pairs = new Set<[Socket, Socket]>();
  /** `cut`: connections break, new ones are refused. `silent`: nothing gets through, and nobody is told. */
  private state: 'open' | 'cut' | 'silent' = 'open';

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
  ) {
    server.on('connection', (client) => this.join(client));
  }

  static async to(host: string, port: number): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, { host, port });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private join(client: Socket): void {
    if (this.state === 'cut') {
      client.destroy();
      return;
    }
    const server = connect(this.target);
    const pair: [Socket, Socket] = [client, server];
    this.pairs.add(pair);
    const end = (): void => {
      this.pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const [from, to] of [pair, [server, client] as const]) {
      from.on('error', end);
      from.on('close', end);
      from.on('data', (data) => this.state === 'open' && to.write(data));
    }
  }

  cut(): void {
    this.state = 'cut';
    this.breakAll();
  }

  silence(): void {
    this.state = 'silent';
  }

  /** What was silenced is broken: bytes of it are missing. */
  heal(): void {
    this.breakAll();
    this.state = 'open';
  }

  private breakAll(): void {
    for (const [client, server] of this.pairs) {
      client.destroy();
      server.destroy();
    }
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
