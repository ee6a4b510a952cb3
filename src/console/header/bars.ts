import type { ComponentType } from 'preact';
import { AwayScreen } from './away-screen.js';
import { OfflineBar } from './offline-bar.js';

/** What stands across the page below the header, such as that one is offline; each draws nothing where all is well. */
export const BARS: readonly { name: string; View: ComponentType }[] = [
  { name: 'offline', View: OfflineBar },
  { name: 'away', View: AwayScreen },
];
