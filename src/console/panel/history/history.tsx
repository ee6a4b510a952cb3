import { useState } from 'preact/hooks';
import type { SectionProps } from '../section-props.js';
import { Compare } from './compare.js';
import { Preview } from './preview.js';
import { Timeline } from './timeline.js';
import { useHistory } from './use-history.js';

/** What the section shows: all versions, one as it was, or two against each other. */
export type Shown =
  { view: 'list' } | { view: 'version'; version: number } | { view: 'compare'; from: number; to: number };

export interface HistoryProps extends Pick<SectionProps, 'event'> {
  show: (shown: Shown) => void;
}

/** Every version of the event: read, compared, restored. */
export function HistorySection({ event, occurrence }: SectionProps) {
  const [shown, show] = useState<Shown>({ view: 'list' });
  const history = useHistory(event);
  return (
    <div class="history">
      {occurrence && shown.view === 'list' && <p class="note">This is the history of the whole series.</p>}
      {shown.view === 'list' && <Timeline event={event} history={history} show={show} />}
      {shown.view === 'version' && <Preview event={event} version={shown.version} show={show} />}
      {shown.view === 'compare' && <Compare event={event} from={shown.from} to={shown.to} show={show} />}
    </div>
  );
}
