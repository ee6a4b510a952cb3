import { expect, test } from '@jest/globals';
import { change, ID, live, settle } from './fake.js';
import { heard } from './support.js';

/** An edit whose answer was lost with the connection, but which has come among the changes since. */
async function storedWithoutAnswer() {
  const { server, client, event } = await live();
  const answer = event.edit({ title: 'mine' });
  await settle();
  const { changeId } = server.one('event:edit').payload as { changeId: string };
  const { user } = client.tokens!;
  const mine = change(3, 'mine', { changeId, by: { id: user.id, username: 'ada', name: 'Ada' } });
  const refused = heard((listener) => event.on('refused', listener));
  await server.drop();
  await server.timers.pass(1_000);
  await server.accept();
  const missed = [mine, change(4, 'mine', { patch: [] })];
  await server.one('event:subscribe').answer({ version: 4, role: 'viewer', missed, present: [] });
  return { server, event, answer, mine, refused };
}

test('an edit that came among the changes is stored, though its author may not send it again', async () => {
  const { server, event, answer, mine, refused } = await storedWithoutAnswer();
  await server.one('event:edit').refuse('forbidden');
  expect(await answer).toEqual({ version: 3, merged: false, change: mine });
  expect(refused).toEqual([]);
  expect(event).toMatchObject({ pending: 0, version: 4, content: { title: 'mine' } });
});

test('nor is it unsaved where the event is taken away before the answer', async () => {
  const { server, event, answer, mine } = await storedWithoutAnswer();
  const closed = heard((listener) => event.on('closed', listener));
  await server.tell('event:unshared', { eventId: ID, by: mine.by });
  expect(await answer).toMatchObject({ version: 3 });
  expect(closed).toEqual([{ reason: 'unshared', unsaved: [] }]);
});
