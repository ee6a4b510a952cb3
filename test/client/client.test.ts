import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { contentOf } from '../support/answers.js';
import { Convene, type Person } from '../support/convene.js';
import { Clients, heard, until, versionsOf } from './support.js';

let convene: Convene;
let ada: Person;
let bob: Person;
const clients = new Clients(() => convene);

beforeAll(async () => {
  convene = await Convene.start();
  [ada, bob] = [await convene.person(), await convene.person()];
});
afterEach(() => {
  clients.close();
  expect(clients.errors.splice(0)).toEqual([]);
});
afterAll(() => convene.close());

/** An event of Ada's that Bob may edit, live for both. */
async function together(fields = {}) {
  const { id } = await ada.createEvent(fields);
  await ada.share({ id }, bob, 'editor');
  const [a, b] = [await clients.of(ada), await clients.of(bob)];
  const [mine, theirs] = [await a.subscribe(id), await b.subscribe(id)];
  return { id, a, b, mine, theirs };
}

const stored = async (id: string) => contentOf((await ada.get(`/api/events/${id}`)).body);

describe('editing', () => {
  test('an edit is shown at once, then stored, and reaches the others', async () => {
    const { id, mine, theirs } = await together({ title: 'Draft' });
    const told = heard((listener) => theirs.on('change', listener));
    const answer = mine.edit({ title: 'Plan', metadata: { room: { floor: 3 } } }, { note: 'why' });
    expect(mine.content).toMatchObject({ title: 'Plan', metadata: { room: { floor: 3 } } });
    expect(mine.serverContent.title).toBe('Draft');
    expect(mine).toMatchObject({ version: 2, pending: 1 });
    expect(await answer).toMatchObject({ version: 3, merged: false, change: { version: 3, note: 'why' } });
    expect(mine).toMatchObject({ version: 3, pending: 0 });
    await until('the other is told', () => told.length > 0);
    expect(told).toEqual([
      {
        version: 3,
        content: expect.objectContaining({ title: 'Plan' }),
        change: expect.objectContaining({ note: 'why', by: expect.objectContaining({ id: ada.id }) }),
      },
    ]);
    expect(mine.serverContent).toEqual(await stored(id));
  });

  test('fields are merged as over REST: null is the default, and a key of metadata stands for itself', async () => {
    const { id, mine } = await together({
      description: 'x',
      color: '#ff0000',
      metadata: { a: 1, b: { c: 2 } },
    });
    const answer = mine.edit({ description: null, color: null, metadata: { b: { d: 3 }, a: null } });
    const expected = { description: '', color: null, metadata: { b: { c: 2, d: 3 } } };
    expect(mine.content).toMatchObject(expected);
    await answer;
    expect(await stored(id)).toMatchObject(expected);
    expect(mine.content.metadata).toEqual({ b: { c: 2, d: 3 } });
  });

  test('a JSON Patch is sent as it is', async () => {
    const { id, mine } = await together({ tags: ['a'] });
    await mine.edit([
      { op: 'test', path: '/tags/0', value: 'a' },
      { op: 'add', path: '/tags/-', value: 'b' },
    ]);
    expect((await stored(id))['tags']).toEqual(['a', 'b']);
    await expect(mine.edit([{ op: 'test', path: '/title', value: 'other' }])).rejects.toMatchObject({
      code: 'invalid-patch',
    });
    await expect(mine.edit({ titel: 'x' } as object)).rejects.toMatchObject({
      code: 'validation-failed',
      errors: [{ pointer: '/titel' }],
    });
    expect(mine.pending).toBe(0);
  });

  test('what changes nothing is answered without a version', async () => {
    const { mine } = await together({ title: 'same' });
    expect(await mine.edit({ title: 'same' })).toEqual({ version: 2, merged: false, change: null });
  });

  test('an edit that is too long for a message is stored all the same', async () => {
    const { id, mine, theirs } = await together();
    const description = '語'.repeat(19_990);
    await Promise.all([
      mine.edit({ description, metadata: { long: 'x'.repeat(10_000) } }),
      mine.edit({ title: 'after' }),
    ]);
    expect(await stored(id)).toMatchObject({ description, title: 'after' });
    await until('the other has it', () => theirs.version === 4);
    expect(theirs.content).toEqual(mine.content);
  });

  test('edits made on one another keep their order, with another’s between', async () => {
    const { id, mine, theirs } = await together();
    const answers = ['a', 'ab', 'abc', 'abcd'].map((title) => mine.edit({ title }));
    const other = theirs.edit({ location: 'theirs' });
    expect(mine).toMatchObject({ pending: 4, content: { title: 'abcd' } });
    const versions = (await Promise.all(answers)).map(({ version }) => version);
    expect(versions).toEqual([...versions].sort((x, y) => x - y));
    await other;
    expect(await stored(id)).toMatchObject({ title: 'abcd', location: 'theirs' });
    await until('both have all', () => mine.version === 7 && theirs.version === 7);
    expect(mine.content).toEqual(theirs.content);
  });

  test('clients that edit at the same time come to the same, which is the server’s', async () => {
    const { id, mine, theirs } = await together({ description: 'one\ntwo\nthree\nfour' });
    const told = [versionsOf(mine), versionsOf(theirs)];
    const attempts = Array.from({ length: 30 }, (_, i) => {
      const [one, field] = [i % 2 ? mine : theirs, i % 3];
      const lines = one.content.description.split('\n');
      lines[i % 4] = `line ${i}`;
      const edit =
        field === 0
          ? { title: `title ${i}` }
          : field === 1
            ? { description: lines.join('\n') }
            : { metadata: { [`key${i % 5}`]: i } };
      return one.edit(edit).then(
        ({ version }) => version,
        (error: unknown) => expect(error).toMatchObject({ code: 'edit-conflict' }),
      );
    });
    await Promise.all(attempts);
    const { version, ...event } = (await ada.get(`/api/events/${id}`)).body;
    await until('both have all', () => mine.version === version && theirs.version === version);
    for (const one of [mine, theirs]) {
      expect(one.content).toEqual(contentOf(event));
      expect(one.pending).toBe(0);
    }
    const all = Array.from({ length: version - 2 }, (_, i) => i + 3);
    expect(told).toEqual([all, all]);
  });
});

