import type { ComponentType } from 'preact';

/** What stands across the page below the header, such as that one is offline; each draws nothing where all is well. */
export const BARS: readonly { name: string; View: ComponentType }[] = [];
