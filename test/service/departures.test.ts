import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseContent } from '../../src/calendar/content.js';
import type { Role } from '../../src/calendar/access.js';
import { effectivePatch } from '../../src/calendar/difference.js';
import type { LogEntry } from '../../src/calendar/history.js';
import { createAccountDeletion } from '../../src/service/account-deletion.js';
import { indexKeys } from '../../src/service/commit-change.js';
import { createCursors } from '../../src/service/cursor.js';
import { createDepartures, type Departures } from '../../src/service/departures.js';
import { createEventService } from '../../src/service/events.js';
import { createOccurrenceCache } from '../../src/service/occurrence-cache.js';
import { createPeople } from '../../src/service/people.js';
import type { AccountStore, EventStore, Membership, NewEvent, Store } from '../../src/service/ports.js';
import { newId, newSession, newUser } from '../store/samples.js';
import { ADA, BOB, CAT, embeddedStore, logOf, openHouse, provenVersions, VIEWER } from './house.js';

let store: Store;
let running: Departures[];

beforeEach(async () => {
  store = await embeddedStore();
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await store.close();
});

const clock = { now: () => new Date() };
const anyPassword = { hash: async () => '$', matches: async () => true };

/** One process: it can delete accounts, and finishes what others have left. */
function openProcess(events: EventStore, accounts: AccountStore, ended: string[] = []) {
  const endSessions = async (ids: readonly string[]): Promise<void> => void ended.push(...ids);
  const house = openHouse(events, { endSessions });
  const broadcaster = { publish: async () => {}, endSessions };
  const people = createPeople(accounts);
  const cursors = createCursors(Buffer.alloc(32, 7));
  const { erase } = createEventService({
    events,
    people,
    pipeline: house.pipeline,
    broadcaster,
    cursors,
    occurrences: createOccurrenceCache({ events, clock, onError: () => undefined }),
    clock,
  });
  const errors: unknown[] = [];
  const departures = createDepartures({
    accounts,
    events,
    pipeline: house.pipeline,
    erase,
    endSessions,
    clock,
    onError: (error) => void errors.push(error),
  });
  running.push(departures);
  const deletion = createAccountDeletion({ accounts, passwords: anyPassword, departures, clock });
  return { ...house, departures, deletion, errors };
}

async function insertUser(id: string): Promise<void> {
  await store.accounts.insertUser(newUser({ id }));
}

