import type { LiveEvent } from '../../client/index.js';
import type { Occurrence } from '../state/occurrences.js';

/** What a section of the panel is given. */
export interface SectionProps {
  /** The event, live: `content`, `version`, `role`, `present` are the newest whenever a section is drawn. */
  event: LiveEvent;
  /** The occurrence that was opened, as the calendar shows it; null where it is the whole event. */
  occurrence: Occurrence | null;
}
