import type { ComponentType } from 'preact';

/** The cards of the settings page, in this order. */
export const SETTINGS: readonly { name: string; title: string; View: ComponentType }[] = [];
