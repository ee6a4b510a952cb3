import { announce } from './notices.js';

/** How long is waited for more of it, and how long nothing else is said then, in milliseconds. */
const GATHER_MS = 700;
const QUIET_MS = 6_000;

interface Heard {
  text: string;
  isOpen: boolean;
}

let heard: Heard[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let saidAt = 0;

/**
 * Tells a screen reader what others did, without drowning it: what comes at about the same time, or soon after it has
 * said something, is one sentence; the event that is open goes first.
 */
export function announceSoon(text: string, isOpen: boolean): void {
  heard.push({ text, isOpen });
  timer ??= setTimeout(say, Math.max(GATHER_MS, saidAt + QUIET_MS - Date.now()));
}

function say(): void {
  timer = undefined;
  saidAt = Date.now();
  announce(gathered(heard));
  heard = [];
}

/** The newest of them, and how many more there are. */
export function gathered(all: readonly Heard[]): string {
  const newest = all.findLast(({ isOpen }) => isOpen) ?? all.at(-1);
  const more = all.length - 1;
  const rest = more === 0 ? '' : more === 1 ? ' And one more change.' : ` And ${more} more changes.`;
  return `${newest?.text ?? ''}${rest}`;
}
