import type { SectionProps } from '../section-props.js';

/** What the section shows: all versions, one as it was, or two against each other. */
export type Shown =
  { view: 'list' } | { view: 'version'; version: number } | { view: 'compare'; from: number; to: number };

export interface HistoryProps extends Pick<SectionProps, 'event'> {
  show: (shown: Shown) => void;
}
