import { conflicts } from './conflicts.mjs';
import { memory, subscribers } from './crowds.mjs';
import { distance, events, members, overrides, versions } from './growth.mjs';
import { fanout, socketEdit } from './live.mjs';
import { processes } from './processes.mjs';
import { restParts } from './rest.mjs';
import { space } from './space.mjs';
import { start } from './start.mjs';

/** @typedef {(settings: import('../main.mjs').Settings) => Promise<import('../lib/figures.mjs').Row[]>} Part */

/** Everything that is measured, by its name on the command line; what is not possible gives no rows. @type {Record<string, Part>} */
export const parts = {
  ...restParts,
  'socket-edit': socketEdit,
  fanout,
  conflicts,
  start,
  versions,
  events,
  subscribers,
  members,
  overrides,
  distance,
  memory,
  space,
  processes,
};
