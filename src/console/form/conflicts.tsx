import { useEffect, useState } from 'preact/hooks';
import type { ConflictReport, ScheduleConflict } from '../../protocol/schedule.js';
import { client } from '../state/client.js';
import { preferences, zoneOf } from '../state/preferences.js';
import { useStore } from '../state/use-store.js';
import { spanWords } from '../time.js';
import { WarnIcon } from '../ui/icons.js';
import { contentOfValues, faultsOf, type FormValues } from './values.js';

const TYPING_MS = 400;
const SHOWN = 3;

/** What the event would overlap as the form stands, asked while one is typing; nothing is stored. */
export function useConflicts(values: FormValues, ownId: string | null): readonly ScheduleConflict[] {
  const [found, setFound] = useState<readonly ScheduleConflict[]>([]);
  const { title: _title, ...faults } = faultsOf(values);
  const isComplete = Object.keys(faults).length === 0;
  // Only what an overlap depends on.
  const { start, end, timeZone, allDay, recurrence, busy, status } = contentOfValues(values);
  const candidate = JSON.stringify({ start, end, timeZone, allDay, recurrence, busy, status });
  useEffect(() => {
    let isWanted = true;
    const timer = setTimeout(() => {
      const asked = isComplete ? look(candidate) : Promise.resolve([]);
      void asked.then((all) => isWanted && setFound(all.filter(({ eventId }) => eventId !== ownId)));
    }, TYPING_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [candidate, isComplete, ownId]);
  return found;
}

/** A form that the server does not take has no overlaps: what is wrong with it is told when it is sent. */
async function look(candidate: string): Promise<readonly ScheduleConflict[]> {
  try {
    const body: unknown = JSON.parse(candidate);
    return (await client.request<ConflictReport>('POST', '/api/events/conflicts', { body })).conflicts;
  } catch {
    return [];
  }
}

export function Conflicts({ values, ownId }: { values: FormValues; ownId: string | null }) {
  const conflicts = useConflicts(values, ownId);
  const zone = useStore(preferences, zoneOf);
  return (
    <div class="conflicts" role="status">
      {conflicts.length > 0 && (
        <div class="conflicts-box">
          <WarnIcon />
          <div>
            <strong>
              Overlaps with {conflicts.length === 1 ? 'another event' : `${conflicts.length} others`}
            </strong>
            <ul>
              {conflicts.slice(0, SHOWN).map(({ eventId, title, start, end }) => (
                <li key={`${eventId ?? ''}${start}`}>
                  {title ?? 'Busy'}{' '}
                  <span class="muted">{spanWords({ start, end, allDay: false }, zone)}</span>
                </li>
              ))}
            </ul>
            {conflicts.length > SHOWN && <p class="muted">and {conflicts.length - SHOWN} more</p>}
          </div>
        </div>
      )}
    </div>
  );
}
