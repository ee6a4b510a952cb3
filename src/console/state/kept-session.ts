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
export const keepSession = (tokens: SessionTokens | null): void => keep(KEY, tokens, storage);

/** Calls back when another tab has signed in. */
export function onSessionKept(listener: (tokens: SessionTokens) => void): void {
  addEventListener('storage', ({ key }) => {
    const tokens = key === KEY ? keptSession() : null;
    if (tokens) {
      listener(tokens);
    }
  });
}

/** The browser's `fetch`, in which a session is renewed by one tab at a time, and by the others with its answer. */
export const sharedFetch: typeof fetch = (input, init) =>
  typeof input === 'string' && input.endsWith('/api/auth/refresh') && locks
    ? locks.request('convene.renewal', () => renew(input, init))
    : fetch(input, init);

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
