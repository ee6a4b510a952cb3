import { ConveneClient, type ConnectionState } from '../../client/index.js';
import { sharedFetch } from './kept-session.js';
import { createStore } from './store.js';

/** The one client of this page: everything that it knows of the server comes through it. */
export const client = new ConveneClient({ url: location.origin, fetch: sharedFetch });

export interface Connection {
  state: ConnectionState;
  /** Since when it is not online, in milliseconds; null while it is. */
  lostAt: number | null;
}

export const connection = createStore<Connection>({ state: 'offline', lostAt: null });

client.on('connection', (state) =>
  connection.set(({ lostAt }) => ({ state, lostAt: state === 'online' ? null : (lostAt ?? Date.now()) })),
);

// The next try may be some seconds off.
addEventListener('online', () => client.reconnect());

/** An id that nobody else has: for what is sent again and must be done once. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
