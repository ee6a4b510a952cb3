import { describe, expect, test } from '@jest/globals';
import { createAudience } from '../../src/live/audience.js';
import { createBeacon } from '../../src/live/beacon.js';
import { createFeeds } from '../../src/live/feeds.js';
import { room, type LiveSocket, type Rooms } from '../../src/live/io.js';
import { createSessions } from '../../src/live/sessions.js';
import type { Change } from '../../src/protocol/history.js';
import type { Membership, Snapshot } from '../../src/service/ports.js';

const EVENT = '66f0c0ffee0123456789abcd';
const by = { id: EVENT, username: 'ada', name: 'Ada' };

/** A socket of somebody's, and what it was sent. */
interface Client {
  heard: [message: string, payload: any][];
  versions(): number[];
  connected: boolean;
}

/** One process whose store moves on without anybody telling it. */
function world() {
  const log: Change[] = [];
  const members = new Set<string>();
  const ended = new Set<string>();
  const queries = { versions: 0 };
  const rooms = new Map<string, Set<LiveSocket>>();
  const all = new Set<LiveSocket>();

  const store = (kind: Change['kind'], membership?: Change['membership']): void => {
    const at = '2026-01-01T00:00:00.000Z';
    const change = { eventId: EVENT, version: log.length + 1, kind, patch: [], by, at };
    log.push(membership ? { ...change, membership } : change);
    if (membership) {
      members[membership.role === null ? 'delete' : 'add'](membership.userId);
    }
  };
  const edits = (count: number): void => Array.from({ length: count }).forEach(() => store('edit'));
  store('create');

  const fakeRooms: Rooms = {
    sockets: (name) => [...(name === undefined ? all : (rooms.get(name) ?? []))],
    tell: (names, message, payload, except = []) => {
      for (const socket of new Set(names.flatMap((name) => [...(rooms.get(name) ?? [])]))) {
        if (!except.includes(socket.id)) {
          (socket.emit as (message: string, payload: unknown) => void)(message, payload);
        }
      }
    },
    onLeave: () => {},
  };
  const audience = createAudience(fakeRooms);
  const sessions = createSessions({
    rooms: fakeRooms,
    clock: { now: () => new Date() },
    endedAmong: async (ids) => new Set(ids.filter((id) => ended.has(id))),
  });
  const catchUp = async (_: string, after: number): Promise<Change[]> => log.slice(after);
  const feeds = createFeeds({
    emit: audience.tell,
    withdraw: audience.withdraw,
    catchUp,
    isCurrent: () => true,
    onError: () => {},
  });
  const beacon = createBeacon({
    feeds,
    rooms: fakeRooms,
    audience,
    sessions,
    catchUp,
    versions: async () => {
      queries.versions += 1;
      return new Map([[EVENT, log.length]]);
    },
    find: async (_, userIds) => ({
      event: { version: log.length, deletedAt: null } as Snapshot['event'],
      members: new Map(
        userIds.filter((id) => members.has(id)).map((id) => [id, { role: 'viewer' } as Membership]),
      ),
    }),
    onError: () => {},
  });

  const subscribe = async (userId: string): Promise<Client> => {
    const heard: Client['heard'] = [];
    const client: Client = {
      heard,
      versions: () =>
        heard.flatMap(([message, payload]) => (message === 'event:changed' ? [payload.version] : [])),
      connected: true,
    };
    const mine = new Set<string>();
    const socket = {
      id: `${userId} ${all.size}`,
      data: { caller: { userId, sessionId: `session of ${userId}` }, subscriptions: new Map() },
      emit: (message: string, payload: unknown) => heard.push([message, payload]),
      join: (name: string) => {
        mine.add(name);
        rooms.set(name, (rooms.get(name) ?? new Set()).add(socket));
      },
      leave: (name: string) => rooms.get(name)?.delete(socket),
      disconnect: () => {
        client.connected = false;
        all.delete(socket);
        mine.forEach((name) => rooms.get(name)?.delete(socket));
      },
    } as unknown as LiveSocket;
    all.add(socket);
    members.add(userId);
    void socket.join(room.session(`session of ${userId}`));
    await feeds.join(
      EVENT,
      socket.id,
      async () => ({ version: log.length }),
      ({ version }) => {
        void socket.join(room.event(EVENT));
        socket.data.subscriptions.set(EVENT, { since: '', version, state: null, stateAt: 0 });
      },
    );
    return client;
  };
  return { log, members, ended, queries, feeds, beacon, store, edits, subscribe };
}

