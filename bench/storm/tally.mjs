import { isDeepStrictEqual } from 'node:util';
import { inTurns, pause } from './time.mjs';

/** @typedef {import('./crowd.mjs').Crowd} Crowd */
/** @typedef {import('./subscriber.mjs').Subscriber} Subscriber */
/** @typedef {import('./writers.mjs').Acknowledged} Acknowledged */
/** @typedef {{ version: number, note: string | null }} Entry */

const PATIENCE_MS = 60_000;

/**
 * Waits until every subscriber has what the server has.
 *
 * @param {Crowd} crowd
 * @returns the milliseconds from `since` until the last one had the server's version, and how many of them have not, or
 *   have another content
 * @param {number} since a time of `performance.now()`
 */
export async function converge({ owner, eventIds, subscribers }, since) {
  const deadline = performance.now() + PATIENCE_MS;
  const events = new Map(
    await inTurns(
      eventIds,
      async (id) => /** @type {const} */ ([id, await owner.request('GET', `/api/events/${id}`)]),
    ),
  );
  /** @param {Subscriber} subscriber */
  const stored = ({ event }) => /** @type {Record<string, any>} */ (events.get(event?.id ?? ''));
  /** @param {Subscriber} subscriber */
  const isBehind = (subscriber) => subscriber.version < stored(subscriber).version;
  while (subscribers.some(isBehind) && performance.now() < deadline) await pause(20);
  return {
    ms: Math.max(0, ...subscribers.map((one) => one.since - since)),
    behind: subscribers.filter(isBehind).length,
    other: subscribers.filter((one) => !isBehind(one) && !hasContentOf(one, stored(one))).length,
  };
}

/** @param {Subscriber} subscriber @param {Record<string, any>} stored the event as GET answers it */
function hasContentOf({ event }, stored) {
  if (!event) return false;
  const content = Object.entries(event.content);
  return (
    event.version === stored.version &&
    isDeepStrictEqual(event.content, event.serverContent) &&
    content.length > 0 &&
    content.every(([field, value]) => isDeepStrictEqual(value, stored[field]))
  );
}

/**
 * Reads the whole log of each event over REST, and holds it against what was acknowledged.
 *
 * @param {Crowd} crowd
 * @param {readonly Acknowledged[]} acknowledged
 */
export async function checkLogs({ owner, eventIds }, acknowledged) {
  const found = { missing: 0, elsewhere: 0, doubled: 0, gaps: 0, entries: 0, unacknowledged: 0 };
  for (const eventId of eventIds) {
    const log = await readLog(owner, eventId);
    found.entries += log.length;
    found.gaps += log.filter(({ version }, i) => version !== log.length - i).length;
    /** @type {Map<string, number[]>} */
    const versions = new Map();
    for (const { note, version } of log.filter((entry) => entry.note !== null)) {
      versions.set(note ?? '', [...(versions.get(note ?? '') ?? []), version]);
    }
    found.doubled += [...versions.values()].filter((all) => all.length > 1).length;
    const mine = acknowledged.filter((one) => one.eventId === eventId);
    found.missing += mine.filter(({ note }) => !versions.has(note)).length;
    found.elsewhere += mine.filter(
      ({ note, version }) => versions.get(note)?.includes(version) === false,
    ).length;
    found.unacknowledged += versions.size - mine.length;
  }
  return found;
}

/** @param {Crowd['owner']} owner @param {string} eventId @returns {Promise<Entry[]>} newest first */
async function readLog(owner, eventId) {
  /** @type {Entry[]} */
  const log = [];
  /** @type {string | undefined} */
  let cursor;
  do {
    const query = { limit: 200, cursor };
    const page = /** @type {{ items: Entry[], nextCursor: string | null }} */ (
      await owner.request('GET', `/api/events/${eventId}/history`, { query })
    );
    log.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return log;
}

/**
 * What the subscribers were told of what was acknowledged.
 *
 * @param {Crowd} crowd
 * @param {readonly Acknowledged[]} acknowledged
 */
export function countDeliveries({ subscribers }, acknowledged) {
  const counts = {
    expected: 0,
    delivered: 0,
    whole: 0,
    lost: 0,
    doubled: 0,
    repeatedOnWire: 0,
    sentAgain: 0,
  };
  for (const subscriber of subscribers) {
    for (const { version } of acknowledged.filter(({ eventId }) => eventId === subscriber.event?.id)) {
      counts.expected += 1;
      counts.delivered += Number(subscriber.seen.has(version));
      counts.lost += Number(subscriber.hadAt(version) === undefined);
    }
    counts.doubled += subscriber.doubled;
    counts.repeatedOnWire += subscriber.repeatedOnWire;
    counts.sentAgain += [...subscriber.sent.values()].reduce((sum, times) => sum + times - 1, 0);
  }
  counts.whole = counts.expected - counts.delivered - counts.lost;
  return counts;
}

/**
 * @param {Crowd} crowd
 * @returns how long a subscriber was without a connection, or not up to date yet, at most; milliseconds
 */
export const longestOutage = ({ subscribers }) =>
  Math.max(0, ...subscribers.flatMap(({ outages }) => outages.map(({ from, to }) => to - from)));

/**
 * How long edits took, from their acknowledgement until the last subscriber had them.
 *
 * @param {Crowd} crowd
 * @param {readonly Acknowledged[]} acknowledged
 * @param {boolean} [connected] count only the subscribers that were connected all that time
 * @returns milliseconds, ascending
 */
export function delays({ subscribers }, acknowledged, connected = true) {
  /** @param {Acknowledged} edit @param {Subscriber} subscriber */
  const delay = ({ version, at }, subscriber) => {
    const had = subscriber.hadAt(version) ?? Infinity;
    return connected && !subscriber.wasThere(at, had) ? 0 : Math.max(0, had - at);
  };
  return acknowledged
    .map((edit) => {
      const concerned = subscribers.filter(({ event }) => event?.id === edit.eventId);
      return Math.max(0, ...concerned.map((one) => delay(edit, one)));
    })
    .sort((a, b) => a - b);
}
