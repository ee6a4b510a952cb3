// The events that are worked on, as clients would send them.

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo'];
const RULES = ['FREQ=WEEKLY', 'FREQ=WEEKLY;INTERVAL=2', 'FREQ=MONTHLY', 'FREQ=DAILY;COUNT=20', 'FREQ=YEARLY'];

/** @param {number} ms */
export const instant = (ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** Midnight today: everything is laid about it. */
export const TODAY = Math.floor(Date.now() / DAY) * DAY;

/** An event of which an answer has about 2 KB. @param {number} [i] the hour in which it is */
export const event2k = (i = 0) => ({
  title: `Design review ${i}`,
  description: 'What we have, what we want, and who does what until when. '.repeat(22),
  location: 'Room 4',
  timeZone: 'Europe/Berlin',
  start: instant(TODAY + i * HOUR),
  end: instant(TODAY + i * HOUR + HOUR / 2),
  tags: ['design', 'weekly'],
  metadata: { project: 'convene', room: { floor: 2, seats: 12 } },
});

/** Nothing is before this hour, nor in the two before midnight (UTC). */
const DAWN = 6 * HOUR;

/**
 * One of many, half of them series, over a year. The same number is always the same event.
 *
 * @param {number} i
 */
export function oneOfMany(i) {
  // Spread evenly, and not in the order in which they are made.
  const start = TODAY + ((i * 7_919) % 365) * DAY + DAWN + ((i * 31) % 64) * (HOUR / 4);
  return {
    title: `Event ${i}`,
    description: 'As it is every time. '.repeat(25),
    timeZone: ZONES[i % ZONES.length],
    start: instant(start),
    end: instant(start + HOUR / 2),
    tags: [`tag${i % 100}`],
    recurrence: i % 2 ? RULES[((i - 1) / 2) % RULES.length] : null,
  };
}

/** A window of a month, and of a year. */
export const MONTH = { from: instant(TODAY + 60 * DAY), to: instant(TODAY + 90 * DAY) };
export const YEAR = { from: TODAY, to: TODAY + 365 * DAY };

/** A series that began so many years ago. @param {number} years @param {number} i */
export function longSeries(years, i) {
  const start = TODAY - Math.round(years * 365.25) * DAY + (i % 24) * HOUR;
  return {
    title: `Series ${i}`,
    timeZone: 'Europe/Berlin',
    start: instant(start),
    end: instant(start + HOUR),
    recurrence: ['FREQ=DAILY', 'FREQ=WEEKLY', 'FREQ=MONTHLY'][i % 3],
  };
}
