// What events and versions take of disk and memory on the embedded store, beside their JSON.
import path from 'node:path';
import { event2k, MONTH, oneOfMany } from '../lib/events.mjs';
import { figure } from '../lib/figures.mjs';
import { call, load } from '../lib/http-load.mjs';
import { newPlace } from '../lib/place.mjs';
import { DATA_FILE, openForReading } from '../lib/product.mjs';
import { startConvene } from '../lib/server.mjs';

/** @typedef {import('../lib/figures.mjs').Row} Row */
/** @typedef {import('../main.mjs').Settings} Settings */
/** @typedef {Record<'pageSize' | 'treeBranchPageCount' | 'treeLeafPageCount' | 'overflowPages', number>} Stats of LMDB */

const EVENTS = 20_000;
const VERSIONS = 10_000;
const PAGE = 100;

/** @param {Settings} settings @returns {Promise<Row[]>} */
export async function space(settings) {
  if (settings.store !== 'embedded') return [];
  const place = newPlace(settings.store);
  try {
    const { user, edited, one } = await place.sow(async (sower) => {
      const ada = await sower.user('ada');
      const [first = ''] = await sower.events(ada.id, 1, event2k);
      const [second = ''] = await sower.events(ada.id, 1, oneOfMany);
      return { user: ada, edited: first, one: second };
    });
    const empty = await diskOf(place.folder);
    await place.sow((sower) => sower.events(user.id, EVENTS, oneOfMany));
    const full = await diskOf(place.folder);
    const server = await startConvene(place.environment);
    /** @type {{ json: number, indexed: number, entries: number }} */
    let found;
    try {
      /** @param {string} url */
      const ask = (url) => call(server.url, user.token, 'GET', `/api/events${url}`);
      const [idle, json] = [await server.memory(), sizeOf(await ask(`/${one}`))];
      const month = `?from=${MONTH.from}&to=${MONTH.to}&expand=true`;
      await ask(month);
      await server.quiet();
      await ask(month);
      const indexed = await server.memory();
      let n = 0;
      await load(server, {
        method: 'PATCH',
        path: `/api/events/${edited}`,
        token: user.token,
        amount: VERSIONS,
        next: () => ({ body: { metadata: { n: (n += 1) } } }),
      });
      const { items } = await ask(`/${edited}/history?limit=${PAGE}`);
      found = { json, indexed: indexed - idle, entries: sizeOf(items) };
    } finally {
      await server.stop();
    }
    const edits = (await diskOf(place.folder)) - full;
    const { json, indexed, entries } = found;
    const about = { part: 'space', yardstick: 'its JSON' };
    return [
      { ...about, work: 'an event, on disk', ...beside((full - empty) / EVENTS, json) },
      { ...about, work: 'an event, in memory once indexed', ...beside(indexed / EVENTS, json) },
      {
        ...about,
        work: '1,000 versions, on disk',
        ...beside((edits / VERSIONS) * 1_000, (entries / PAGE) * 1_000),
      },
    ];
  } finally {
    await place.remove();
  }
}

/** @param {number} ours @param {number} theirs in bytes */
const beside = (ours, theirs) => ({
  unit: 'KB',
  ours: figure([ours / 1024]),
  theirs: figure([theirs / 1024]),
  ratio: figure([ours / theirs]),
});

/** The pages that are in use: those that were freed are used again. @param {string} folder */
async function diskOf(folder) {
  const tables = openForReading(path.join(folder, DATA_FILE));
  try {
    return tables.names().reduce((bytes, name) => {
      const { pageSize, treeBranchPageCount, treeLeafPageCount, overflowPages } = /** @type {Stats} */ (
        tables.table(name).getStats()
      );
      return bytes + (treeBranchPageCount + treeLeafPageCount + overflowPages) * pageSize;
    }, 0);
  } finally {
    await tables.close();
  }
}

/** @param {unknown} value */
const sizeOf = (value) => Buffer.byteLength(JSON.stringify(value));
