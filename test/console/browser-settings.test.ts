import { expect } from '@jest/globals';
import { expectAccessible } from '../support/browser/axe.js';
import { eventually } from '../support/browser/eventually.js';
import { span, type Seat } from '../support/browser/seat.js';
import { browserTests } from '../support/browser/stage.js';
import { Receiver } from '../support/receiver.js';

const inBrowser = browserTests();

async function settings(seat: Seat): Promise<void> {
  await seat.page.locator('summary', { hasText: 'Account of' }).click();
  await seat.page.getByRole('link', { name: 'Settings' }).click();
  await seat.page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
}

const card = (seat: Seat, name: string) => seat.page.getByRole('region', { name, exact: true });

const FILE = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//test//EN',
  'BEGIN:VEVENT',
  'UID:one@example.com',
  'DTSTAMP:20260301T000000Z',
  'DTSTART:20260302T090000Z',
  'DTEND:20260302T100000Z',
  'SUMMARY:From a file',
  'END:VEVENT',
  'BEGIN:VEVENT',
  'UID:two@example.com',
  'DTSTAMP:20260301T000000Z',
  'SUMMARY:Without a start',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n');

inBrowser(
  'a calendar file comes in, with what was skipped and why, and all goes out again',
  async (stage) => {
    const ada = await stage.person('Ada');
    const seat = await stage.sit(ada);
    await settings(seat);
    await seat.page
      .getByLabel('iCalendar file')
      .setInputFiles({ name: 'mine.ics', mimeType: 'text/calendar', buffer: Buffer.from(FILE) });
    await seat.page.getByText('mine.ics:').waitFor();
    await seat.page.getByRole('listitem').filter({ hasText: 'two@example.com' }).waitFor();
    const [download] = await Promise.all([
      seat.page.waitForEvent('download'),
      seat.page.getByRole('button', { name: 'Export all events' }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) {
      chunks.push(chunk);
    }
    expect(Buffer.concat(chunks).toString()).toContain('SUMMARY:From a file');
  },
);

inBrowser('a feed is made, read, and revoked', async (stage) => {
  const ada = await stage.person('Ada');
  await ada.createEvent({ title: 'Plan', ...span('09:00', '10:00') });
  const seat = await stage.sit(ada);
  await settings(seat);
  const feeds = card(seat, 'Feeds');
  await feeds.getByLabel('Label').fill('Phone');
  await feeds.getByRole('button', { name: 'Make a feed' }).click();
  const address = await feeds.getByLabel('Address of Phone').inputValue();
  expect(await (await fetch(address)).text()).toContain('SUMMARY:Plan');
  await feeds.getByRole('button', { name: 'I have it' }).click();
  await feeds.getByRole('button', { name: 'Revoke Phone' }).click();
  await seat.dialog.getByRole('button', { name: 'Revoke' }).click();
  await feeds.getByText('There are no feeds.').waitFor();
  expect((await fetch(address)).status).toBe(401);
});

inBrowser('a webhook is added, told of a change, and what it was told can be sent again', async (stage) => {
  const receiver = await Receiver.start();
  try {
    const ada = await stage.person('Ada');
    const event = await ada.createEvent({ title: 'Plan', ...span('09:00', '10:00') });
    const seat = await stage.sit(ada);
    await settings(seat);
    const hooks = card(seat, 'Webhooks');
    await hooks.getByRole('button', { name: 'Add a webhook' }).click();
    await hooks.getByLabel('Link').fill(`http://127.0.0.1:${receiver.port}/hook`);
    await hooks.getByRole('button', { name: 'Add the webhook' }).click();
    expect(await hooks.getByLabel('Secret of the webhook').inputValue()).toMatch(/\S{20}/);
    await hooks.getByRole('button', { name: 'I have it' }).click();
    await ada.patch(`/api/events/${event.id}`, { title: 'Plan B' });
    await eventually(async () => expect(receiver.received).toHaveLength(1));
    await hooks.getByRole('button', { name: 'Deliveries to' }).click();
    await hooks.getByRole('button', { name: 'Send again version 2' }).click();
    await eventually(async () => expect(receiver.received).toHaveLength(2));
    expect(receiver.received.map(({ change }) => change.version)).toEqual([2, 2]);
  } finally {
    await receiver.close();
  }
});

inBrowser('another session is seen, and ended from here', async (stage) => {
  const ada = await stage.person('Ada');
  const [here, there] = [await stage.sit(ada), await stage.visitor()];
  there.expects(/status of 401/);
  await there.page.getByRole('button', { name: 'Sign in' }).first().click();
  await there.page.getByLabel('Email or username').fill(ada.user.email);
  await there.page.getByLabel('Password').fill('correct horse battery');
  await there.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await there.isLive();
  await settings(here);
  const rows = card(here, 'Sessions').getByRole('listitem');
  await rows.nth(1).waitFor();
  expect(await rows.count()).toBe(2);
  await rows.getByRole('button', { name: /^End/ }).click();
  await there.page.getByText('Your session was ended from elsewhere.').waitFor();
  await rows.nth(1).waitFor({ state: 'detached' });
});

inBrowser('what was deleted can be brought back later', async (stage) => {
  const ada = await stage.person('Ada');
  const event = await ada.createEvent({ title: 'Plan', ...span('09:00', '10:00') });
  await ada.send('DELETE', `/api/events/${event.id}`);
  const seat = await stage.sit(ada);
  await settings(seat);
  await card(seat, 'Trash')
    .getByRole('button', { name: /Restore/ })
    .click();
  await seat.page.getByRole('link', { name: 'Back to the calendar' }).click();
  await seat.item(/Plan/).waitFor();
});

inBrowser('the settings can be used by everybody, in light and dark, wide and on a phone', async (stage) => {
  const ada = await stage.person('Ada');
  const seat = await stage.sit(ada);
  await settings(seat);
  await card(seat, 'Sessions').getByRole('listitem').first().waitFor();
  await expectAccessible(seat, 'the settings');
});
