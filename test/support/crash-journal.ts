import { isDeepStrictEqual } from 'node:util';
import jsonPatch from 'fast-json-patch';
import { contentOf } from './answers.js';
import type { Person } from './convene.js';

/** What an acknowledgement said. */
export interface Acknowledged {
  version: number;
  /** Over a socket. */
  patch?: unknown;
  /** Over REST. */
  content?: Record<string, unknown>;
  /** The other half of a series that was split. */
  following?: string;
}

/** One change of an event that can be found again: its token is its changeId and its note. */
export interface SentChange {
  token: string;
  eventId: string;
  /** Sends it, or sends it again. */
  send(): Promise<Acknowledged>;
  /** It may have found nothing to change. */
  mayBeIdle?: boolean;
  /** It makes a second event, whose title is the token. */
  splits?: boolean;
  acknowledged?: Acknowledged;
  refused?: boolean;
}

/** Events of a writer's, created in one request. */
export interface Creation {
  titles: string[];
  /** By title. */
  acknowledged?: Map<string, string>;
}

export type FaultKind = 'lost' | 'doubled' | 'gap' | 'differs' | 'torn' | 'invented' | 'failed';
type Content = Record<string, unknown>;

/** The log of an event as it was read, and what replaying it has come to. */
interface Known {
  entries: any[];
  content: Content;
  /** Versions by token. */
  versions: Map<string, number[]>;
}

/** How many entries are read a second time after a crash: those before it are to be as they were. */
const OVERLAP = 100;

/** Everything that was sent and answered over all rounds, and what the server must therefore have. */
export class Journal {
  readonly changes: SentChange[] = [];
  readonly creations: Creation[] = [];
  /** By event: the roles that the guest was given one after the other; null: removed. */
  readonly roles = new Map<string, (string | null)[]>();
  /** What was broadcast before the crash. */
  readonly told: any[] = [];
  readonly faults: string[] = [];
  readonly counts: Partial<Record<FaultKind, number>> = {};
  private readonly known = new Map<string, Known>();
  private readonly seen = new Set<string>();

  constructor(readonly eventIds: string[]) {}

  /** What was sent and has no answer. */
  open = (): SentChange[] => this.changes.filter((one) => !one.acknowledged && !one.refused);

