import { contentOf } from './answers.js';
import { sampleEvent, type Answer, type Person, type TestSocket } from './convene.js';
import type { Acknowledged, Creation, Journal, SentChange } from './crash-journal.js';

/** A refusal that a writer has to reckon with. */
class Refused extends Error {
  override name = 'Refused';
}

/** The people, as the running process knows them. */
export interface Crew {
  owner: Person;
  editor: Person;
  /** Given a role and taken away again, all the time. */
  guest: Person;
  sockets: TestSocket[];
}

/** What everybody writes to. */
export interface Ground {
  /** Plain events in which owner and editor write. */
  events: string[];
  /** A daily series of {@link DAYS} days. */
  series: string;
}

const DAYS = 4000;
const BATCH = 6;
/** Edits of one socket under way at a time. */
const LANES = 6;

export async function layGround(owner: Person, editor: Person): Promise<Ground> {
  const all: string[] = [];
  for (let i = 0; i < 4; i += 1) {
    const recurrence = i === 3 ? { frequency: 'daily', count: DAYS } : null;
    const event = await owner.createEvent({ busy: false, recurrence });
    await owner.share(event, editor, 'editor');
    all.push(event.id);
  }
  return { events: all.slice(0, 3), series: all[3] ?? '' };
}

/** Many writers at full speed, until the process is gone. */
export class Load {
  private running = false;
  private writers: Promise<unknown>[] = [];
  private count = 0;
  private splitAt = DAYS - 10;

  constructor(
    private readonly crew: () => Crew,
    private readonly ground: Ground,
    private readonly journal: Journal,
    private readonly random: () => number,
  ) {}

  start(): void {
    this.running = true;
    const { sockets } = this.crew();
    const lanes = sockets.flatMap((_, i) =>
      Array.from({ length: LANES }, (__, lane) => () => this.change(this.edit(i, lane))),
    );
    this.writers = [
      ...lanes,
      () => this.change(this.restEdit('owner')),
      () => this.change(this.restEdit('editor')),
      () => this.change(this.rollback()),
      () => this.change(this.occurrence()),
      () => this.create(),
      () => this.giveRole(),
    ].map((write) => this.repeat(write));
  }

  /** Resolves once every writer has noticed that there is nobody to write to. */
  async end(): Promise<void> {
    this.running = false;
    await Promise.all(this.writers);
  }

  /** Sends a change, or sends it again, and writes down what is answered. */
  async change(sent: SentChange): Promise<void> {
    try {
      sent.acknowledged = await sent.send();
    } catch (error) {
      if (!(error instanceof Refused)) {
        throw error;
      }
      sent.refused = true;
    }
  }

  private async repeat(write: () => Promise<void>): Promise<void> {
    while (this.running) {
      try {
        await write();
      } catch (error) {
        if (error instanceof Failure) {
          this.journal.fault('failed', error.message);
        }
        return; // the process is gone
      }
    }
  }

  private any = <T>(list: readonly T[]): T => list[Math.floor(this.random() * list.length)] as T;

  /** No token begins another one. */
  private token(): string {
    this.count += 1;
    return `t${String(this.count).padStart(7, '0')}`;
  }

  private record(sent: SentChange): SentChange {
    this.journal.changes.push(sent);
    return sent;
  }

  private edit(socket: number, lane: number): SentChange {
    const [token, eventId] = [this.token(), this.any(this.ground.events)];
    const patch = [{ op: 'add', path: `/metadata/s${socket}l${lane}`, value: token }];
    const payload = { eventId, patch, changeId: token, note: token };
    const send = async (): Promise<Acknowledged> => {
      const answer = await this.crew().sockets[socket]?.ask('event:edit', payload);
      if (!answer.ok) {
        throw refusal(answer.problem);
      }
      return { version: answer.version, ...(answer.change && { patch: answer.change.patch }) };
    };
    return this.record({ token, eventId, send });
  }

  private restEdit(who: 'owner' | 'editor'): SentChange {
    const [token, eventId] = [this.token(), this.any(this.ground.events)];
    const base = this.random() < 0.3 ? this.lastAcknowledged(eventId) : undefined;
    const query = base === undefined ? '' : `?baseVersion=${base}`;
    const body = { description: `${who}\n${token}`, metadata: { [who]: token } };
    const send = async (): Promise<Acknowledged> =>
      acknowledged(await this.crew()[who].patch(`/api/events/${eventId}${query}`, body, headersOf(token)));
    return this.record({ token, eventId, send });
  }

