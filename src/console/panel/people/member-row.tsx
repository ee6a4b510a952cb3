import type { LiveEvent, Role } from '../../../client/index.js';
import { confirm } from '../../dialogs/ask.js';
import { complain } from '../../state/notices.js';
import { removeMember, setRole, type Member } from '../../state/members.js';
import { myId } from '../../state/session.js';
import { Avatar } from '../../ui/avatar.js';
import { Button } from '../../ui/button.js';
import { CloseIcon } from '../../ui/icons.js';

interface MemberProps {
  event: LiveEvent;
  member: Member;
  /** Has it open just now. */
  isHere: boolean;
}

const ROLES: Readonly<Record<Role, string>> = { viewer: 'Viewer', editor: 'Editor', owner: 'Owner' };

/** Somebody who has a role on the event; its owner can change that. */
export function MemberRow({ event, member, isHere }: MemberProps) {
  const { user, role } = member;
  const isMe = user.id === myId();
  const mayManage = event.role === 'owner' && !isMe;
  return (
    <li class="member">
      <Avatar id={user.id} name={user.name} />
      <span class="member-who">
        <span class="member-name">
          {user.name}
          {isMe && <span class="muted"> (you)</span>}
        </span>
        <span class="muted">
          {user.username}
          {isHere && <span class="member-here"> · here now</span>}
        </span>
      </span>
      {mayManage ? (
        <>
          <select
            aria-label={`Role of ${user.name}`}
            value={role}
            onChange={({ currentTarget }) => {
              const chosen = currentTarget.value as Role;
              currentTarget.value = role; // as it is until it is stored
              void change(event, member, chosen);
            }}
          >
            <option value="viewer">Viewer</option>
            <option value="editor">Editor</option>
            <option value="owner">Owner …</option>
          </select>
          <Button
            tone="quiet"
            label={`Remove ${user.name}`}
            onClick={({ currentTarget }) => {
              (currentTarget as Element).closest('ul')?.focus(); // this row goes
              void removeMember(event, member).catch(complain);
            }}
          >
            <CloseIcon />
          </Button>
        </>
      ) : (
        <span class="member-role">{ROLES[role]}</span>
      )}
    </li>
  );
}

async function change(event: LiveEvent, member: Member, role: Role): Promise<void> {
  if (role !== 'owner' || (await confirmTransfer(event, member))) {
    await setRole(event, member, role).catch(complain);
  }
}

const confirmTransfer = (event: LiveEvent, { user }: Member): Promise<boolean> =>
  confirm(
    `Hand ${event.content.title} over?`,
    `${user.name} will be its owner, and decide who may see and change it. You stay as an editor.`,
    'Hand over',
  );
