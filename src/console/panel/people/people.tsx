import { useState } from 'preact/hooks';
import type { LiveEvent } from '../../../client/index.js';
import { confirm } from '../../dialogs/ask.js';
import { complain } from '../../state/notices.js';
import { leaveEvent, useMembers } from '../../state/members.js';
import { myId } from '../../state/session.js';
import { Button } from '../../ui/button.js';
import { colleaguesIn } from '../colleagues.js';
import type { SectionProps } from '../section-props.js';
import { MemberRow } from './member-row.js';
import { ShareForm } from './share-form.js';

const SHOWN = 100;

/** Who may do what with the event; its owner decides that here. */
export function People({ event }: SectionProps) {
  const { data: members, fault, set, reload } = useMembers(event);
  const [isWhole, showWhole] = useState(false);
  const here = new Set(colleaguesIn(event.present, myId()).map(({ id }) => id));
  const shown = isWhole ? members : members?.slice(0, SHOWN);
  return (
    <div class="people">
      {event.role === 'owner' && <ShareForm event={event} members={members ?? []} onShared={set} />}
      {fault && (
        <p class="alert" role="alert">
          {fault}{' '}
          <button type="button" class="link" onClick={() => void reload()}>
            Try again
          </button>
        </p>
      )}
      {!members && !fault && <p class="muted">One moment …</p>}
      <ul class="members" aria-label="People" tabIndex={-1}>
        {shown?.map((member) => (
          <MemberRow key={member.user.id} {...{ event, member }} isHere={here.has(member.user.id)} />
        ))}
      </ul>
      {members && shown && members.length > shown.length && (
        <Button tone="quiet" onClick={() => showWhole(true)}>
          Show all {members.length}
        </Button>
      )}
      {event.role !== 'owner' && (
        <Button class="people-leave" onClick={() => void leave(event)}>
          Leave this event
        </Button>
      )}
    </div>
  );
}

async function leave(event: LiveEvent): Promise<void> {
  const text = 'You will not see it any more, unless its owner shares it with you again.';
  if (await confirm(`Leave ${event.content.title}?`, text, 'Leave')) {
    await leaveEvent(event).catch(complain);
  }
}
