// What the same work costs as things grow: each size beside the smallest, in the same run.
import { event2k, instant, longSeries, MONTH, oneOfMany, TODAY } from '../lib/events.mjs';
import { grow } from '../lib/grow.mjs';
import { load } from '../lib/http-load.mjs';
import { newPlace } from '../lib/place.mjs';
import { startConvene } from '../lib/server.mjs';

/** @typedef {import('../lib/figures.mjs').Row} Row */
/** @typedef {import('../lib/http-load.mjs').Work} Work */
/** @typedef {import('../lib/server.mjs').Server} Server */
/** @typedef {import('../lib/sower.mjs').Sower} Sower */
/** @typedef {import('../lib/sower.mjs').User} User */
/** @typedef {import('../main.mjs').Settings} Settings */

/** So many events with a short history, so that they stay short while they are edited. */
const SHORT = 50;
const DAY = 86_400_000;

/** Ever another number: an edit that changes nothing would be none. */
let edits = 0;

/**
 * @template T
 * @param {Settings} settings
 * @param {(sower: Sower) => Promise<T>} sow
 * @param {(server: Server, sown: T) => Promise<Row[]>} work
 */
async function withSown(settings, sow, work) {
  const place = newPlace(settings.store);
  const sown = await place.sow(sow);
  const server = await startConvene(place.environment);
  try {
    return await work(server, sown);
  } finally {
    await server.stop();
    await place.remove();
  }
}

/** @param {string} token @param {readonly string[]} ids taken in turn @param {number} amount @returns {Work} */
const editing = (token, ids, amount) => ({
  method: 'PATCH',
  path: '/api/events',
  token,
  amount,
  next: () => ({
    path: `/api/events/${ids[(edits += 1) % ids.length] ?? ''}`,
    body: { metadata: { n: edits } },
  }),
});

/** @param {string} token @param {readonly string[]} ids @param {number} amount @param {(id: string) => string} [pathOf] @returns {Work} */
const reading = (token, ids, amount, pathOf = (id) => `/api/events/${id}`) => ({
  path: '/api/events',
  token,
  amount,
  next: ({ sent }) => ({ path: pathOf(ids[sent % ids.length] ?? '') }),
});

/** @param {Settings} settings @returns {Promise<Row[]>} */
export const versions = (settings) =>
  withSown(
    settings,
    async (sower) => {
      const user = await sower.user('ada');
      const long = settings.full ? [1_000, 10_000, 100_000] : [1_000, 10_000];
      const ids = await sower.events(user.id, SHORT + long.length, event2k);
      return { user, long, ids };
    },
    async (server, { user: { token }, long, ids }) => {
      /** @type {Record<string, string[]>} */
      const bySize = { 10: ids.slice(0, SHORT) };
      await load(server, editing(token, ids.slice(0, SHORT), 9 * SHORT));
      for (const [i, size] of long.entries()) {
        const id = ids[SHORT + i] ?? '';
        bySize[size] = [id];
        await load(server, editing(token, [id], size - 1));
      }
      /** @param {string} size */
      const any = (size) => 1 + Math.floor(Math.random() * (Number(size) - 2));
      /** @param {(size: string, ids: string[]) => Work} workOf */
      const each = (workOf) =>
        Object.fromEntries(Object.entries(bySize).map(([size, some]) => [size, workOf(size, some)]));
      const about = { part: 'versions', of: 'versions', atMost: 1.3 };
      const [AMOUNT, FEW] = [400, 200];
      return [
        ...(await grow(
          server,
          { ...about, work: 'edit' },
          each((_size, some) => editing(token, some, AMOUNT)),
        )),
        ...(await grow(
          server,
          { ...about, work: 'get' },
          each((_size, some) => reading(token, some, AMOUNT)),
        )),
        ...(await grow(
          server,
          { ...about, work: 'any version' },
          each((size, some) => reading(token, some, FEW, (id) => `/api/events/${id}/history/${any(size)}`)),
        )),
        ...(await grow(
          server,
          { ...about, work: 'diff of neighbours' },
          each((size, some) =>
            reading(token, some, FEW, (id) => {
              const version = any(size);
              return `/api/events/${id}/diff/${version}/${version + 1}`;
            }),
          ),
        )),
      ];
    },
  );

