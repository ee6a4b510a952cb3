// Requests beside bare Express, which answers the same JSON; on MongoDB some of them also beside Express that does the
// least of it with the driver.
import { event2k, MONTH, oneOfMany } from '../lib/events.mjs';
import { rowOf, interleaved } from '../lib/compare.mjs';
import { call, CONNECTIONS, load } from '../lib/http-load.mjs';
import { newPlace, shareOf } from '../lib/place.mjs';
import { startConvene, startYardstick } from '../lib/server.mjs';
import { connect, disconnect, subscribe } from '../lib/sockets.mjs';

/** @typedef {import('../lib/figures.mjs').Row} Row */
/** @typedef {import('../lib/http-load.mjs').Work} Work */
/** @typedef {import('../lib/sower.mjs').Sower} Sower */
/** @typedef {import('../lib/sower.mjs').User} User */
/** @typedef {import('../main.mjs').Settings} Settings */
/** @typedef {{ user: User, eventIds: string[] }} Sown */
/** @typedef {import('../lib/figures.mjs').Sample} Sample */

/**
 * @typedef {object} RestPart
 * @property {string} work
 * @property {number} atMost
 * @property {number} amount of requests in a round
 * @property {string} [note]
 * @property {(sower: Sower, user: User) => Promise<string[]>} sow
 * @property {(sown: Sown) => Omit<Work, 'amount' | 'token'>} workOf
 * @property {boolean} [isWatched] whether somebody is subscribed to the first event
 * @property {boolean} [hasDriver] whether Express with the driver alone can do something like it
 */

/** @param {number} n */
const hours = (n) => ({ ...event2k(n), description: event2k(n).description.slice(0, 1_400) });

/** Ever another number: an edit that changes nothing would be none. */
let edits = 0;
/** Ever another hour: events that meet others would be told so. */
let hour = 0;

/** @type {Record<string, RestPart>} */
const PARTS = {
  get: {
    work: 'get an event of 2 KB',
    atMost: 1.8,
    amount: 12_000,
    hasDriver: true,
    sow: (sower, user) => sower.events(user.id, 1, event2k),
    workOf: ({ eventIds: [id = ''] }) => ({ path: `/api/events/${id}` }),
  },
  list50: {
    work: 'list 50 of 1,000 events',
    atMost: 1.8,
    amount: 3_000,
    sow: (sower, user) => sower.events(user.id, 1_000, event2k),
    workOf: () => ({ path: '/api/events?limit=50' }),
  },
  create: {
    work: 'create an event',
    atMost: 3,
    amount: 6_000,
    hasDriver: true,
    sow: async () => [],
    workOf: () => ({ method: 'POST', path: '/api/events', next: () => ({ body: hours((hour += 1)) }) }),
  },
  edit: {
    work: 'edit over REST, merged, 16 writers of one event',
    atMost: 3,
    amount: 6_000,
    sow: (sower, user) => sower.events(user.id, 1, event2k),
    isWatched: true,
    workOf: ({ eventIds: [id = ''] }) => {
      let latest = 1;
      return {
        method: 'PATCH',
        path: `/api/events/${id}`,
        next: ({ index, version = latest }) => ({
          path: `/api/events/${id}?baseVersion=${version}`,
          body: { metadata: { [`writer${index}`]: (edits += 1) } },
        }),
        onAnswer: ({ version }, connection) => (latest = connection.version = version),
      };
    },
  },
  'edit-apart': {
    work: 'edit over REST, 16 writers of an event each',
    atMost: 3,
    amount: 6_000,
    hasDriver: true,
    sow: (sower, user) => sower.events(user.id, 16, event2k),
    isWatched: true,
    workOf: ({ eventIds }) => ({
      method: 'PATCH',
      path: `/api/events/${eventIds[0] ?? ''}`,
      next: ({ index }) => ({
        path: `/api/events/${eventIds[index] ?? ''}`,
        body: { metadata: { writer: (edits += 1) } },
      }),
    }),
  },
  window: {
    work: 'a month of 10,000 events, expanded, 200 items',
    atMost: 3,
    amount: 300,
    sow: (sower, user) => sower.events(user.id, 10_000, oneOfMany),
    workOf: () => ({ path: `/api/events?from=${MONTH.from}&to=${MONTH.to}&expand=true&limit=200` }),
  },
};

/** @param {string} name @returns {(settings: Settings) => Promise<Row[]>} */
const part = (name) => (settings) => measure(name, /** @type {RestPart} */ (PARTS[name]), settings);

/** @type {Record<string, (settings: Settings) => Promise<Row[]>>} */
export const restParts = Object.fromEntries(Object.keys(PARTS).map((name) => [name, part(name)]));

/** @param {string} name @param {RestPart} about @param {Settings} settings @returns {Promise<Row[]>} */
async function measure(name, { work, atMost, note, sow, workOf, isWatched, hasDriver, ...rest }, settings) {
  const amount = rest.amount / shareOf(settings.store);
  const place = newPlace(settings.store);
  const sown = await place.sow(async (sower) => {
    const user = await sower.user('ada');
    return { user, eventIds: await sow(sower, user) };
  });
  const { token } = sown.user;
  const [ours, theirs] = [await startConvene(place.environment), await startYardstick('express')];
  const driver =
    hasDriver && place.database ? await startYardstick('driver', { MONGODB_URI: place.database }) : null;
  const watchers = isWatched ? await connect(ours.url, [token]) : [];
  try {
    await subscribe(watchers, sown.eventIds[0] ?? '');
    const load1 = { ...workOf(sown), token, amount };
    theirs.tell({ answer: await sampleOf(ours.url, load1) });
    driver?.tell({ contents: Array.from({ length: CONNECTIONS }, (_, i) => event2k(i)) });
    const { next } = load1;
    const bare = { ...load1, path: '/answer', ...(next && { next: bodyOf(next) }), onAnswer: () => {} };
    await load(ours, { ...load1, amount: CONNECTIONS });
    await ours.quiet();
    /** @type {Record<string, () => Promise<Sample>>} */
    const works = { ours: () => load(ours, load1), theirs: () => load(theirs, bare) };
    if (driver) works.driver = () => load(driver, bare);
    const samples = await interleaved(works);
    await settings.profile(name, ours, () => load(ours, load1));
    const about = { part: name, work, ...(note && { note }) };
    const { ours: our = [], theirs: bares = [], driver: drivers } = samples;
    const row = rowOf({ ...about, yardstick: 'bare Express', atMost }, our, bares);
    const beside = drivers && rowOf({ ...about, yardstick: 'Express with the driver alone' }, our, drivers);
    return beside ? [row, beside] : [row];
  } finally {
    disconnect(watchers);
    await Promise.all([ours.stop(), theirs.stop(), driver?.stop()]);
    await place.remove();
  }
}

/** What is answered to the work. @param {string} url @param {Work} work */
async function sampleOf(url, { method = 'GET', path, token = '', next, onAnswer }) {
  const connection = { index: 0, sent: 0 };
  const special = next?.(connection) ?? {};
  const answer = await call(url, token, method, special.path ?? path, special.body);
  onAnswer?.(answer, connection);
  return answer;
}

/** @param {NonNullable<Work['next']>} next @returns {NonNullable<Work['next']>} */
const bodyOf = (next) => (connection) => ({ body: next(connection).body });
