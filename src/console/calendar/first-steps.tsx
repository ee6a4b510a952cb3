import { openNextHour } from '../form/new-event.js';
import { occurrences } from '../state/occurrences.js';
import { useStore } from '../state/use-store.js';
import { Button } from '../ui/button.js';
import { calendarView } from './navigation.js';
import { isNarrow } from '../state/preferences.js';

/** Where there is nothing yet: what to do first. And where there is too much: that it is not all. */
export function FirstSteps() {
  const isEmpty = useStore(occurrences, ({ items, isLoaded }) => isLoaded && items.length === 0);
  const isCut = useStore(occurrences, (state) => state.isCut);
  if (isCut) {
    return <p class="first-steps">There is more in this time than is shown. A week or a day shows all.</p>;
  }
  return isEmpty ? (
    <div class="first-steps">
      <p>
        <strong>Nothing here yet.</strong>{' '}
        {isNarrow() ? 'Make an event' : 'Drag across the calendar to make an event'}, then share it and watch
        others edit it.
      </p>
      <Button tone="primary" onClick={() => openNextHour(calendarView.date())}>
        Make the first one
      </Button>
    </div>
  ) : null;
}