  private rollback(): SentChange {
    const [token, eventId] = [this.token(), this.any(this.ground.events)];
    const target = Math.max(1, Math.floor(this.lastAcknowledged(eventId) * (1 - this.random() / 4)));
    const send = async (): Promise<Acknowledged> => {
      const options = { headers: headersOf(token) };
      const path = `/api/events/${eventId}/rollback/${target}`;
      return acknowledged(await this.crew().owner.post(path, undefined, options));
    };
    return this.record({ token, eventId, send, mayBeIdle: true });
  }

  /** An override, or now and then a split of the series, ever nearer to its beginning. */
  private occurrence(): SentChange {
    const [token, eventId] = [this.token(), this.ground.series];
    const splits = this.random() < 0.2 && this.splitAt > 60;
    if (splits) {
      this.splitAt -= 2;
    }
    const day = splits ? this.splitAt : Math.floor(this.random() * 50);
    const path = `/api/events/${eventId}/occurrences/${dayOf(day)}?scope=${splits ? 'following' : 'this'}`;
    const send = async (): Promise<Acknowledged> => {
      const answer = await this.crew().owner.patch(path, { title: token }, headersOf(token));
      return splits
        ? { version: acknowledged(answer).version, following: answer.body.following.id }
        : acknowledged(answer);
    };
    return this.record({ token, eventId, send, splits });
  }

  private lastAcknowledged(eventId: string): number {
    const last = this.journal.changes.findLast((one) => one.eventId === eventId && one.acknowledged);
    return last?.acknowledged?.version ?? 1;
  }

  private async create(): Promise<void> {
    const token = this.token();
    const titles = this.random() < 0.5 ? [token] : Array.from({ length: BATCH }, (_, i) => `${token}-${i}`);
    const creation: Creation = { titles };
    this.journal.creations.push(creation);
    const events = titles.map((title) => ({ ...sampleEvent, title, busy: false }));
    const answer =
      titles.length === 1
        ? await this.crew().owner.post('/api/events?conflicts=ignore', events[0])
        : await this.crew().owner.post('/api/events/batch?conflicts=ignore', { events, atomic: true });
    if (answer.status !== 201) {
      throw new Failure(`creating: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    const made: any[] =
      titles.length === 1 ? [answer.body] : answer.body.results.map(({ event }: any) => event);
    creation.acknowledged = new Map(made.map(({ title, id }) => [title, id]));
  }

  private async giveRole(): Promise<void> {
    const eventId = this.any(this.ground.events);
    const given = this.journal.roles.get(eventId) ?? [];
    this.journal.roles.set(eventId, given);
    given.push(([null, 'viewer', 'editor'] as const)[(given.length + 1) % 3] ?? null);
    await this.sendRole(eventId);
  }

  /** Makes the last role true, which it may be already. */
  async sendRole(eventId: string): Promise<void> {
    const { owner, guest } = this.crew();
    const role = this.journal.roles.get(eventId)?.at(-1);
    const url = `/api/events/${eventId}`;
    const answer = await (role === null
      ? owner.delete(`${url}/permissions/${guest.id}`)
      : role === 'viewer'
        ? owner.post(`${url}/share`, { userId: guest.id, role })
        : owner.put(`${url}/permissions/${guest.id}`, { role }));
    if (![200, 204].includes(answer.status) && !(role === null && answer.status === 404)) {
      throw new Failure(`giving a role: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
  }
}

/** An answer that no writer should get. */
class Failure extends Error {
  override name = 'Failure';
}

const headersOf = (token: string): Record<string, string> => ({ 'Edit-Id': token, 'Edit-Note': token });

function acknowledged({ status, body }: Answer): Acknowledged {
  if (status >= 400) {
    throw refusal(body);
  }
  const event = body.following ? body.event : body;
  return { version: event.version, content: contentOf(event) };
}

const refusal = (problem: any): Error =>
  problem.code === 'edit-conflict' ? new Refused() : new Failure(JSON.stringify(problem));

const dayOf = (day: number): string =>
  new Date(Date.parse(sampleEvent.start) + day * 86_400_000).toISOString().slice(0, 19);