/** Stores an event of the owner's with these members, and answers its id. */
async function insertEvent(
  owner: string,
  others: Record<string, Role>,
  more: Partial<NewEvent['event']> = {},
) {
  const at = '2026-03-01T00:00:00.000Z';
  const content = parseContent({ title: 'x', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z' });
  const id = newId();
  const member = ([userId, role]: [string, Role]): Membership => ({
    userId,
    role,
    grantedBy: owner,
    grantedAt: at,
  });
  await store.events.insert([
    {
      event: {
        id,
        version: 1,
        ownerId: owner,
        content,
        createdAt: at,
        updatedAt: at,
        updatedBy: owner,
        deletedAt: null,
        ...more,
      },
      keys: indexKeys(content),
      entries: [
        { version: 1, kind: 'create', at, by: owner, via: 'rest', patch: effectivePatch({}, content) },
      ],
      members: Object.entries({ [owner]: 'owner' as const, ...others }).map(member),
    },
  ]);
  return id;
}

const WRITES = new Set([
  'insert',
  'commit',
  'erase',
  'putBucket',
  'trimLog',
  'depart',
  'removeUser',
  'forgetDeparture',
  'revokeSession',
  'revokeSessions',
]);

/** The ports of a process that dies when it begins its write number `last + 1`. */
function mortal(last: number) {
  let writes = 0;
  const dying = <Port extends object>(port: Port): Port =>
    Object.fromEntries(
      Object.entries(port).map(([name, method]) => [
        name,
        async (...given: unknown[]) => {
          writes += WRITES.has(name) ? 1 : 0;
          if (writes > last) {
            throw new Error('killed');
          }
          return (method as (...all: unknown[]) => Promise<unknown>)(...given);
        },
      ]),
    ) as Port;
  return { events: dying(store.events), accounts: dying(store.accounts) };
}

/** Waits until a condition holds. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; !(await condition());) {
    expect(Date.now()).toBeLessThan(deadline);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const membersOf = async (eventId: string): Promise<Record<string, Role>> =>
  Object.fromEntries((await store.events.members(eventId)).map(({ userId, role }) => [userId, role]));

const eventsOf = async (userId: string): Promise<string[]> => {
  const query = {
    userId,
    words: [],
    window: {},
    sort: 'start' as const,
    descending: false,
    limit: 10_000,
  };
  const [live, trash] = [
    await store.events.list({ ...query, state: 'live' }),
    await store.events.list({ ...query, state: 'trash' }),
  ];
  return [...live, ...trash].map(({ event }) => event.id);
};

const kindsOf = async (eventId: string): Promise<string[]> =>
  (await logOf(store.events, eventId)).map(({ kind }) => kind);

describe('an account that is deleted by a process that is killed', () => {
  /** What Ada has: three events of her own, one of them in the trash, and a part in two of Bob's. */
  async function scene() {
    await Promise.all([ADA, BOB, CAT].map(insertUser));
    const session = newSession(ADA);
    await store.accounts.insertSession(session);
    const own = [
      await insertEvent(ADA, {}),
      await insertEvent(ADA, { [BOB]: 'editor', [CAT]: 'viewer' }),
      await insertEvent(ADA, { [BOB]: 'viewer' }, { deletedAt: '2026-03-01T00:00:00.000Z' }),
    ];
    const others = [
      await insertEvent(BOB, { [ADA]: 'editor' }),
      await insertEvent(BOB, { [ADA]: 'viewer', [CAT]: 'editor' }),
    ];
    return { session, own, others };
  }

  /** Deletes Ada's account in a process that dies after so many writes; true where it came to its end. */
  async function deletion(writes: number, body: object): Promise<boolean> {
    const { events, accounts } = mortal(writes);
    return openProcess(events, accounts)
      .deletion.deleteMe(ADA, { password: 'x', ...body })
      .then(
        () => true,
        (error: unknown) => {
          expect(String(error)).toBe('Error: killed');
          return false;
        },
      );
  }

  const isDone = async (): Promise<boolean> => (await eventsOf(ADA)).length === 0;

  test.each([
    ['erased', { events: 'erase' }],
    ['another’s', { transferTo: { username: 'cat' } }],
  ])(
    'after any of its writes, is finished by the next one: events are %s',
    async (_, body) => {
      const names = 'transferTo' in body;
      for (let writes = 0, ended = false; !ended; writes += 1) {
        await store.close();
        store = await embeddedStore();
        const { session, own, others } = await scene();
        if (names) {
          const cat = await store.accounts.user(CAT);
          await store.accounts.updateUser(CAT, cat!.passwordHash, { username: 'cat', usernameKey: 'cat' });
        }
        ended = await deletion(writes, body);
        if (writes === 0) {
          expect(await store.accounts.user(ADA)).not.toBeNull();
          expect(await eventsOf(ADA)).toHaveLength(5);
          continue;
        }
        expect(await store.accounts.user(ADA)).toBeNull();

        const next = openProcess(store.events, store.accounts);
        next.departures.start();
        await until(isDone);
        await next.departures.stop();

        expect((await store.accounts.session(session.id))?.revokedAt).not.toBeNull();
        for (const id of others) {
          expect(Object.keys(await membersOf(id))).not.toContain(ADA);
          expect(await kindsOf(id)).toEqual(['create', 'unshare']);
        }
        for (const id of own) {
          if (names) {
            expect((await store.events.find(id, []))!.event.ownerId).toBe(CAT);
            expect(await membersOf(id)).toMatchObject({ [CAT]: 'owner' });
            expect(await kindsOf(id)).toEqual(['create', 'transfer', 'unshare']);
            await provenVersions(store.events, id);
          } else {
            expect(await store.events.find(id, [])).toBeNull();
          }
        }
        expect(next.errors).toEqual([]);
        expect(writes).toBeLessThan(50);
      }
    },
    60_000,
  );
});

