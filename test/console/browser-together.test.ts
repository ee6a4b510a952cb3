import { expect } from '@jest/globals';
import type { Person } from '../support/convene.js';
import { span, type Seat } from '../support/browser/seat.js';
import { expectAccessible } from '../support/browser/axe.js';
import { eventually } from '../support/browser/eventually.js';
import { browserTests, type Stage } from '../support/browser/stage.js';

const inBrowser = browserTests();

interface Two {
  ada: Person;
  bob: Person;
  event: any;
  left: Seat;
  right: Seat;
}

/** Ada on the left and Bob on the right have her event open. */
async function two(stage: Stage, fields: Record<string, unknown> = {}): Promise<Two> {
  const [ada, bob] = await Promise.all([stage.person('Ada'), stage.person('Bob')]);
  const event = await ada.createEvent({ title: 'Plan', ...span('09:00', '10:00'), ...fields });
  await ada.share(event, bob, 'editor');
  const [left, right] = await Promise.all([stage.sit(ada), stage.sit(bob)]);
  await Promise.all([left.open(event.id), right.open(event.id)]);
  return { ada, bob, event, left, right };
}

const contentOf = async (person: Person, event: { id: string }): Promise<any> =>
  (await person.get(`/api/events/${event.id}`)).body;

inBrowser('each sees who is here, and in which field', async (stage) => {
  const { left, right } = await two(stage);
  const here = left.panel.getByRole('list', { name: 'Here now' });
  await here.getByText('Bob').waitFor();
  await right.field('Location').focus();
  await here.getByText('in Location').waitFor();
  await right.button('Close the event').click();
  await here.getByText('Only you are here').waitFor();
});

inBrowser('a change of one is before the eyes of the other, with its author', async (stage) => {
  const { left, right } = await two(stage);
  await right.field('Location').fill('Room 4');
  await right.save();
  await left.panel.getByText('Bob changed this').waitFor();
  expect(await left.field('Location').inputValue()).toBe('Room 4');
  await right.field('Title').fill('Plan B');
  await right.save();
  await left.panel.getByRole('heading', { name: 'Plan B' }).waitFor();
  await left.item(/Plan B/).waitFor();
  await left.page.getByRole('status').getByText('Bob changed').first().waitFor({ state: 'attached' });
});

inBrowser('two who change different fields at the same time both keep theirs', async (stage) => {
  const { ada, event, left, right } = await two(stage, { description: 'one\ntwo\nthree' });
  await left.field('Location').fill('Room 4');
  await left.field('Description').fill('ONE\ntwo\nthree');
  await right.field('Title').fill('Plan B');
  await right.field('Description').fill('one\ntwo\nTHREE');
  await right.save();
  await left.panel.getByRole('heading', { name: 'Plan B' }).waitFor();
  expect(await left.field('Location').inputValue()).toBe('Room 4');
  await left.save();
  await left.notice('Saved').waitFor();
  expect(await contentOf(ada, event)).toMatchObject({
    title: 'Plan B',
    location: 'Room 4',
    description: 'ONE\ntwo\nTHREE',
  });
});

const CHOICES = [
  { take: 'Take Bob’s', comesTo: 'His' },
  { take: 'Keep mine', comesTo: 'Hers' },
  { take: 'Back to before', comesTo: 'Before' },
];

inBrowser('two who change the same are told, and choose; what was typed stays until then', async (stage) => {
  const { ada, event, left, right } = await two(stage, { location: 'Before' });
  for (const { take, comesTo } of CHOICES) {
    await ada.patch(`/api/events/${event.id}`, { location: 'Before' });
    await Promise.all([left, right].map((seat) => hasLocation(seat, 'Before')));
    await left.field('Location').fill('Hers');
    await right.field('Location').fill('His');
    await right.save();
    const choice = left.panel.getByRole('group', { name: 'Location: what shall it be?' });
    await choice.waitFor();
    expect(await left.field('Location').inputValue()).toBe('Hers');
    expect((await choice.locator('.choice-value').allTextContents()).sort()).toEqual([
      'Before',
      'Hers',
      'His',
    ]);
    if (comesTo === 'His') {
      await expectAccessible(left, 'a choice');
    }
    await choice.getByRole('button', { name: take }).click();
    await choice.waitFor({ state: 'detached' });
    if (comesTo !== 'His') {
      await left.save();
      await left.notice('Saved').last().waitFor();
    }
    await hasLocation(right, comesTo);
    expect((await contentOf(ada, event)).location).toBe(comesTo);
  }
});

const hasLocation = (seat: Seat, value: string): Promise<void> =>
  eventually(async () => expect(await seat.field('Location').inputValue()).toBe(value));

inBrowser('shared from the page, an event appears; taken away, it closes at once', async (stage) => {
  const [ada, bob] = await Promise.all([stage.person('Ada'), stage.person('Bob')]);
  const event = await ada.createEvent({ title: 'Plan', ...span('09:00', '10:00') });
  const [left, right] = await Promise.all([stage.sit(ada), stage.sit(bob)]);
  await left.open(event.id);
  await left.tab('People');
  left.expects(/status of 404/);
  await left.field('Share with').fill('nobody@example.com');
  await left.button('Share').click();
  await left.panel.getByText('Nobody here has this address or name.').waitFor();

  await left.field('Share with').fill(bob.user.email);
  await left.panel.getByLabel('As', { exact: true }).selectOption('may edit');
  await left.button('Share').click();
  await right.notice('Ada shared Plan with you').getByRole('button', { name: 'Open' }).click();
  await right.panel.getByRole('heading', { name: 'Plan' }).waitFor();
  await right.field('Location').fill('Not saved');

  await left.panel.getByLabel('Role of Bob').selectOption('Viewer');
  await right.panel.getByText('You may look at this event').waitFor();
  expect(await right.field('Title').isDisabled()).toBe(true);
  await right.panel.getByRole('definition').filter({ hasText: 'Not saved' }).waitFor();

  await left.button('Remove Bob').click();
  await right.panel.waitFor({ state: 'detached' });
  await right.item(/Plan/).waitFor({ state: 'detached' });
  await right
    .notice('Plan')
    .filter({ hasText: /not shared with you any more|Ada/ })
    .waitFor();
});

inBrowser(
  'an event that its owner deletes closes for everybody, and comes back when it is restored',
  async (stage) => {
    const { left, right } = await two(stage);
    await left.panel.getByRole('button', { name: 'Delete' }).click();
    await left.dialog.getByRole('button', { name: 'Delete' }).click();
    await right.panel.waitFor({ state: 'detached' });
    await right.item(/Plan/).waitFor({ state: 'detached' });
    await left.notice('Deleted Plan').getByRole('button', { name: 'Undo' }).click();
    await right.item(/Plan/).waitFor();
  },
);
