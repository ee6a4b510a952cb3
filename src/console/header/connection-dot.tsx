import { connection } from '../state/client.js';
import { useStore } from '../state/use-store.js';

const WORDS = { online: 'Live', connecting: 'Connecting …', offline: 'Offline' } as const;

/** Whether what one sees is live. */
export function ConnectionDot() {
  const state = useStore(connection, (now) => now.state);
  return (
    <span
      class={`connection is-${state}`}
      role="img"
      aria-label={`Connection: ${WORDS[state]}`}
      title={WORDS[state]}
    >
      <i />
      <span>{WORDS[state]}</span>
    </span>
  );
}
