import { useState } from 'preact/hooks';
import type { LiveEvent } from '../../../client/index.js';
import { announce } from '../../state/notices.js';
import { nameOf, share, type GivenRole, type Member } from '../../state/members.js';
import { session } from '../../state/session.js';
import { useAction } from '../../state/use-action.js';
import { useStore } from '../../state/use-store.js';
import { Button } from '../../ui/button.js';
import { Field } from '../../ui/field.js';

interface ShareProps {
  event: LiveEvent;
  members: readonly Member[];
  onShared: (members: Member[]) => void;
}

/** Whom to share with, and as what. */
export function ShareForm({ event, members, onShared }: ShareProps) {
  const [who, setWho] = useState('');
  const [role, setRole] = useState<GivenRole>('editor');
  const [said, say] = useState('');
  const { isBusy, fault, run } = useAction();
  const me = useStore(session, ({ user }) => user);
  const isMe = [me?.email, me?.username].some((name) => name?.toLowerCase() === nameOf(who).toLowerCase());
  const send = async (): Promise<void> => {
    const now = await share(event, who, role);
    const words = wordsForShare(members, now, role);
    onShared(now);
    setWho('');
    say(words);
    announce(words);
  };
  const submit = (submitted: Event): void => {
    submitted.preventDefault();
    say('');
    if (isMe) {
      say('It is yours already.');
    } else if (who.trim()) {
      void run(send);
    }
  };
  return (
    <form class="share" onSubmit={submit}>
      <Field label="Share with" fault={fault || undefined} hint={said || undefined}>
        {(control) => (
          <input
            {...control}
            value={who}
            placeholder="Email or username"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            maxLength={254}
            onInput={({ currentTarget }) => setWho(currentTarget.value)}
          />
        )}
      </Field>
      <div class="share-row">
        <select
          aria-label="As"
          value={role}
          onChange={({ currentTarget }) => setRole(currentTarget.value as GivenRole)}
        >
          <option value="editor">may edit</option>
          <option value="viewer">may look</option>
        </select>
        <Button type="submit" tone="primary" isDisabled={isBusy || !who.trim()}>
          Share
        </Button>
      </div>
    </form>
  );
}

/** What sharing came to: the one who is new, or has another role. */
export function wordsForShare(before: readonly Member[], now: readonly Member[], role: GivenRole): string {
  const may = role === 'editor' ? 'may edit it' : 'may look at it';
  const had = new Map(before.map((member) => [member.user.id, member.role]));
  const other = now.find(({ user, role: has }) => had.get(user.id) !== has);
  return other ? `${other.user.name} ${may} now.` : 'Nothing to change: that is so already.';
}
