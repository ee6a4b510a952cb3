import { useEffect } from 'preact/hooks';
import type { Content } from '../../client/index.js';
import { announce } from '../state/notices.js';
import { Button } from '../ui/button.js';
import { MergeIcon } from '../ui/icons.js';
import { namesOf } from './colleagues.js';
import { useDraft } from './draft.js';
import { openTab } from './open-tab.js';
import type { SectionProps } from './section-props.js';
import { useWhoChanged } from './who-changed.js';

/** Says, whichever tab is open, that something has to be chosen before one's changes can be saved. */
export function ConflictBanner({ event, occurrence }: SectionProps) {
  const shown: Content = occurrence ?? event.content;
  const recurrenceId = occurrence?.recurrenceId ?? null;
  const { conflicts, clear, insist } = useDraft(event.id, recurrenceId, shown);
  const changed = useWhoChanged(event.id, recurrenceId);
  const [first] = event.role === 'viewer' ? [] : conflicts;
  const fields = conflicts.flatMap(({ part }) => part.fields);
  const people = new Set(fields.map((field) => changed.last(field)?.by.name ?? 'somebody else'));
  people.delete(people.size > 1 ? 'somebody else' : '');
  const labels = new Intl.ListFormat('en').format(conflicts.map(({ part }) => part.label));
  const by = namesOf([...people].map((name) => ({ name })));
  const what = `${conflicts.length === 1 ? 'was' : 'were'} changed by ${by} while you were editing.`;
  useEffect(() => {
    if (first) {
      announce(`${labels} ${what} Choose what it shall be.`);
    }
  }, [first !== undefined, labels]);
  return (
    first && (
      <section class="meeting" aria-label="Edit conflict">
        <MergeIcon />
        <div>
          <p>
            <strong>{labels}</strong> {what} What you typed is kept until you choose.
          </p>
          <div class="meeting-buttons">
            <Button
              class="button-small"
              tone="primary"
              onClick={() => openTab(event.id, 'details', '.choice-box')}
            >
              Choose
            </Button>
            <Button class="button-small" onClick={goingOn(() => insist(fields, first.mine))}>
              Keep all mine
            </Button>
            <Button class="button-small" onClick={goingOn(() => clear(fields))}>
              Take all theirs
            </Button>
          </div>
        </div>
      </section>
    )
  );
}

/** The banner goes by it: the focus stays in the panel. */
const goingOn =
  (choose: () => void) =>
  (event: MouseEvent): void => {
    (event.currentTarget as Element).closest<HTMLElement>('.panel')?.focus();
    choose();
  };
