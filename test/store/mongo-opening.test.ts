import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Unavailable, type Store } from '../../src/service/ports.js';
import { openMongoStore } from '../../src/store/mongo/index.js';
import { testDatabase, whySkipped, type TestDatabase } from './mongo-server.js';
import { nodesOf } from './nodes.contract.js';
import { AT, atOnce, changeOf, newEvent, newId, newSession, newUser, queryOf } from './samples.js';

const suite = whySkipped ? describe.skip : describe;
const refusal = (uri: string): Promise<string> =>
  openMongoStore(uri).then(
    () => 'opened',
    (error: unknown) => (error as Error).message,
  );

describe('an address that cannot be used is refused in one line, without its credentials', () => {
  test.each([
    ['http://ada:s3cret@db.example:27017/x', 'MONGODB_URI cannot be read'],
    ['mongodb://ada:s3cret@', 'MONGODB_URI cannot be read'],
    ['mongodb://ada:s3c@ret@db.example/x', 'MONGODB_URI cannot be read'],
    ['mongodb://ada/lovelace:s3cret@db.example/x', 'MONGODB_URI cannot be read. It'],
    ['mongodb://ada:s3cret%zz@db.example/x', 'MONGODB_URI cannot be read'],
    ['mongodb://db.example/?colour=red', 'MONGODB_URI cannot be read (option colour is not supported)'],
    ['nonsense', 'MONGODB_URI cannot be read'],
    ['', 'MONGODB_URI cannot be read'],
    ['mongodb+srv://ada:s3cret@db.invalid/x', 'MongoDB at db.invalid cannot be reached'],
  ])('%s', async (uri, expected) => {
    const message = await refusal(uri);
    expect(message).toContain(expected);
    expect(message).not.toMatch(/ada|lovelace|s3c|ret@|\n/);
  });

  test('a server that is not there is waited for five seconds', async () => {
    const started = performance.now();
    const [alone, several] = await Promise.all([
      refusal('mongodb://ada:s3cret@127.0.0.1:9/x'),
      refusal('mongodb://ada:s3cret@127.0.0.1:9,127.0.0.1:19/x?replicaSet=rs0'),
    ]);
    expect(performance.now() - started).toBeLessThan(9_000);
    expect(alone).toMatch(
      /^MongoDB at 127\.0\.0\.1:9 cannot be reached \(.*\)\. Start it, or correct MONGODB_URI/,
    );
    expect(several).toMatch(/^MongoDB at 127\.0\.0\.1:9,127\.0\.0\.1:19 cannot be reached/);
    expect(alone + several).not.toMatch(/ada|s3cret/);
  });
});