describe('what is refused', () => {
  test('a conflict tells what was, what theirs is and what was wanted; then theirs is shown', async () => {
    const { mine, theirs } = await together({ title: 'base' });
    const conflicts = heard((listener) => mine.on('conflict', listener));
    // Both edit version 2: theirs arrives there first, and mine is already on its way.
    const first = theirs.edit({ title: 'theirs' });
    const second = mine.edit({ title: 'mine', location: 'lost with it' }, { note: 'kept' });
    await first;
    const conflict = { path: '/title', base: 'base', theirs: 'theirs', yours: 'mine' };
    await expect(second).rejects.toMatchObject({
      name: 'ConveneError',
      code: 'edit-conflict',
      status: 409,
      conflicts: [conflict],
    });
    expect(conflicts).toMatchObject([
      { conflicts: [conflict], edit: { note: 'kept', after: { title: 'mine', location: 'lost with it' } } },
    ]);
    await until('theirs has come', () => mine.version === 3);
    expect(mine).toMatchObject({ pending: 0, content: { title: 'theirs', location: '' } });
  });

  test('an edit that nobody waits for is no unhandled rejection; `refused` tells of it', async () => {
    const { mine } = await together();
    const refused = heard((listener) => mine.on('refused', listener));
    void mine.edit({ end: '2020-01-01T00:00:00Z' });
    expect(mine.content.end).toBe('2020-01-01T00:00:00Z');
    await until('it is refused', () => refused.length === 1);
    expect(refused[0]?.error).toMatchObject({ code: 'validation-failed', errors: [{ pointer: '/end' }] });
    expect(mine.content.end).toBe(mine.serverContent.end);
  });

  test('a viewer is forbidden to edit, and the role is told', async () => {
    const { id } = await ada.createEvent();
    await ada.share({ id }, bob, 'viewer');
    const event = await (await clients.of(bob)).subscribe(id);
    expect(event.role).toBe('viewer');
    await expect(event.edit({ title: 'x' })).rejects.toMatchObject({ code: 'forbidden', status: 403 });
    await ada.share({ id }, bob, 'editor');
    await until('the role has come', () => event.role === 'editor');
    await event.edit({ title: 'x' });
  });

  test('a listener that throws harms nobody', async () => {
    const { mine } = await together();
    mine.on('change', () => {
      throw new Error('a listener’s own');
    });
    const told = versionsOf(mine);
    await mine.edit({ title: 'x' });
    expect(told).toEqual([3]);
    expect(clients.errors.splice(0)).toContainEqual(new Error('a listener’s own'));
  });
});

describe('history', () => {
  test('a rollback comes after the edits made before, as a new version', async () => {
    const { mine, theirs } = await together({ title: 'first' });
    void mine.edit({ title: 'second' });
    expect(await mine.rollback(2)).toMatchObject({
      version: 4,
      change: { kind: 'rollback', restoredVersion: 2 },
    });
    expect(mine.content.title).toBe('first');
    await until('the other has it', () => theirs.version === 4);
    await expect(mine.rollback(99)).rejects.toMatchObject({ code: 'version-not-found' });
  });
});

