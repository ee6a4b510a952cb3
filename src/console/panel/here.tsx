import { myId, session } from '../state/session.js';
import { useStore } from '../state/use-store.js';
import { Avatar } from '../ui/avatar.js';
import { colleaguesIn, type Colleague } from './colleagues.js';
import { labelOf } from './parts.js';
import type { SectionProps } from './section-props.js';

const SHOWN = 4;

/** Who has the event open just now, and what they are at. Always there, so that nobody who comes moves the form. */
export function Here({ event }: SectionProps) {
  const me = useStore(session, ({ user }) => user);
  const others = colleaguesIn(event.present, myId());
  const rest = others.slice(SHOWN);
  return (
    <ul class="here" aria-label="Here now">
      <li class="here-one is-me">
        <Avatar id={me?.id ?? ''} name={me?.name ?? ''} isSmall />
        <span class="here-name">{others.length === 0 ? 'Only you are here' : 'You'}</span>
      </li>
      {others.slice(0, SHOWN).map((one) => (
        <One key={one.id} {...one} />
      ))}
      {rest.length > 0 && (
        <li class="here-more" title={rest.map(({ name }) => name).join(', ')}>
          +{rest.length}
          <span class="sr-only"> more: {rest.map(({ name }) => name).join(', ')}</span>
        </li>
      )}
    </ul>
  );
}

function One({ id, name, username, field }: Colleague) {
  const label = field === null ? undefined : labelOf(field);
  return (
    <li class="here-one" title={`${name} (${username})`}>
      <Avatar id={id} name={name} isSmall />
      <span class="here-name">{name}</span>
      {label && <span class="here-field">in {label}</span>}
    </li>
  );
}