suite(`opening a MongoDB store${whySkipped}`, () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.remove());

  test('by six processes at once, on a database that is still empty', async () => {
    const stores = await atOnce(6, () => openMongoStore(database.uri));
    const { event, ...rest } = newEvent();
    await stores[0]!.events.insert([{ event, ...rest }]);
    for (const store of stores) {
      expect((await store.events.find(event.id, []))?.event).toEqual(event);
    }
    const won = await atOnce(6, (i) => stores[i]!.events.commit(changeOf(event)));
    expect(won.filter(Boolean)).toHaveLength(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  test('makes the indexes, and leaves them alone the next time', async () => {
    const indexes = async () => {
      const names = ['events', 'buckets', 'users', 'sessions', 'leases'];
      const lists = names.map((name) => database.connection.collection(name).indexes());
      return (await Promise.all(lists)).map((list) => list.map(({ name }) => name).sort());
    };
    await (await openMongoStore(database.uri)).close();
    const made = await indexes();
    expect(made).toEqual([
      ['_id_', 'member_start', 'member_window', 'tag_start', 'updated', 'version'],
      ['_id_', 'event_change', 'event_version'],
      ['_id_', 'email', 'username'],
      ['_id_', 'forget', 'user'],
      ['_id_', 'forget'],
    ]);
    await (await openMongoStore(database.uri)).close();
    expect(await indexes()).toEqual(made);
  });

  test('forgets sessions by an index on when they expire', async () => {
    const forget = (await database.connection.collection('sessions').indexes()).find(
      ({ name }) => name === 'forget',
    );
    expect(forget).toMatchObject({ key: { forgetAt: 1 }, expireAfterSeconds: 0 });
    const store = await openMongoStore(database.uri);
    const session = newSession(newId());
    await store.accounts.insertSession(session);
    const stored = () => database.connection.collection('sessions').findOne({ userId: session.userId });
    expect((await stored())?.['forgetAt']).toEqual(new Date(session.expiresAt));
    const expiresAt = '2127-01-01T00:00:00.000Z';
    await store.accounts.rotateSession(session.id, session.refreshHash, { ...session, expiresAt });
    expect((await stored())?.['forgetAt']).toEqual(new Date(expiresAt));
    await store.close();
  });

  test('refuses data of another format, and leaves it as it is', async () => {
    const meta = database.connection.collection<{ _id: string; format: number }>('meta');
    await meta.updateOne({ _id: 'layout' }, { $set: { format: 2 } });
    expect(await refusal(database.uri)).toMatch(/has format 2; this version of Convene reads format 1/);
    expect(await meta.findOne({ _id: 'layout' })).toEqual({ _id: 'layout', format: 2 });
    await meta.updateOne({ _id: 'layout' }, { $set: { format: 1 } });
    await (await openMongoStore(database.uri)).close();
  });

  test('refuses a database whose indexes are in its way', async () => {
    const users = database.connection.collection('users');
    await users.dropIndex('email');
    await users.createIndex({ emailKey: 1 }, { name: 'email', unique: false }, {});
    expect(await refusal(database.uri)).toMatch(/has other indexes than Convene's/);
    await users.dropIndex('email');
    await (await openMongoStore(database.uri)).close();
  });
});

suite(`a MongoDB that goes away${whySkipped}`, () => {
  let database: TestDatabase;
  let wire: Wire;
  let store: Store;
  beforeAll(async () => {
    database = await testDatabase();
    wire = await Wire.to(database.uri);
    store = await openMongoStore(wire.uri);
  });
  afterAll(async () => {
    await store.close();
    await wire.cut();
    await database.remove();
  });

  test('is said to be unavailable, soon and by every method, and serves again once it is back', async () => {
    const { event } = newEvent();
    const user = newUser();
    const { events, accounts } = store;
    await events.insert([newEvent({ id: event.id })]);
    await wire.cut();
    const calls: Promise<unknown>[] = [
      events.insert([newEvent()]),
      events.insert([newEvent(), newEvent()]),
      events.find(event.id, [newId()]),
      events.members(event.id),
      events.commit(changeOf(event)),
      events.erase(event.id, 9, AT),
      events.list(queryOf(newId())),
      events.versions([event.id]),
      events.embeddedLog(event.id),
      events.putBucket({ eventId: event.id, fromVersion: 1, toVersion: 1, base: {}, entries: [] }),
      events.trimLog(event.id, 0),
      events.bucket(event.id, 1),
      events.entryOfChange(event.id, newId(), 'x'),
      accounts.insertUser(user),
      accounts.user(user.id),
      accounts.userByEmail('x'),
      accounts.userByUsername('x'),
      accounts.users([user.id]),
      accounts.insertSession(newSession(user.id)),
      accounts.session(newId()),
      accounts.rotateSession(newId(), 'x', newSession(user.id)),
      accounts.revokeSession(newId(), 'x'),
      accounts.revokeSessions(user.id, 'x'),
      accounts.endedAmong([newId()]),
      events.sharingWith(user.id, [newId()]),
      events.commit({ ...changeOf(event), alsoInsert: newEvent() }),
      store.leases.take('x', 'y', 1),
      store.leases.giveBack('x', 'y'),
      nodesOf(store).sharedName(),
      nodesOf(store).beat('x', 0),
      nodesOf(store).ask('x'),
      nodesOf(store).forget('x'),
      store.ping(),
    ];
    const started = performance.now();
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(Unavailable) });
    }
    expect(performance.now() - started).toBeLessThan(9_000);

    await wire.mend();
    await store.ping();
    expect((await events.find(event.id, []))?.event.id).toBe(event.id);
  });

  test('and is closed answers every call with unavailable', async () => {
    const other = await openMongoStore(database.uri);
    await other.close();
    await expect(other.events.find(newId(), [])).rejects.toThrow(Unavailable);
    await expect(other.accounts.insertUser(newUser())).rejects.toThrow(Unavailable);
    await expect(other.ping()).rejects.toThrow(Unavailable);
  });
});

/** A wire to the server that can be cut. */
class Wire {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private port = 0;

  private constructor(private readonly target: URL) {}

  static async to(uri: string): Promise<Wire> {
    const wire = new Wire(new URL(uri));
    await wire.mend();
    return wire;
  }

  get uri(): string {
    const uri = new URL(this.target);
    uri.host = `127.0.0.1:${this.port}`;
    // Else the servers of a replica set would be asked where they are.
    uri.searchParams.set('directConnection', 'true');
    return uri.href;
  }

  async mend(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(Number(this.target.port || 27017), this.target.hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.sockets.add(from);
        from
          .on('error', () => to.destroy())
          .on('close', () => to.destroy())
          .pipe(to);
      }
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
    this.port = (server.address() as { port: number }).port;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.server?.close(resolve));
    this.sockets.forEach((socket) => socket.destroy());
    this.sockets.clear();
    await closed;
  }
}
