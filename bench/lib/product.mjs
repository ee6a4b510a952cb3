// The built program, of which the benchmarks use more than its face where that saves minutes: dist/, or another build
// that CONVENE_DIST names.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export const DIST = path.resolve(
  process.env.CONVENE_DIST ?? path.join(import.meta.dirname, '..', '..', 'dist'),
);
export const MAIN = path.join(DIST, 'main.js');

/** @param {string} file below dist/ @returns {Promise<any>} */
const load = (file) => import(pathToFileURL(path.join(DIST, file)).href);

/** @type {typeof import('../../src/calendar/content.js')} */
export const { parseContent } = await load('calendar/content.js');
/** @type {typeof import('../../src/calendar/schedule.js')} */
export const { busyTimes } = await load('calendar/schedule.js');
/** @type {typeof import('../../src/service/commit-change.js')} */
export const { indexKeys } = await load('service/commit-change.js');
/** @type {typeof import('../../src/service/ids.js')} */
export const { newId } = await load('service/ids.js');
/** @type {typeof import('../../src/service/tokens.js')} */
export const { createTokens, hashToken } = await load('service/tokens.js');
/** @type {typeof import('../../src/store/embedded/data-file.js')} */
export const { DATA_FILE } = await load('store/embedded/data-file.js');
/** @type {typeof import('../../src/store/embedded/environment.js')} */
export const { openForReading } = await load('store/embedded/environment.js');
/** @type {typeof import('../../src/store/embedded/index.js')} */
export const { openEmbeddedStore } = await load('store/embedded/index.js');
/** @type {typeof import('../../src/store/mongo/index.js')} */
export const { openMongoStore } = await load('store/mongo/index.js');
