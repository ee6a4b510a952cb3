import type { ComponentType } from 'preact';
import { Details } from './details.js';
import { ConflictBanner } from './conflict-banner.js';
import { Here } from './here.js';
import { HistorySection } from './history/history.js';
import { Overlaps } from './overlaps.js';
import { People } from './people/people.js';
import type { SectionProps } from './section-props.js';

export interface Section {
  /** Kept in the address of nothing; unique. */
  name: string;
  title: string;
  View: ComponentType<SectionProps>;
}

/** The panel’s sections, each behind a tab, in this order. */
export const SECTIONS: readonly Section[] = [
  { name: 'details', title: 'Details', View: Details },
  { name: 'people', title: 'People', View: People },
  { name: 'history', title: 'History', View: HistorySection },
  { name: 'overlaps', title: 'Overlaps', View: Overlaps },
];

/**
 * What stands between the panel's head and its tabs, whichever is open: who is here, what met whom. Each draws
 * nothing where it has nothing to say.
 */
export const BANNERS: readonly { name: string; View: ComponentType<SectionProps> }[] = [
  { name: 'here', View: Here },
  { name: 'edit-conflicts', View: ConflictBanner },
];