describe('events that come and go', () => {
  test('what one may not see is not found', async () => {
    const { id } = await ada.createEvent();
    const b = await clients.of(bob);
    await expect(b.subscribe(id)).rejects.toMatchObject({ code: 'not-found' });
    await ada.share({ id }, bob, 'viewer');
    expect(await b.subscribe(id)).toMatchObject({ role: 'viewer', version: 2 });
  });

  test('subscribing twice is one live event, and closing it ends it', async () => {
    const { id, a, mine } = await together();
    expect(await a.subscribe(id)).toBe(mine);
    await mine.close();
    expect(mine.closed).toBe('closed');
    await expect(mine.edit({ title: 'x' })).rejects.toMatchObject({ code: 'closed' });
    const again = await a.subscribe(id);
    expect(again).not.toBe(mine);
    await ada.patch(`/api/events/${id}`, { title: 'heard' });
    await until('it is heard', () => again.content.title === 'heard');
    expect(mine.content.title).not.toBe('heard');
  });

  test('a share is told with the event; a removal closes it, and edits on their way are given back', async () => {
    const { id } = await ada.createEvent();
    const b = await clients.of(bob);
    await until('it is online', () => b.connectionState === 'online');
    const [shared, unshared] = [
      heard((listener) => b.on('event:shared', listener)),
      heard((listener) => b.on('event:unshared', listener)),
    ];
    await ada.share({ id }, bob, 'editor');
    await until('the share is told', () => shared.length === 1);
    expect(shared[0]).toMatchObject({ eventId: id, role: 'editor', event: { id }, by: { id: ada.id } });

    const event = await b.subscribe(id);
    const closed = heard((listener) => event.on('closed', listener));
    await ada.delete(`/api/events/${id}/permissions/${bob.id}`);
    await until('it is closed', () => event.closed !== null);
    expect(closed).toEqual([{ reason: 'unshared', unsaved: [] }]);
    expect(unshared).toMatchObject([{ eventId: id, by: { id: ada.id } }]);
    await expect(event.edit({ title: 'x' })).rejects.toMatchObject({ code: 'closed' });
  });

  test('a deletion closes it for everybody; after it is restored one subscribes again', async () => {
    const { id, a, b, mine, theirs } = await together();
    const [deleted, restored] = [
      heard((listener) => b.on('event:deleted', listener)),
      heard((listener) => b.on('event:restored', listener)),
    ];
    await a.request('DELETE', `/api/events/${id}`);
    await until('both are closed', () => mine.closed === 'deleted' && theirs.closed === 'deleted');
    await until('it is told', () => deleted.length === 1);
    await a.request('POST', `/api/events/${id}/restore`);
    await until('the return is told', () => restored.length === 1);
    expect(await b.subscribe(id)).toMatchObject({ version: 4, closed: null });
  });

  test('the creator is told of a new event, and of schedule conflicts that others make', async () => {
    const a = await clients.of(ada);
    await until('it is online', () => a.connectionState === 'online');
    const created = heard((listener) => a.on('event:created', listener));
    const clashes = heard((listener) => a.on('conflict:detected', listener));
    const times = { start: '2031-01-06T10:00:00Z', end: '2031-01-06T11:00:00Z' };
    const { id } = await ada.createEvent(times);
    await until('the creation is told', () => created.some(({ event }) => event.id === id));
    const other = await bob.createEvent(times);
    await bob.share(other, ada, 'viewer');
    await until('the conflict is told', () => clashes.some(({ eventId }) => eventId === other.id));
  });
});

describe('presence', () => {
  test('who is there, and what they do', async () => {
    const { mine, theirs } = await together();
    await mine.setPresence({ field: 'title', cursor: 3 });
    const ofAda = () => theirs.present.find(({ userId }) => userId === ada.id);
    await until('the other sees it', () => ofAda()?.state?.['cursor'] === 3);
    expect(theirs.present).toHaveLength(2);
    await mine.setPresence(null);
    await until('it is gone', () => ofAda()?.state === null);
    await mine.close();
    await until('one has left', () => theirs.present.length === 1);
  });

  test('too much of it is refused', async () => {
    const { mine } = await together();
    await expect(mine.setPresence({ text: 'x'.repeat(2_000) })).rejects.toMatchObject({
      code: 'validation-failed',
    });
    await mine.setPresence({ field: 'title' });
  });
});
