import { useState } from 'preact/hooks';
import { client } from '../state/client.js';
import { occurrences, refresh } from '../state/occurrences.js';
import { signOut } from '../state/session.js';
import { useAction } from '../state/use-action.js';
import { useStore } from '../state/use-store.js';
import { Button } from '../ui/button.js';
import { OfflineIcon } from '../ui/icons.js';
import { useLost } from './use-lost.js';

const PATIENCE_MS = 2_500;

/** In the place of everything else, where nothing could be had since the page was opened. */
export function AwayScreen() {
  const isLost = useLost(PATIENCE_MS) !== null;
  const isLoaded = useStore(occurrences, (state) => state.isLoaded);
  return isLost && !isLoaded ? <Away /> : null;
}

function Away() {
  const { isBusy, fault, run } = useAction();
  const [tries, count] = useState(0);
  const tryAgain = async (): Promise<void> => {
    count(tries + 1);
    await client.request('GET', '/api/auth/me');
    refresh();
  };
  return (
    <section class="away" aria-labelledby="away-title">
      <OfflineIcon />
      <h1 id="away-title">Convene cannot be reached</h1>
      <p>
        The server does not answer just now. You are still signed in, and your calendar appears by itself as
        soon as it does.
      </p>
      <div class="away-buttons">
        <Button onClick={() => void signOut()}>Sign out</Button>
        <Button tone="primary" isDisabled={isBusy} onClick={() => void run(tryAgain)}>
          {isBusy ? 'Trying …' : 'Try again'}
        </Button>
      </div>
      <p class="muted" role="status">
        {fault && !isBusy && `${fault}${tries > 1 ? ` Tried ${tries} times.` : ''}`}
      </p>
    </section>
  );
}
