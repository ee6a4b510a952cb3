import type { EventView } from '../client/index.js';
import { occurrenceOn, whenOf } from './dates.js';
import { PLANS, type Plan } from './month.js';
import { PEOPLE, Writer, type Name } from './people.js';
import { STORY } from './story.js';

export type Writers = ReadonlyMap<Name, Writer>;

/** Where it is in time: the past is written as it would have been. */
export interface Past {
  /** Makes it so many days ago. */
  goTo(daysAgo: number): void;
}

/**
 * Registers everybody, fills a month, and gives some events a history.
 *
 * @returns the ids of the events that have a key, by it
 */
export async function writePast(url: string, past: Past): Promise<Map<string, string>> {
  past.goTo(12);
  const people = await Promise.all(
    PEOPLE.map(async (person) => [person.username, await Writer.register(url, person)] as const),
  );
  const writers: Writers = new Map(people);
  const ids = new Map<string, string>();
  await Promise.all(
    PLANS.map(async (plan) => {
      const { id } = await begin(writers, plan);
      ids.set(plan.key ?? plan.title, id);
    }),
  );
  await tell(writers, ids, past);
  past.goTo(0);
  await Promise.all([...writers.values()].map((writer) => writer.leave()));
  return ids;
}

/** Makes an event, and shares it. */
async function begin(writers: Writers, plan: Plan): Promise<EventView> {
  const { owner, editors = [], viewers = [], title, recurrence, more } = plan;
  const writer = writerOf(writers, owner);
  const content = { title, ...whenOf(plan), ...more, ...(recurrence !== undefined && { recurrence }) };
  const event = await writer.ask<EventView>('POST', '/api/events?conflicts=ignore', content);
  const shares = [
    ...editors.map((username) => ({ username, role: 'editor' })),
    ...viewers.map((username) => ({ username, role: 'viewer' })),
  ];
  if (shares.length > 0) {
    await writer.ask('POST', `/api/events/${event.id}/share`, { shares });
  }
  return event;
}

/** What has happened since, one thing after the other. */
async function tell(writers: Writers, ids: ReadonlyMap<string, string>, past: Past): Promise<void> {
  for (const { daysAgo, by, event, note, ...deed } of STORY) {
    past.goTo(daysAgo);
    const url = `/api/events/${ids.get(event) ?? ''}`;
    const writer = writerOf(writers, by);
    if ('change' in deed) {
      await writer.ask('PATCH', url, deed.change, note);
    } else if ('occurrence' in deed) {
      const [day, time] = deed.occurrence;
      const address = `${url}/occurrences/${encodeURIComponent(occurrenceOn(day, time))}`;
      await (deed.to === null
        ? writer.ask('DELETE', address, undefined, note)
        : writer.ask('PATCH', address, deed.to, note));
    } else {
      await writer.ask('POST', `${url}/${deed.act}`, undefined, note);
    }
  }
}

function writerOf(writers: Writers, name: Name): Writer {
  const writer = writers.get(name);
  if (!writer) {
    throw new Error(`nobody is called ${name}`);
  }
  return writer;
}
