import { useEffect, useRef, useState } from 'preact/hooks';
import type { SectionProps } from '../section-props.js';
import { Compare } from './compare.js';
import { Preview } from './preview.js';
import type { Shown } from './shown.js';
import { Timeline } from './timeline.js';
import { useHistory } from './use-history.js';

/** Every version of the event: read, compared, restored. */
export function HistorySection({ event, occurrence }: SectionProps) {
  const { place, shown, show } = useShown();
  const history = useHistory(event);
  return (
    <div class="history" ref={place} tabIndex={-1}>
      {shown.view === 'list' && (
        <div class="history-list">
          {occurrence && <p class="note">This is the history of the whole series.</p>}
          <Timeline event={event} history={history} show={show} />
        </div>
      )}
      {shown.view === 'version' && <Preview event={event} version={shown.version} show={show} />}
      {shown.view === 'compare' && <Compare event={event} from={shown.from} to={shown.to} show={show} />}
    </div>
  );
}

/** What is shown; the focus goes along, and one comes back to the place in the list where one was. */
function useShown() {
  const [shown, setShown] = useState<Shown>({ view: 'list' });
  const place = useRef<HTMLDivElement>(null);
  const before = useRef({ view: shown.view, top: 0 });
  const body = (): Element | null => place.current?.closest('.tab-body') ?? null;
  useEffect(() => {
    if (before.current.view !== shown.view) {
      before.current.view = shown.view;
      place.current?.focus({ preventScroll: true });
      body()?.scrollTo(0, shown.view === 'list' ? before.current.top : 0);
    }
  }, [shown.view]);
  const show = (next: Shown): void => {
    if (shown.view === 'list') {
      before.current.top = body()?.scrollTop ?? 0;
    }
    setShown(next);
  };
  return { place, shown, show };
}
