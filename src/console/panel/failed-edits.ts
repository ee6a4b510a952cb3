import type { ConveneError, FailedEdit, LiveEvent } from '../../client/index.js';
import { onLiveFailure } from '../state/live.js';
import { toast } from '../state/notices.js';
import { removeEvent } from '../state/occurrences.js';
import { openEvent, route } from '../state/route.js';
import { session } from '../state/session.js';
import { forgetDrafts, keepAsDraft } from './draft.js';
import { rescue } from './rescue.js';

/** Edits that do not get through are kept in their form, until somebody else signs in. */
export function startFailedEdits(): void {
  onLiveFailure(failed);
  let author = '';
  session.subscribe(() => {
    const { user } = session.get();
    if (user && author !== '' && user.id !== author) {
      forgetDrafts();
    }
    author = user?.id ?? author;
  });
}

function failed(event: LiveEvent, edits: readonly FailedEdit[], error: ConveneError | null): void {
  edits.forEach(({ before, after }) => keepAsDraft(event.id, before, after));
  const { title } = event.serverContent;
  if (event.closed === 'not-found') {
    // The notice of it got lost: nobody knows by whom.
    removeEvent(event.id);
    toast(`${title} is not there any more, or not shared with you.`, {
      about: event.id,
      ...rescue(event.id, title),
    });
  } else if (error?.code === 'edit-conflict' && route.get().eventId !== event.id) {
    toast(`Somebody else has changed ${title} in the meantime. What you wanted is kept.`, {
      about: event.id,
      action: { label: 'Choose', run: () => openEvent(event.id) },
    });
  }
}
