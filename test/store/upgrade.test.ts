import path from 'node:path';
import { expect, test } from '@jest/globals';
import { open } from 'lmdb';
import { openCopy, openData } from '../../src/store/embedded/files.js';
import { openEmbeddedStore } from '../../src/store/embedded/index.js';
import { embeddedSettings } from '../support/stores.js';
import { AT, changeOf, later, memberOf, newEvent, newId, queryOf } from './samples.js';

/** Makes a data file one of the first format: no index by the last update, and in the trash its owner's events alone. */
async function turnBack(file: string, ownerIds: string[]): Promise<void> {
  const root = open({ path: file, maxDbs: 64, encoding: 'json' });
  const updated = root.openDB({ name: 'updated', encoding: 'json' });
  const trash = root.openDB<unknown, (string | number)[]>({ name: 'trash', encoding: 'json' });
  updated.clearSync();
  // Left by an upgrade that was broken off, before the earlier version wrote again.
  updated.putSync([Date.parse(AT), newId()], true);
  for (const key of [...trash.getKeys()].filter(([userId]) => !ownerIds.includes(String(userId)))) {
    trash.removeSync(key);
  }
  root.openDB({ name: 'meta', encoding: 'json' }).putSync('format', 1);
  await root.close();
}

test('a data directory of the first format gets what it has not, and keeps what it has', async () => {
  const { dataDir, remove } = embeddedSettings();
  const [ada, bob] = [newId(), newId()];
  const events = Array.from({ length: 1100 }, (_, i) =>
    newEvent({ ownerId: ada, others: i < 3 ? [memberOf(bob)] : [], updatedAt: later(i) }),
  );
  const first = await openEmbeddedStore(dataDir);
  await first.events.insert(events);
  const [one, two] = [events[0]!.event, events[1]!.event];
  await first.events.commit(changeOf(one, { envelope: { deletedAt: later(2000), updatedAt: later(2000) } }));
  await first.events.commit(changeOf(two, { envelope: { updatedAt: later(2001) } }));
  const changes = { userId: bob, since: 0, limit: 9 };
  const before = {
    ada: await first.events.changed({ ...changes, userId: ada, limit: 2000 }),
    bob: await first.events.changed(changes),
    trash: await first.events.list(queryOf(ada, { state: 'trash' })),
  };
  expect([before.ada.length, before.bob.length, before.trash.length]).toEqual([1100, 3, 1]);
  await first.close();
  const file = path.join(dataDir, 'convene.lmdb');
  await turnBack(file, [ada]);

  // Backups and migrations read it as it is.
  const copy = openCopy(file);
  expect(copy.count('events')).toBe(1100);
  await copy.close();
  const data = await openData(dataDir);
  expect([...data.all('events')]).toHaveLength(1100);
  await data.close();

  for (const _ of ['upgraded', 'as it is']) {
    const store = await openEmbeddedStore(dataDir);
    expect({
      ada: await store.events.changed({ ...changes, userId: ada, limit: 2000 }),
      bob: await store.events.changed(changes),
      trash: await store.events.list(queryOf(ada, { state: 'trash' })),
    }).toEqual(before);
    await store.close();
  }
  const root = open({ path: file, maxDbs: 64, encoding: 'json' });
  expect(root.openDB({ name: 'meta', encoding: 'json' }).get('format')).toBe(2);
  expect(root.openDB({ name: 'updated', encoding: 'json' }).getCount()).toBe(1100);
  await root.close();
  await remove();
});
