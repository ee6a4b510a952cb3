import type { ComponentType } from 'preact';
import { Settings } from './settings.js';

/** Pages that stand in the calendar's place, by their address: `#/name`. */
export const PAGES: readonly { name: string; View: ComponentType }[] = [{ name: 'settings', View: Settings }];