/** @param {Settings} settings @returns {Promise<Row[]>} */
export const events = (settings) =>
  withSown(
    settings,
    async (sower) => {
      /** @type {Record<string, User>} */
      const users = {};
      for (const size of [1_000, 10_000, 100_000]) {
        const user = await sower.user(`user${size}`);
        users[size] = user;
        await sower.events(user.id, size, oneOfMany);
      }
      return users;
    },
    async (server, users) => {
      /** @param {Omit<Work, 'token'>} work */
      const each = (work) =>
        Object.fromEntries(Object.entries(users).map(([size, { token }]) => [size, { ...work, token }]));
      // By night, when there is nothing: how much is met grows with how much there is.
      const night = TODAY + 40 * DAY + 2 * 3_600_000;
      const candidate = { start: instant(night), end: instant(night + 3_600_000) };
      const about = { part: 'events', of: 'events', atMost: 1.5 };
      const window = `/api/events?from=${MONTH.from}&to=${MONTH.to}`;
      return [
        ...(await grow(
          server,
          { ...about, work: 'list of 50' },
          each({ path: '/api/events?limit=50', amount: 400 }),
        )),
        ...(await grow(
          server,
          { ...about, work: 'window, 50 of a month' },
          each({ path: window, amount: 200 }),
        )),
        ...(await grow(
          server,
          { ...about, work: 'window, expanded, 50 of a month' },
          each({ path: `${window}&expand=true`, amount: 60 }),
        )),
        ...(await grow(
          server,
          { ...about, work: 'by tag, 10' },
          each({ path: '/api/events?tag=tag7&limit=10', amount: 400 }),
        )),
        ...(await grow(
          server,
          { ...about, work: 'conflict check' },
          each({
            method: 'POST',
            path: '/api/events/conflicts',
            amount: 60,
            next: () => ({ body: candidate }),
          }),
        )),
      ];
    },
  );

/** @param {Settings} settings @returns {Promise<Row[]>} */
export const members = (settings) =>
  withSown(
    settings,
    async (sower) => {
      const [ada, ...others] = await sower.users(1_000);
      const roles = others.map(({ id }) => ({ id, role: /** @type {const} */ ('editor') }));
      const owner = ada?.id ?? '';
      return {
        token: ada?.token ?? '',
        bySize: {
          1: await sower.events(owner, 1, event2k),
          1000: await sower.events(owner, 1, event2k, roles),
        },
      };
    },
    async (server, { token, bySize }) => [
      ...(await growBoth(server, { part: 'members', of: 'members', atMost: 1.3 }, token, bySize)),
    ],
  );

/** @param {Settings} settings @returns {Promise<Row[]>} */
export const overrides = (settings) =>
  withSown(
    settings,
    async (sower) => {
      const { id, token } = await sower.user('ada');
      const start = TODAY - 2_000 * DAY;
      /** @param {number} count */
      const series = (count) => ({
        title: 'Daily',
        start: instant(start),
        end: instant(start + 3_600_000),
        recurrence: 'FREQ=DAILY',
        overrides: Object.fromEntries(
          Array.from({ length: count }, (_, i) => [
            instant(start + i * DAY).slice(0, 19),
            { title: `Day ${i}` },
          ]),
        ),
      });
      return {
        token,
        bySize: {
          0: await sower.events(id, 1, () => series(0)),
          100: await sower.events(id, 1, () => series(100)),
          1000: await sower.events(id, 1, () => series(1_000)),
        },
      };
    },
    async (server, { token, bySize }) =>
      growBoth(server, { part: 'overrides', of: 'overrides' }, token, bySize),
  );

/**
 * @param {Server} server @param {{ part: string, of: string, atMost?: number }} about @param {string} token
 * @param {Record<string, string[]>} bySize
 */
async function growBoth(server, about, token, bySize) {
  /** @param {(ids: string[]) => Work} workOf */
  const each = (workOf) =>
    Object.fromEntries(Object.entries(bySize).map(([size, ids]) => [size, workOf(ids)]));
  return [
    ...(await grow(
      server,
      { ...about, work: 'edit' },
      each((ids) => editing(token, ids, 100)),
    )),
    ...(await grow(
      server,
      { ...about, work: 'get' },
      each((ids) => reading(token, ids, 200)),
    )),
  ];
}

/** @param {Settings} settings @returns {Promise<Row[]>} */
export const distance = (settings) =>
  withSown(
    settings,
    async (sower) => {
      /** @type {Record<string, User>} */
      const users = {};
      for (const years of [1, 10, 50]) {
        const user = await sower.user(`years${years}`);
        users[years] = user;
        await sower.events(user.id, 200, (i) => longSeries(years, i));
      }
      return users;
    },
    async (server, users) => {
      const path = `/api/events?from=${MONTH.from}&to=${MONTH.to}&expand=true&limit=200`;
      const works = Object.entries(users).map(([years, { token }]) => [years, { path, token, amount: 50 }]);
      const about = {
        part: 'distance',
        work: 'window, expanded, 200 series',
        of: 'years after their start',
        atMost: 1.5,
      };
      return grow(server, about, Object.fromEntries(works));
    },
  );
