import { CodedError } from '../calendar/errors.js';
import { RateLimited } from '../gate/limits.js';
import type { Throttle } from '../gate/throttle.js';
import type { AccountService } from '../service/accounts.js';
import type { EventCommit, NewEvent, Store } from '../service/ports.js';
import type { Meters } from './meters.js';
import { observed, type Ended } from './observed.js';

/** The store with its times, and with what is written counted: whoever writes, it ends here. */
export function countStore(store: Store, meters: Meters): Store {
  const timed = ([name, port]: [string, unknown]): [string, unknown] => [
    name,
    typeof port === 'object' && port !== null ? countPort(name, port, meters) : port,
  ];
  return Object.fromEntries(Object.entries(store).map(timed)) as unknown as Store;
}

const countPort = (store: string, port: object, meters: Meters): object =>
  observed(port, (ended) => {
    const { operation, seconds, outcome } = ended;
    meters.storeSeconds.observe({ store, operation }, seconds);
    if ('error' in outcome) {
      meters.storeFailures.inc({ store, operation });
    } else if (store === 'events') {
      countWrites(ended, outcome.value, meters);
    }
  });

function countWrites({ operation, args: [first] }: Ended, answer: unknown, meters: Meters): void {
  if (operation === 'insert') {
    (first as NewEvent[]).forEach((event) => countEntries(event, meters));
  } else if (operation === 'commit' && answer === false) {
    meters.lostRaces.inc();
  } else if (operation === 'commit') {
    const { entries, alsoInsert } = first as EventCommit;
    meters.batch.observe(entries.length);
    countEntries({ entries: [...entries, ...(alsoInsert?.entries ?? [])] }, meters);
  }
}

const countEntries = ({ entries }: Pick<EventCommit, 'entries'>, { changes }: Meters): void =>
  entries.forEach(({ kind }) => changes.inc({ kind }));

/** The throttle, with its refusals counted. */
export const countRefusals = (throttle: Throttle, { limited }: Meters): Throttle =>
  observed(throttle, ({ operation, args, outcome }) => {
    if ('error' in outcome && outcome.error instanceof RateLimited) {
      limited.inc({ limit: limitOf(operation, args[0]) });
    }
  });

function limitOf(operation: string, first: unknown): string {
  if (operation === 'take') {
    return String(first);
  }
  return operation === 'connection' ? 'connections' : first === 'edit' ? 'edits' : 'messages';
}

/** The accounts, with the logins that failed counted. */
export const countLogins = (accounts: AccountService, { loginFailures }: Meters): AccountService => ({
  ...accounts,
  ...observed({ login: accounts.login }, ({ outcome }) => {
    if ('error' in outcome && isWrongLogin(outcome.error)) {
      loginFailures.inc();
    }
  }),
});

const isWrongLogin = (error: unknown): boolean =>
  error instanceof CodedError && error.code === 'invalid-credentials';
