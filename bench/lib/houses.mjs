import { readFileSync } from 'node:fs';
import { House } from '../storm/house.mjs';
import { CAN_PIN, LOAD_CORE, pin, SERVER_CORE } from './cores.mjs';
import { openMongoStore, DIST } from './product.mjs';
import { Sower } from './sower.mjs';

/** Linux counts a process's time in hundredths of a second. */
const TICK_US = 10_000;

/**
 * Processes on a database and a Redis of their own.
 *
 * @template T
 * @param {number} size how many
 * @param {(sower: Sower) => Promise<T>} sow
 */
export async function openHouse(size, sow) {
  const house = new House(DIST);
  const store = await openMongoStore(house.database);
  const sown = await sow(new Sower(store, house.secret)).finally(() => store.close());
  await house.open(size);
  const nodes = [...house.nodes.values()].map(({ port, child: { pid = 0 } }) => ({
    url: `http://127.0.0.1:${port}`,
    pid,
  }));
  // The second shares the load's core: there are only two.
  if (CAN_PIN) nodes.forEach(({ pid }, i) => pin(pid, i % 2 ? LOAD_CORE : SERVER_CORE));
  return {
    sown,
    nodes,
    /** What all of them have used of processors, in microseconds. */
    cpu: async () => nodes.reduce((sum, { pid }) => sum + cpuOf(pid), 0),
    close: () => house.close(),
  };
}

/** `proc(5)`: user and system time are the 14th and 15th fields; the name before them may have blanks in it. @param {number} pid */
function cpuOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [, , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(user) + Number(system)) * TICK_US;
}
