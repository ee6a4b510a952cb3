import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Convene, type Person } from '../support/convene.js';

let convene: Convene;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  convene = await Convene.start();
  ada = await convene.person({ username: 'ada', name: 'Ada' });
  bob = await convene.person({ username: 'bob' });
});
afterAll(() => convene.close());

test('two people edit one event together, live, and look at its history', async () => {
  const event = await ada.createEvent();
  await ada.share(event, bob, 'editor');
  const [a, b] = [await ada.connect(), await bob.connect()];
  expect(await a.ask('event:subscribe', { eventId: event.id })).toMatchObject({
    ok: true,
    version: 2,
    role: 'owner',
  });
  expect(await b.ask('event:subscribe', { eventId: event.id })).toMatchObject({
    ok: true,
    version: 2,
    role: 'editor',
  });

  const edit = {
    eventId: event.id,
    baseVersion: 2,
    patch: [{ op: 'replace', path: '/title', value: 'Plan' }],
  };
  expect(await b.ask('event:edit', edit)).toMatchObject({ ok: true, version: 3, merged: false });
  const change = await a.until('event:changed', ({ version }) => version === 3);
  expect(change).toMatchObject({ kind: 'edit', by: { id: bob.id, username: 'bob' }, patch: edit.patch });

  const merged = await ada.patch(`/api/events/${event.id}?baseVersion=2`, { location: 'Room 4' });
  expect(merged).toMatchObject({
    status: 200,
    body: { version: 4, title: 'Plan', location: 'Room 4', merged: true },
  });

  const refused = await ada.patch(`/api/events/${event.id}?baseVersion=2`, { title: 'Other' });
  expect(refused).toMatchObject({
    status: 409,
    body: {
      code: 'edit-conflict',
      currentVersion: 4,
      conflicts: [{ path: '/title', base: 'Design review', theirs: 'Plan', yours: 'Other' }],
    },
  });

  const back = await ada.post(`/api/events/${event.id}/rollback/1`);
  expect(back).toMatchObject({ status: 200, body: { version: 5, title: 'Design review', location: '' } });
  const history = await bob.get(`/api/events/${event.id}/history`);
  expect(history.body.items.map(({ kind }: { kind: string }) => kind)).toEqual([
    'rollback',
    'edit',
    'edit',
    'share',
    'create',
  ]);

  expect(await ada.delete(`/api/events/${event.id}/permissions/${bob.id}`)).toMatchObject({ status: 204 });
  await b.until('event:unshared');
  await ada.patch(`/api/events/${event.id}`, { title: 'Secret' });
  await a.until('event:changed', ({ version }) => version === 7);
  expect(b.all('event:changed').map(({ version }) => version)).toEqual([3, 4, 5]);
  expect(await bob.get(`/api/events/${event.id}`)).toMatchObject({
    status: 404,
    body: { code: 'not-found' },
  });
});
