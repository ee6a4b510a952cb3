const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** How long ago, as people say it: “3 minutes ago”, “yesterday”; null where it is so long that the date says more. */
export function agoWords(instant: string, now: number): string | null {
  const ms = now - Date.parse(instant);
  if (Math.abs(ms) < MINUTE) {
    return 'just now';
  }
  const [unit, size] = Math.abs(ms) < HOUR ? UNITS.minute : Math.abs(ms) < DAY ? UNITS.hour : UNITS.day;
  return Math.abs(ms) < 30 * DAY ? relative.format(-Math.trunc(ms / size), unit) : null;
}

const UNITS = { minute: ['minute', MINUTE], hour: ['hour', HOUR], day: ['day', DAY] } as const;

/** When that was: “Mon, 2 Mar 2026, 15:00”, without the year where it is this one's. */
export function atWords(instant: string, zone: string, now: number, locale?: string): string {
  const at = new Date(instant);
  const isThisYear = at.getUTCFullYear() === new Date(now).getUTCFullYear();
  return new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(!isThisYear && { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
  }).format(at);
}
