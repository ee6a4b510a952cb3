import { ConveneError, type SessionTokens } from '../../client/index.js';
import { wordsForEnd } from '../words.js';
import { client } from './client.js';
import { keepSession, keptSession, onSessionKept } from './kept-session.js';
import { keep, kept } from './storage.js';
import { createStore } from './store.js';

type User = SessionTokens['user'];

export interface SessionState {
  user: User | null;
  /** Why the last session ended, in words; null where the person ended it. */
  ended: string | null;
}

export const session = createStore<SessionState>({ user: null, ended: null });

const KNOWN = 'convene.known';
/** Whether somebody has signed in with this browser before. */
export const wasHere = (): boolean => kept(KNOWN) === true;

/** Of whoever is signed in; '' where nobody is. */
export const myId = (): string => session.get().user?.id ?? '';

/** Goes on with the session that was kept, and from then on keeps the newest tokens. */
export function startSession(): void {
  client.on('tokens', (tokens) => {
    keepSession(tokens);
    keep(KNOWN, true);
    session.set(tokens ? { user: tokens.user, ended: null } : { user: null });
  });
  client.on('session-ended', ({ reason }) =>
    session.set({ ended: reason === 'logout' && isLeaving ? null : wordsForEnd(reason) }),
  );
  const resume = (tokens: SessionTokens | null): void => {
    if (tokens && !client.tokens) {
      client.resume(tokens);
    }
  };
  resume(keptSession());
  onSessionKept(resume);
}

/** A name of their own choice, or an address: people type either. */
export const signIn = (name: string, password: string): Promise<void> =>
  client.signIn(name.includes('@') ? { email: name, password } : { username: name, password });

export interface NewAccount {
  email: string;
  name: string;
  password: string;
  invitation: string;
}

export const register = ({ email, name, password, invitation }: NewAccount): Promise<void> =>
  client.register({
    email,
    password,
    ...(name.trim() && { name: name.trim() }),
    ...(invitation.trim() && { invitation: invitation.trim() }),
  });

let isLeaving = false;

/** The session is forgotten here even where the server cannot be told. */
export async function signOut(): Promise<void> {
  isLeaving = true;
  try {
    await client.signOut();
  } catch (error) {
    if (!(error instanceof ConveneError)) {
      throw error;
    }
  } finally {
    isLeaving = false;
  }
}
