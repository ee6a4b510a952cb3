import { connect } from 'node:net';

/** What came back on a connection. */
export interface WireAnswer {
  text: string;
  /** Whether the server has closed it. */
  closed: boolean;
}

export interface WireOptions {
  /** Sent after the first part, one every `everyMs`. */
  drops?: readonly string[];
  everyMs?: number;
  /** How long an answer is waited for; less where it is `enough`. */
  waitMs?: number;
  enough?: (text: string) => boolean;
}

/** Sends bytes over a connection of its own, each character one of them, and gathers what comes back until it ends. */
export function exchange(url: string, bytes: string, options: WireOptions = {}): Promise<WireAnswer> {
  const { drops = [], everyMs = 20, waitMs = 5_000, enough = () => false } = options;
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let text = '';
    const left = [...drops];
    const dripping = setInterval(() => {
      const next = left.shift();
      if (next !== undefined && socket.writable) {
        socket.write(next, 'latin1');
      }
    }, everyMs);
    const end = (closed: boolean): void => {
      clearInterval(dripping);
      clearTimeout(late);
      socket.destroy();
      resolve({ text, closed });
    };
    const late = setTimeout(() => end(false), waitMs);
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1');
      if (enough(text)) {
        end(false);
      }
    });
    socket.once('close', () => end(true));
    // What the server refuses to read on, it resets: its answer has come before.
    socket.on('error', () => undefined);
    socket.write(bytes, 'latin1');
  });
}

/** The answers in what came back: of each the status, and the body as JSON where it is. */
export function answersIn(text: string): { status: number; head: string; body: any }[] {
  const heads = [...text.matchAll(/HTTP\/1\.1 (\d{3})[^]*?\r\n\r\n/g)].filter(
    ([, status]) => status !== '100',
  );
  return heads.map((match) => {
    const [head, status] = match;
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? text.length);
    const start = match.index + head.length;
    const body = text.slice(start, start + length);
    return { status: Number(status), head, body: /json/i.test(head) ? (JSON.parse(body) as unknown) : body };
  });
}
