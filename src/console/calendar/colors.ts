/** Colours to choose from: names are for people, values what is stored. */
export const PALETTE: readonly { name: string; value: string }[] = [
  { name: 'Blue', value: '#3b82f6' },
  { name: 'Violet', value: '#8b5cf6' },
  { name: 'Pink', value: '#ec4899' },
  { name: 'Red', value: '#ef4444' },
  { name: 'Orange', value: '#f97316' },
  { name: 'Yellow', value: '#eab308' },
  { name: 'Green', value: '#22c55e' },
  { name: 'Teal', value: '#14b8a6' },
  { name: 'Grey', value: '#64748b' },
];

/** What an event without a colour of its own has, from the page's own colours. */
export const DEFAULT_COLOR = 'var(--event)';

/** One colour for each person, the same everywhere: for their dot, their name, their cursor. */
export function personColor(userId: string): string {
  const sum = Array.from(userId).reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 9973, 7);
  return PALETTE[sum % (PALETTE.length - 1)]?.value ?? DEFAULT_COLOR;
}
