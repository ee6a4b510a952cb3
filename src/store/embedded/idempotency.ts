import type { IdempotencyStore, KeyRun, KeyState, KeyUse } from '../../service/ports.js';
import type { Environment } from './environment.js';
import { FIRST } from './indexes.js';

/** What is known of a key; without an answer it is run, or was when the process died. */
interface Known {
  fingerprint: string;
  token: string;
  attempt: number;
  expiresAt: number;
  /** Base64. */
  answer?: string;
}

/** Each new key takes this many that have expired with it: there are never more than were used lately. */
const SWEPT = 10;

/**
 * Keys by user, and by when they expire. Which of them are being run is known to the one process that has this store
 * open: it ends with it.
 */
export function embeddedIdempotency(environment: Environment): IdempotencyStore {
  const keys = environment.table<Known>('idempotency');
  const expiries = environment.table<true>('idempotencyExpiry');
  const running = new Set<string>();

  const put = ({ userId, key }: Pick<KeyUse, 'userId' | 'key'>, known: Known): void => {
    keys.putSync([userId, key], known);
    expiries.putSync([known.expiresAt, userId, key], true);
  };
  const remove = ({ userId, key }: Pick<KeyUse, 'userId' | 'key'>): void => {
    const known = keys.get([userId, key]);
    if (known) {
      keys.removeSync([userId, key]);
      expiries.removeSync([known.expiresAt, userId, key]);
    }
  };
  const sweep = (at: number): void => {
    for (const expiry of [...expiries.getKeys({ start: [FIRST], end: [at], limit: SWEPT })]) {
      const [, userId, key] = expiry as [number, string, string];
      remove({ userId, key });
    }
  };

  /** What there is to say without writing anything; undefined where a run is to be started. */
  const look = (use: KeyUse): KeyState | undefined => {
    const known = keys.get([use.userId, use.key]);
    if (!known || known.expiresAt <= use.at) {
      return undefined;
    }
    if (known.fingerprint !== use.fingerprint) {
      return { state: 'mismatch' };
    }
    if (known.answer !== undefined) {
      return { state: 'answered', answer: Buffer.from(known.answer, 'base64') };
    }
    if (running.has(nameOf({ ...use, ...known }))) {
      return { state: 'in-progress' };
    }
    return use.repeatable ? undefined : { state: 'unknown' };
  };

  const start = (use: KeyUse): KeyState => {
    const known = keys.get([use.userId, use.key]);
    const again = known && known.expiresAt > use.at;
    const { fingerprint, token, at, keepMs } = use;
    const next = again
      ? { ...known, attempt: known.attempt + 1 }
      : { fingerprint, token, attempt: 1, expiresAt: at + keepMs };
    remove(use);
    sweep(at);
    put(use, next);
    return {
      state: 'started',
      run: { userId: use.userId, key: use.key, token: next.token, attempt: next.attempt },
    };
  };

  /** Where the run is still the key's. */
  const ifCurrent = (run: KeyRun, work: (known: Known) => void): Promise<void> =>
    environment
      .write(() => {
        const known = keys.get([run.userId, run.key]);
        if (known?.token === run.token && known.attempt === run.attempt && known.answer === undefined) {
          work(known);
        }
      })
      .finally(() => running.delete(nameOf(run)));

  return {
    begin: async (use) =>
      look(use) ??
      environment.write(() => {
        const state = look(use) ?? start(use);
        if (state.state === 'started') {
          running.add(nameOf(state.run));
        }
        return state;
      }),
    finish: (run, answer) =>
      ifCurrent(run, (known) => {
        put(run, { ...known, answer: Buffer.from(answer).toString('base64') });
      }),
    abandon: (run) => ifCurrent(run, () => remove(run)),
    leave: async (run) => {
      running.delete(nameOf(run));
    },
  };
}

const nameOf = ({ userId, token, attempt }: Omit<KeyRun, 'key'>): string => `${userId} ${token} ${attempt}`;
