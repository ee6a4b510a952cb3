import type { ScheduleConflict } from '../../client/index.js';
import { useMembers, type Member } from '../state/members.js';
import { preferences, zoneOf } from '../state/preferences.js';
import { openEvent } from '../state/route.js';
import { byPerson, useScheduleConflicts, type Met } from '../state/schedule.js';
import { myId } from '../state/session.js';
import { useStore } from '../state/use-store.js';
import { spanWords } from '../time.js';
import { Avatar } from '../ui/avatar.js';
import type { SectionProps } from './section-props.js';

const SHOWN = 20;

/** What the event meets in the time of whoever is in it. */
export function Overlaps({ event }: SectionProps) {
  const zone = useStore(preferences, zoneOf);
  const { data: report, fault } = useScheduleConflicts(event, event.role !== 'viewer');
  const { data: members } = useMembers(event);
  if (!report) {
    return (
      <div class="overlaps">
        {fault ? (
          <p class="alert" role="alert">
            {fault}
          </p>
        ) : (
          <p class="muted">One moment …</p>
        )}
      </div>
    );
  }
  const met = byPerson(report.conflicts, myId());
  const until = spanWords({ start: report.checkedUntil, end: report.checkedUntil, allDay: false }, zone);
  return (
    <div class="overlaps">
      {met.length === 0 && <p class="overlaps-none">It overlaps with nothing.</p>}
      {met.map((one) => (
        <Person key={one.userId} {...one} members={members ?? []} zone={zone} />
      ))}
      <p class="muted overlaps-until">
        {report.truncated && 'There is more than is listed. '}
        {event.role === 'viewer' ? 'Your own time' : 'Everybody’s time'} was looked at
        {event.content.recurrence && ` until ${until}`}.
      </p>
    </div>
  );
}

function Person({ userId, conflicts, members, zone }: Met & { members: readonly Member[]; zone: string }) {
  const isMe = userId === myId();
  const name = members.find(({ user }) => user.id === userId)?.user.name ?? 'Somebody';
  return (
    <section class="overlaps-person" aria-label={isMe ? 'Your overlaps' : `Overlaps of ${name}`}>
      <h3>
        <Avatar id={userId} name={name} isSmall />
        {isMe ? 'You' : name}
      </h3>
      <ul>
        {conflicts.slice(0, SHOWN).map((one) => (
          <Overlap key={`${one.eventId ?? ''}${one.start}${one.occurrence.start}`} {...one} zone={zone} />
        ))}
      </ul>
      {conflicts.length > SHOWN && <p class="muted">and {conflicts.length - SHOWN} more</p>}
    </section>
  );
}

/** Of an event that one may not see there is only its time. */
function Overlap({ eventId, title, start, end, zone }: ScheduleConflict & { zone: string }) {
  return (
    <li class="overlap">
      {eventId === null ? (
        <strong>Busy</strong>
      ) : (
        <button type="button" class="link" onClick={() => openEvent(eventId)}>
          {title}
        </button>
      )}
      <span class="muted">{spanWords({ start, end, allDay: false }, zone)}</span>
    </li>
  );
}
