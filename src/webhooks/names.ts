import { lookup, type LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';

/**
 * All addresses of a name; rejects with the code ENOTFOUND where there are none, or none are told. Once `signal` is
 * aborted nobody waits for them any more.
 */
export type Resolve = (name: string, signal: AbortSignal) => Promise<LookupAddress[]>;

const QUERY = { timeout: 2_000, tries: 2 } as const;

/**
 * Asks the DNS itself. The system's own way of looking up names takes one of the process's few threads for as long as
 * it lasts, and how long that is would be up to whoever serves the name.
 *
 * @param servers in place of those that the system asks
 */
export const fromDns =
  (servers?: readonly string[]): Resolve =>
  async (name, signal) => {
    const resolver = new Resolver(QUERY);
    resolver.setServers(servers ?? resolver.getServers());
    const giveUp = (): void => resolver.cancel();
    signal.addEventListener('abort', giveUp, { once: true });
    const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    signal.removeEventListener('abort', giveUp);
    const found = [...withFamily(four, 4), ...withFamily(six, 6)];
    if (found.length === 0) {
      throw notFound();
    }
    return found;
  };

const withFamily = (result: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] =>
  result.status === 'fulfilled' ? result.value.map((address) => ({ address, family })) : [];

/** So many names are looked up at the same time: most of the threads stay free. */
const THREADS = 2;

/** Asks the system, which knows the names of its own network as well: one after the other, if need be. */
export function fromSystem(): Resolve {
  const turns: Promise<unknown>[] = Array.from({ length: THREADS }, () => Promise.resolve());
  let next = 0;
  return (name) => {
    const turn = (next += 1) % THREADS;
    const found = (turns[turn] ?? Promise.resolve()).then(() => askSystem(name));
    turns[turn] = found.catch(() => undefined);
    return found;
  };
}

const askSystem = (name: string): Promise<LookupAddress[]> =>
  new Promise((resolve, reject) => {
    lookup(name, { all: true }, (error, addresses) => {
      if (error || addresses.length === 0) {
        reject(notFound());
      } else {
        resolve(addresses);
      }
    });
  });

const notFound = (): Error => Object.assign(new Error('The name is not known'), { code: 'ENOTFOUND' });