describe('2: what nobody told', () => {
  test('is sent in order, once, from one query for all events', async () => {
    const { beacon, feeds, edits, subscribe, queries, log } = world();
    const ada = await subscribe('ada');
    edits(3);
    await beacon.look();
    expect(ada.versions()).toEqual([2, 3, 4]);
    expect(queries.versions).toBe(1);
    // Told after all, late and twice.
    log.forEach(feeds.deliver);
    await beacon.look();
    edits(1);
    log.forEach(feeds.deliver);
    expect(ada.versions()).toEqual([2, 3, 4, 5]);
  });

  test('over 200 changes, those who stay members are told that they are behind, and go on from there', async () => {
    const { beacon, edits, store, subscribe, log, feeds } = world();
    const ada = await subscribe('ada');
    const bob = await subscribe('bob');
    store('unshare', { userId: 'bob', role: null, previousRole: 'viewer' });
    edits(300);
    await beacon.look();
    expect(ada.heard).toEqual([['event:behind', { eventId: EVENT, version: 302 }]]);
    // He has left: when he asks to subscribe again he is told that there is no such event.
    expect(bob.heard.map(([message]) => message)).toEqual(['event:behind']);
    edits(1);
    feeds.deliver(log[302]!);
    expect(ada.versions()).toEqual([303]);
    expect(bob.versions()).toEqual([]);
  });
});

describe('5: a process that was told of no revocation', () => {
  test('sends the removed member nothing from the removal on, and tells them of it', async () => {
    const { beacon, edits, store, subscribe } = world();
    const ada = await subscribe('ada');
    const bob = await subscribe('bob');
    edits(1);
    store('unshare', { userId: 'bob', role: null, previousRole: 'viewer' });
    edits(1);
    await beacon.look();
    expect(ada.versions()).toEqual([2, 3, 4]);
    // Not even what came before: he may have been told long ago that the event is his no more.
    expect(bob.versions()).toEqual([]);
    expect(bob.heard.at(-1)).toEqual(['event:unshared', { eventId: EVENT, by }]);
  });

  test('sends nobody but the owner anything of an event that was deleted', async () => {
    const { beacon, edits, store, subscribe } = world();
    const ada = await subscribe(by.id);
    const bob = await subscribe('bob');
    edits(1);
    store('delete');
    await beacon.look();
    expect(ada.versions()).toEqual([2, 3]);
    expect(bob.heard).toEqual([['event:deleted', { eventId: EVENT, version: 3, by }]]);
  });

  test('a later change alone does not get past the removal', async () => {
    const { feeds, edits, store, subscribe, log } = world();
    const bob = await subscribe('bob');
    store('unshare', { userId: 'bob', role: null, previousRole: 'viewer' });
    edits(1);
    feeds.deliver(log[2]!);
    await feeds.settle(EVENT);
    expect(bob.versions()).toEqual([]);
  });

  test('who was removed and let in again before the news of the removal came stays', async () => {
    const { feeds, store, subscribe, log, edits } = world();
    store('unshare', { userId: 'bob', role: null, previousRole: 'viewer' });
    store('share', { userId: 'bob', role: 'viewer', previousRole: null });
    const bob = await subscribe('bob');
    feeds.deliver(log[1]!);
    edits(1);
    feeds.deliver(log[3]!);
    expect(bob.versions()).toEqual([4]);
  });

  test('ends the sockets of sessions that have ended', async () => {
    const { beacon, ended, subscribe } = world();
    const [ada, bob] = [await subscribe('ada'), await subscribe('bob')];
    ended.add('session of bob');
    await beacon.look();
    expect(bob.heard).toEqual([['session:ended', { reason: 'revoked' }]]);
    expect([ada.connected, bob.connected]).toEqual([true, false]);
  });
});