  fault(kind: FaultKind, what: string): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    this.faults.push(`${kind}: ${what}`);
  }

  /** Reads what is there, and compares it with what was answered. @param all every log from its first entry */
  async check(owner: Person, guest: Person, all = false): Promise<void> {
    for (const id of this.eventIds) {
      await this.checkLog(owner, id, all);
      this.checkRoles(id, guest.id);
    }
    this.changes.forEach((change) => this.checkChange(change));
    this.told.splice(0).forEach((change) => this.checkTold(change));
    await this.checkCreations(owner);
  }

  /** The versions of the log that a change made; by the newest reading. */
  versionsOf = ({ eventId, token }: SentChange): number[] =>
    this.known.get(eventId)?.versions.get(token) ?? [];

  private async checkLog(owner: Person, id: string, all: boolean): Promise<void> {
    const known = this.known.get(id) ?? { entries: [], content: {}, versions: new Map() };
    this.known.set(id, known);
    const from = all ? 1 : Math.max(1, known.entries.length - OVERLAP);
    const entries = await logOf(owner, id, from);
    const answered = this.answersOf(id);
    const before = known.entries.length;
    entries.forEach((entry, i) => {
      const version = from + i;
      if (entry.version !== version) {
        this.fault('gap', `${id}: version ${entry.version} stands where ${version} should`);
      } else if (version > known.entries.length) {
        append(known, entry);
        answered.get(version)?.forEach((change) => this.checkAnswer(change, known));
      } else if (!isDeepStrictEqual(entry, known.entries[version - 1])) {
        this.fault('differs', `${id}: version ${version} is not what it was`);
      }
    });
    if (from + entries.length - 1 < before) {
      this.fault('lost', `${id}: the log ended with ${before} and ends with ${from + entries.length - 1}`);
    }
    await this.checkContent(owner, id, known, all);
  }

  private async checkContent(owner: Person, id: string, known: Known, all: boolean): Promise<void> {
    const { body: event } = await owner.get(`/api/events/${id}`);
    const { body: last } = await owner.get(`/api/events/${id}/history/${known.entries.length}`);
    const replayed = all ? replay(known.entries) : known.content;
    const same = [contentOf(event), last.content].every((content) => isDeepStrictEqual(content, replayed));
    if (!same || event.version !== known.entries.length) {
      this.fault('differs', `${id}: version ${event.version} is not what its log makes of it`);
    }
  }

  private answersOf(id: string): Map<number, SentChange[]> {
    const mine = this.changes.filter(({ eventId, acknowledged }) => eventId === id && acknowledged);
    return grouped(mine, ({ acknowledged }) => acknowledged?.version ?? 0);
  }

  /** An answer beside the entry of its version, which has just been replayed. */
  private checkAnswer({ token, acknowledged }: SentChange, { content, entries }: Known): void {
    const { patch, content: answered } = acknowledged ?? {};
    if (answered !== undefined && !isDeepStrictEqual(answered, content)) {
      this.fault('differs', `${token} was answered with another content than its version has`);
    }
    if (patch !== undefined && !isDeepStrictEqual(patch, entries.at(-1).patch)) {
      this.fault('differs', `${token} was answered with another patch than its entry has`);
    }
  }

  private checkChange(change: SentChange): void {
    const { token, acknowledged, refused, mayBeIdle } = change;
    const versions = this.versionsOf(change);
    if (versions.length > 1) {
      this.fault('doubled', `${token} made the versions ${versions.join()}`);
    }
    if (refused && versions.length > 0) {
      this.fault('invented', `${token} was refused and made version ${versions.join()}`);
    }
    if (acknowledged && !versions.includes(acknowledged.version) && !(mayBeIdle && versions.length === 0)) {
      this.fault('lost', `${token} was to be version ${acknowledged.version}, not [${versions.join()}]`);
    }
  }

  /** The guest's entries are the roles in order; the last may not have come to be yet. */
  private checkRoles(id: string, guestId: string): void {
    const sent = this.roles.get(id) ?? [];
    const entries = this.known.get(id)?.entries ?? [];
    const stored = entries.flatMap(({ membership }) =>
      membership?.userId === guestId ? membership.role : [],
    );
    const differs = stored.some((role, i) => role !== sent[i]);
    if (differs || stored.length > sent.length || stored.length < sent.length - 1) {
      this.fault('lost', `${id}: roles ${stored.slice(-3).join()} where ${sent.slice(-3).join()} were given`);
    }
  }

  private checkTold(change: any): void {
    const entry = this.known.get(change.eventId)?.entries[change.version - 1];
    if (!entry || entry.at !== change.at || !isDeepStrictEqual(entry.patch, change.patch)) {
      this.fault('invented', `${change.eventId}: version ${change.version} was broadcast and is not stored`);
    }
  }

  private async checkCreations(owner: Person): Promise<void> {
    const events = await pages(owner, '/api/events');
    const byTitle = grouped(events, ({ title }) => title as string);
    this.creations.forEach((creation) => this.checkCreation(creation, byTitle));
    for (const change of this.changes.filter(({ splits }) => splits)) {
      const tails = byTitle.get(change.token)?.length ?? 0;
      if (tails !== this.versionsOf(change).length) {
        this.fault(
          'torn',
          `${change.token} split the series ${this.versionsOf(change).length} times: ${tails}`,
        );
      }
    }
    for (const event of events.filter(({ id }) => !this.eventIds.includes(id) && !this.seen.has(id))) {
      this.seen.add(event.id);
      await this.checkNewEvent(owner, event);
    }
  }

  private checkCreation({ titles, acknowledged }: Creation, byTitle: Map<string, any[]>): void {
    const found = titles.map((title) => byTitle.get(title) ?? []);
    const there = found.filter((events) => events.length > 0).length;
    if (found.some((events) => events.length > 1)) {
      this.fault(
        'doubled',
        `${titles[0]} was created ${Math.max(...found.map(({ length }) => length))} times`,
      );
    }
    if (there > 0 && there < titles.length) {
      this.fault('torn', `of the batch ${titles[0]} there are ${there}`);
    }
    if (acknowledged && found.some(([event], i) => event?.id !== acknowledged.get(titles[i] ?? ''))) {
      this.fault('lost', `${titles[0]} was created and is not there`);
    }
  }

  private async checkNewEvent(owner: Person, event: any): Promise<void> {
    const whole = await owner.get(`/api/events/${event.id}`);
    const entries = whole.status === 200 ? await logOf(owner, event.id, 1) : [];
    const isWhole = entries.length === 1 && isDeepStrictEqual(replay(entries), contentOf(whole.body));
    if (!isWhole) {
      this.fault('torn', `the new event ${event.id} has ${entries.length} entries`);
    }
  }
}

function append(known: Known, entry: any): void {
  known.entries.push(entry);
  known.content = applied(known.content, entry.patch);
  if (typeof entry.note === 'string') {
    const [token = ''] = entry.note.split(' '); // behind it the server may have said something of its own
    known.versions.set(token, [...(known.versions.get(token) ?? []), entry.version]);
  }
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  items.forEach((item) => groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]));
  return groups;
}

/** What a patch makes of a content, by somebody else's RFC 6902. */
const applied = (content: Content, patch: any): Content =>
  jsonPatch.applyPatch(content, JSON.parse(JSON.stringify(patch)), true, false).newDocument;

const replay = (entries: any[]): Content =>
  entries.reduce((content, { patch }) => applied(content, patch), {});

/** The entries of a log from a version on, oldest first. */
async function logOf(person: Person, id: string, from: number): Promise<any[]> {
  const entries = await pages(person, `/api/events/${id}/history`, ({ version }) => version <= from);
  return entries.filter(({ version }) => version >= from).reverse();
}

/** The items of a list, page by page, until one of them is enough. */
async function pages(person: Person, path: string, enough = (_item: any): boolean => false): Promise<any[]> {
  const items: any[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { status, body }: any = await person.get(`${path}?limit=200${cursor && `&cursor=${cursor}`}`);
    if (status !== 200) {
      throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    }
    items.push(...body.items);
    cursor = body.items.some(enough) ? null : body.nextCursor;
  }
  return items;
}