describe('somebody who leaves', () => {
  test('with 2,000 events and a part in 300 others, is done with all of them', async () => {
    await Promise.all([ADA, BOB, CAT].map(insertUser));
    const own = await Promise.all(Array.from({ length: 2_000 }, () => insertEvent(ADA, {})));
    const others = await Promise.all(
      Array.from({ length: 300 }, () => insertEvent(BOB, { [ADA]: 'editor' })),
    );
    const { departures } = openProcess(store.events, store.accounts);
    const sizes: number[] = [];
    const watched = {
      ...store.events,
      list: async (query: Parameters<EventStore['list']>[0]) => {
        sizes.push(query.limit);
        return store.events.list(query);
      },
    };
    await departures.stop();
    const { deletion } = openProcess(watched, store.accounts);
    await deletion.deleteMe(ADA, { password: 'x', events: 'erase' });
    expect(await eventsOf(ADA)).toEqual([]);
    expect((await store.events.versions(own)).size).toBe(0);
    expect((await store.events.versions(others)).size).toBe(300);
    expect(Math.max(...sizes)).toBeLessThan(100);
  }, 60_000);

  test('from an event with 1,000 members, leaves it to the heir with all of them', async () => {
    await Promise.all([ADA, BOB].map(insertUser));
    const members = Object.fromEntries(Array.from({ length: 999 }, () => [newId(), 'viewer' as const]));
    const id = await insertEvent(ADA, members);
    const { deletion } = openProcess(store.events, store.accounts);
    const { email } = (await store.accounts.user(BOB))!;
    await deletion.deleteMe(ADA, { password: 'x', transferTo: { email } });
    expect(await membersOf(id)).toEqual({ ...members, [BOB]: 'owner' });
  });

  test('leaves to whom the heir has left: the events follow, and are erased where nobody is left', async () => {
    await Promise.all([ADA, BOB, CAT].map(insertUser));
    const [toCat, toNobody] = [await insertEvent(ADA, {}), await insertEvent(VIEWER, {})];
    const at = new Date().toISOString();
    // Ada names Bob, who has named Cat; the other names somebody who has named them.
    await store.accounts.depart({ userId: BOB, transferTo: CAT, at });
    await insertUser(VIEWER);
    const last = newId();
    await insertUser(last);
    await store.accounts.depart({ userId: last, transferTo: VIEWER, at });
    await store.accounts.depart({ userId: VIEWER, transferTo: last, at });
    await store.accounts.depart({ userId: ADA, transferTo: BOB, at });
    const { departures } = openProcess(store.events, store.accounts);
    departures.start();
    await until(async () => (await store.events.find(toNobody, [])) === null);
    await until(async () => (await store.events.find(toCat, []))?.event.ownerId === CAT);
  });

  test('is forgotten, sessions and all, once nothing can be under way any more', async () => {
    await insertUser(ADA);
    const session = newSession(ADA);
    await store.accounts.insertSession(session);
    await store.accounts.depart({ userId: ADA, transferTo: null, at: '2026-03-01T00:00:00.000Z' });
    const { departures } = openProcess(store.events, store.accounts);
    departures.start();
    await until(async () => (await store.accounts.departure(ADA)) === null);
    expect(await store.accounts.session(session.id)).toBeNull();
  });

  test('is gone although the process died between the record and the account', async () => {
    await insertUser(ADA);
    const user = (await store.accounts.user(ADA))!;
    await store.accounts.depart({ userId: ADA, transferTo: null, at: new Date().toISOString() });
    await store.accounts.insertUser(user);
    const { departures } = openProcess(store.events, store.accounts);
    departures.start();
    await until(async () => (await store.accounts.user(ADA)) === null);
  });

  test.each<[string, LogEntry['kind'], boolean]>([
    ['who was given a part while leaving', 'share', true],
    ['in another’s trash, once the event comes back', 'restore', false],
  ])('is no member for long %s', async (_, kind, named) => {
    await insertUser(BOB);
    const id = await insertEvent(BOB, { [ADA]: 'viewer' });
    const { departures } = openProcess(store.events, store.accounts);
    const { event } = (await store.events.find(id, []))!;
    const membership = { userId: ADA, role: 'viewer' as const, previousRole: null };
    const entry = { version: 1, kind, at: '', by: BOB, via: 'rest' as const, patch: [] };
    departures.changed({ after: event, entries: [{ ...entry, ...(named && { membership }) }] });
    await until(async () => (await kindsOf(id)).includes('unshare'));
    expect(await membersOf(id)).toEqual({ [BOB]: 'owner' });
  });

  test('does not wait for one event that cannot be written', async () => {
    await insertUser(ADA);
    const ids = [await insertEvent(ADA, {}), await insertEvent(ADA, {}), await insertEvent(ADA, {})];
    const stuck = {
      ...store.events,
      erase: async (eventId: string, version: number, at: string) => {
        if (eventId === ids[1]) {
          throw new Error('stuck');
        }
        return store.events.erase(eventId, version, at);
      },
    };
    const { deletion } = openProcess(stuck, store.accounts);
    await expect(deletion.deleteMe(ADA, { password: 'x', events: 'erase' })).rejects.toThrow('stuck');
    expect(await eventsOf(ADA)).toEqual([ids[1]]);
  });
});
