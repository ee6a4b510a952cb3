import type { SessionTokens } from '../../client/index.js';
import { keep, kept } from './storage.js';

const KEY = 'convene.session';

/**
 * Where tabs can take turns, they share one session; a refresh token is good once, so they must. Where they cannot
 * (plain HTTP from another machine), each tab has its own session, which ends with it.
 */
const locks = (navigator as { locks?: LockManager }).locks;
const storage = (): Storage => (locks ? localStorage : sessionStorage);

export const keptSession = (): SessionTokens | null => kept(KEY, storage) as SessionTokens | null;

/** Keeps newer tokens. Those that came from here are not written again: another tab may have written since. */
export function keepSession(tokens: SessionTokens | null): void {
  if (tokens?.refreshToken !== keptSession()?.refreshToken) {
    keep(KEY, tokens, storage);
  }
}

/** The user has another name now: the next page shows it, too. */
export function keepUser(user: SessionTokens['user']): void {
  const tokens = keptSession();
  if (tokens) {
    keep(KEY, { ...tokens, user }, storage);
  }
}

/** Calls back when another tab has signed in. */
export function onSessionKept(listener: (tokens: SessionTokens) => void): void {
  addEventListener('storage', ({ key }) => {
    const tokens = key === KEY ? keptSession() : null;
    if (tokens) {
      listener(tokens);
    }
  });
}

/** How long until what one tab has written can be read by every other, generously: they are other processes. */
const SETTLED_MS = 300;

/** The browser's `fetch`, in which a session is renewed by one tab at a time, and by the others with its answer. */
export const sharedFetch: typeof fetch = (input, init) =>
  typeof input === 'string' && input.endsWith('/api/auth/refresh') && locks
    ? inTurn(locks, () => renew(input, init))
    : fetch(input, init);

/** The answer is there at once; the next tab's turn comes when it can read what this one wrote. */
function inTurn<T>(manager: LockManager, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    void manager.request('convene.renewal', async () => {
      await work().then(resolve, reject);
      await new Promise((done) => setTimeout(done, SETTLED_MS));
    });
  });
}

async function renew(url: string, init?: RequestInit): Promise<Response> {
  const { refreshToken } = JSON.parse(init?.body as string) as { refreshToken: string };
  const other = keptSession();
  if (other && other.refreshToken !== refreshToken && (other.expiresAt ?? 0) > Date.now()) {
    return Response.json({ ...other, expiresIn: ((other.expiresAt ?? 0) - Date.now()) / 1000 });
  }
  const response = await fetch(url, init);
  if (response.ok) {
    const tokens = (await response.clone().json()) as SessionTokens & { expiresIn: number };
    const { user, accessToken, expiresIn } = tokens;
    keepSession({
      user,
      accessToken,
      refreshToken: tokens.refreshToken,
      expiresAt: Date.now() + expiresIn * 1000,
    });
  }
  return response;
}
