import { Agent, request as send } from 'node:http';
import { isAsDocumented } from '../conformity.js';
import { PASSWORD, sampleEvent, type Answer, type Convene, type Person } from '../convene.js';
import type { HostileRequest } from './requests.js';

/** What nobody but its owner may ever see. */
export const SECRET = 'canary-5d2c9f71';

/** The longest that an answer may take, in milliseconds. */
const SLOW_MS = 2_000;
/** People who have met this many requests make room for others: what they have would slow everybody down lawfully. */
const PEOPLE_LAST = 1_500;

/** People with events among them, and one apart, of whom nobody may learn or change anything. */
export class Town {
  readonly statuses = new Map<number, number>();
  slowest = { ms: 0, what: '' };
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 });
  private people: Person[] = [];
  private events: string[] = [];
  private cursor = '';
  private sent = 0;
  private moving: Promise<void> | undefined;
  private canary: { person: Person; id: string; before: unknown } | undefined;

  constructor(private readonly convene: Convene) {}

  async open(): Promise<void> {
    const person = await this.convene.person({ name: SECRET });
    const { id } = await person.createEvent({
      title: SECRET,
      description: SECRET,
      tags: [SECRET],
      metadata: { [SECRET]: SECRET },
    });
    this.canary = { person, id, before: await this.lookAtCanary(person, id) };
    await this.settle();
  }

  close(): void {
    this.agent.destroy();
  }

  get user(): Person {
    return this.people[0] as Person;
  }
  get eventIds(): readonly string[] {
    return this.events;
  }

  private readonly lookAtCanary = async (person: Person, id: string): Promise<unknown> =>
    Promise.all(
      [`/api/events/${id}`, `/api/events/${id}/history`, `/api/events/${id}/permissions`, '/api/auth/me'].map(
        async (path) => (await person.get(path)).body,
      ),
    );

  /** @throws where the canary has changed, or objects have got what they were not made with */
  async check(): Promise<void> {
    const { person, id, before } = this.canary as NonNullable<typeof this.canary>;
    const now = await this.lookAtCanary(person, id);
    const isPolluted = [{}, [], ''].some((one) => 'polluted' in Object(one));
    if (
      JSON.stringify(now) !== JSON.stringify(before) ||
      isPolluted ||
      Object.keys(Object.prototype).length > 0
    ) {
      throw new Error(`the canary has changed, or a prototype: ${JSON.stringify(now).slice(0, 2_000)}`);
    }
  }

  /** New people, with events that they share. */
  private async settle(): Promise<void> {
    const people = await Promise.all([1, 2, 3].map(() => this.convene.person()));
    const events: string[] = [];
    for (const person of people) {
      for (const fields of [
        { recurrence: 'FREQ=DAILY', metadata: { a: { b: 1 } } },
        { description: 'one\ntwo\nthree', tags: ['x'] },
      ]) {
        const event = await person.createEvent({ ...sampleEvent, ...fields });
        for (const other of people.filter((one) => one !== person)) {
          await person.share(event, other, 'editor');
        }
        events.push(event.id as string);
      }
    }
    Object.assign(this, { people, events, sent: 0 });
  }

  /** The request with its names filled in. */
  fill(text: string): string {
    return text.replace(/@@(\w+?)(\d+)@@/g, (whole, kind: string, n: string) => {
      const person = this.people[Number(n) % this.people.length] as Person;
      const values: Record<string, string | undefined> = {
        event: this.events[Number(n) % this.events.length],
        user: person.id,
        email: person.user.email,
        username: person.user.username,
        session: '0'.repeat(24),
        refresh: person.tokens?.refreshToken,
        password: PASSWORD,
        version: String(Number(n) + 1),
        cursor: this.cursor || 'x',
        token: person.tokens?.accessToken,
        canary: this.canary?.id,
        CANARY: this.canary?.id.toUpperCase(),
      };
      return values[kind] ?? whole;
    });
  }

  /** Sends a request and looks at the answer; says what is wrong with it, if anything. */
  async ask(hostile: HostileRequest): Promise<string | null> {
    this.sent += 1;
    const person = hostile.who < 0 ? undefined : this.people[hostile.who % this.people.length];
    const [path, body] = [
      this.fill(hostile.path),
      hostile.body === undefined ? undefined : this.fill(hostile.body),
    ];
    const headers = {
      ...(person?.tokens && { Authorization: `Bearer ${person.tokens.accessToken}` }),
      ...hostile.headers,
    };
    const filled = { method: hostile.method, path, headers, body };
    const what = `${hostile.method} ${path.slice(0, 300)} ${JSON.stringify(hostile.headers).slice(0, 400)} ${(body ?? '').slice(0, 600)}`;
    try {
      const first = await this.exchange(filled);
      let { ms } = first;
      for (let again = 0; again < 2 && ms > SLOW_MS; again += 1) {
        ms = Math.min(ms, (await this.exchange(filled)).ms);
      }
      this.note(first.answer, ms, what);
      this.judge(filled, first.answer, ms);
      await this.follow(first.answer, person);
      return null;
    } catch (error) {
      return `${(error as Error).message.slice(0, 1_500)}\n  asked: ${what}`;
    }
  }

  private note({ status, body }: Answer, ms: number, what: string): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (ms > this.slowest.ms) {
      this.slowest = { ms, what: what.slice(0, 200) };
    }
    if (typeof body?.nextCursor === 'string') {
      this.cursor = body.nextCursor as string;
    }
  }

  private judge({ method, path }: { method: string; path: string }, answer: Answer, ms: number): void {
    const told = JSON.stringify(answer.body ?? null);
    const { status, headers } = answer;
    if (status >= 500) {
      throw new Error(`${status} ${told.slice(0, 500)}`);
    }
    if (ms > SLOW_MS) {
      throw new Error(`it took ${Math.round(ms)} ms, three times`);
    }
    if (told.includes(SECRET)) {
      throw new Error(`somebody else's event is in ${told.slice(0, 500)}`);
    }
    if (status >= 400 && !/^application\/problem\+json\b/.test(headers.get('Content-Type') ?? '')) {
      throw new Error(`${status} is no problem: ${told.slice(0, 300)}`);
    }
    // What a URL takes for steps up and down the server takes for names.
    const [pathname = ''] = path.split('?');
    if (status !== 431 && new URL(path, 'http://convene.test').pathname === pathname) {
      isAsDocumented({ method, path: pathname }, answer);
    }
  }

  /** Events that came to be are used from now on; people who lost their session, or have too much, are replaced. */
  private async follow({ status, body }: Answer, person: Person | undefined): Promise<void> {
    if (status === 201 && typeof body?.id === 'string' && body.version !== undefined) {
      this.events.push(body.id as string);
      this.events.splice(0, Math.max(0, this.events.length - 12));
    }
    const lost = person && this.people.includes(person) && (status === 401 || status === 204);
    if (this.sent >= PEOPLE_LAST || (lost && (await person.get('/api/auth/me')).status !== 200)) {
      this.moving ??= this.settle().finally(() => (this.moving = undefined));
      await this.moving;
    } else if (this.sent % 150 === 0) {
      const event = await person?.post('/api/events', { ...sampleEvent, recurrence: 'FREQ=DAILY' });
      this.events.push(...(event?.status === 201 ? [event.body.id as string] : []));
    }
  }

  private exchange({
    method,
    path,
    headers,
    body,
  }: {
    method: string;
    path: string;
    headers: Record<string, string>;
    body: string | undefined;
  }): Promise<{ answer: Answer; ms: number }> {
    const started = performance.now();
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(this.convene.url);
      // Node's client sends the body of a GET without its length: its bytes would be the next request.
      const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
      const outgoing = send({
        agent: this.agent,
        hostname,
        port,
        method,
        path,
        headers: { ...headers, ...length },
      });
      outgoing.setTimeout(30_000, () => outgoing.destroy(new Error('no answer within 30 s')));
      outgoing.once('error', (error: Error & { rawPacket?: Buffer }) => {
        // What is no answer of HTTP is shown.
        const packet = error.rawPacket?.toString('latin1').slice(0, 600);
        reject(packet === undefined ? error : new Error(`${error.message}: ${packet}`));
      });
      outgoing.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString();
          const type = response.headers['content-type'] ?? '';
          const answer = {
            status: response.statusCode ?? 0,
            headers: new Headers(
              Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
            ),
            body: type.includes('json') && text !== '' ? (JSON.parse(text) as unknown) : text,
          };
          resolve({ answer, ms: performance.now() - started });
        });
      });
      outgoing.end(body === undefined ? undefined : Buffer.from(body));
    });
  }
}
