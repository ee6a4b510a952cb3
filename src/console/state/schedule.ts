import { useEffect } from 'preact/hooks';
import type { ConflictReport, LiveEvent, ScheduleConflict } from '../../client/index.js';
import { client } from './client.js';
import { occurrences } from './occurrences.js';
import { useLoaded, type Loaded } from './use-loaded.js';

const SOON_MS = 600;

/** What a stored event overlaps: of one's own events, and (with `participants`) of everybody's who is in it. */
export function useScheduleConflicts(event: LiveEvent, participants: boolean): Loaded<ConflictReport> {
  const report = useLoaded(
    () =>
      client.request<ConflictReport>('GET', `/api/events/${event.id}/conflicts`, {
        query: { ...(participants && { participants }) },
      }),
    `${event.id}/${participants}`,
  );
  const { reload } = report;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void reload();
      }, SOON_MS);
    };
    const stops = [event.on('change', soon), occurrences.subscribe(soon)];
    return () => {
      clearTimeout(timer);
      stops.forEach((stop) => stop());
    };
  }, [event, reload]);
  return report;
}

/** What one person's time meets; one's own first. */
export interface Met {
  userId: string;
  conflicts: ScheduleConflict[];
}

/** The pairs by whose time it is. Where it is not said, it is the caller's own. */
export function byPerson(conflicts: readonly ScheduleConflict[], myId: string): Met[] {
  const people = new Map<string, ScheduleConflict[]>([[myId, []]]);
  for (const one of conflicts) {
    const userId = one.userId ?? myId;
    people.set(userId, [...(people.get(userId) ?? []), one]);
  }
  return [...people].filter(([, met]) => met.length > 0).map(([userId, met]) => ({ userId, conflicts: met }));
}
