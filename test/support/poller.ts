import { expect } from '@jest/globals';
import type { Person } from './convene.js';

/** What one answer has told, by the events' ids. */
export interface Told {
  events: string[];
  removed: string[];
}

/** Somebody who keeps a copy of their events by asking now and then. */
export class Poller {
  readonly copy = new Map<string, any>();
  /** null: it has not asked yet. */
  token: string | null = null;
  hasMore = true;

  constructor(readonly person: Person) {}

  /** One page. */
  async page(limit?: number): Promise<Told> {
    const parameters = new URLSearchParams({
      ...(this.token !== null && { token: this.token }),
      ...(limit !== undefined && { limit: `${limit}` }),
    });
    const { status, body } = await this.person.get(`/api/sync?${parameters.toString()}`);
    expect({ status, code: body.code }).toEqual({ status: 200 });
    const told = { events: body.events.map(({ id }: { id: string }) => id), removed: body.removed };
    const ids: string[] = [...told.events, ...told.removed];
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeLessThanOrEqual(limit ?? 100);
    for (const event of body.events) {
      this.copy.set(event.id, event);
    }
    for (const id of body.removed) {
      this.copy.delete(id);
    }
    [this.token, this.hasMore] = [body.nextToken, body.hasMore];
    return told;
  }

  /** Asks until there is no more of it at once; answers what it was told. */
  async poll(limit?: number): Promise<Told> {
    const told: Told = { events: [], removed: [] };
    do {
      const { events, removed } = await this.page(limit);
      told.events.push(...events);
      told.removed.push(...removed);
    } while (this.hasMore);
    return told;
  }

  /** Whether its copy is what is listed, to the last field. */
  async expectUpToDate(): Promise<void> {
    const listed: any[] = [];
    for (let cursor = ''; ;) {
      const { body } = await this.person.get(`/api/events?limit=200${cursor}`);
      listed.push(...body.items);
      if (body.nextCursor === null) {
        break;
      }
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(byId([...this.copy.values()])).toEqual(byId(listed));
  }
}

const byId = (events: any[]): Record<string, unknown> =>
  Object.fromEntries(events.map((event) => [event.id, event]));
