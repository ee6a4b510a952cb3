import type { Content } from '../../client/index.js';
import { Button } from '../ui/button.js';
import { MergeIcon } from '../ui/icons.js';
import { useDraft } from './draft.js';
import { openTab } from './open-tab.js';
import type { SectionProps } from './section-props.js';

/** Says, whichever tab is open, that something has to be chosen before one's changes can be saved. */
export function ConflictBanner({ event, occurrence }: SectionProps) {
  const shown: Content = occurrence ?? event.content;
  const { conflicts, clear, insist } = useDraft(event.id, occurrence?.recurrenceId ?? null, shown);
  const [first] = conflicts;
  if (!first || event.role === 'viewer') {
    return null;
  }
  const fields = conflicts.flatMap(({ part }) => part.fields);
  const labels = new Intl.ListFormat('en').format(conflicts.map(({ part }) => part.label));
  return (
    <section class="meeting" aria-label="Edit conflict">
      <MergeIcon />
      <div>
        <p>
          <strong>{labels}</strong> changed while you were editing. What you typed is kept until you choose.
        </p>
        <div class="meeting-buttons">
          <Button class="button-small" tone="primary" onClick={() => openTab(event.id, 'details', '.choice-box')}>
            Choose
          </Button>
          <Button class="button-small" onClick={() => insist(fields, first.mine)}>
            Keep all mine
          </Button>
          <Button class="button-small" onClick={() => clear(fields)}>
            Take all theirs
          </Button>
        </div>
      </div>
    </section>
  );
}
