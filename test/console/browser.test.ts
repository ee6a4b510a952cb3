import { expect } from '@jest/globals';
import { expectAccessible } from '../support/browser/axe.js';
import { boxOf, today, type Seat } from '../support/browser/seat.js';
import { browserTests, PHONE } from '../support/browser/stage.js';

const inBrowser = browserTests();

async function make(seat: Seat, title: string): Promise<void> {
  await seat.field('Title', seat.dialog).fill(title);
  await seat.dialog.getByRole('button', { name: 'Create' }).click();
  await seat.panel.getByRole('heading', { name: title }).waitFor();
}

inBrowser(
  'somebody new makes an account, an event with a click, changes it, and deletes and undoes',
  async (stage) => {
    const seat = await stage.visitor();
    const { page } = seat;
    await page.getByLabel('Your name').fill('Grace');
    await page.getByLabel('Email').fill('grace@example.com');
    await page.getByLabel('Password').fill('correct horse');
    await seat.button('Begin').click();
    await page.getByText('Nothing here yet.').waitFor();
    await seat.isLive();

    await seat.day(today()).click({ position: { x: 60, y: 60 } });
    await make(seat, 'Design review');
    await seat.notice('Created Design review').waitFor();

    await seat.field('Location').fill('Room 4');
    await seat.field('Title').fill('Design review II');
    await seat.save();
    await seat.notice('Saved Design review II').waitFor();
    await seat.item(/^0?9:00.*Design review II/, today()).waitFor();

    await seat.panel.getByRole('button', { name: 'Delete' }).click();
    await seat.dialog.getByRole('button', { name: 'Delete' }).click();
    await seat.item(/Design review/).waitFor({ state: 'detached' });
    await seat.notice('Deleted Design review II').getByRole('button', { name: 'Undo' }).click();
    await seat.item(/Design review II/, today()).waitFor();

    await page.reload();
    await seat.item(/Design review II/, today()).waitFor();
  },
);

inBrowser('an event is dragged to another time, stretched, and put back', async (stage) => {
  const ada = await stage.person('Ada');
  const date = today();
  const at = (time: string): string => `${date}T${time}:00`;
  const event = await ada.createEvent({
    title: 'Stand-up',
    timeZone: 'Europe/Berlin',
    start: at('09:00'),
    end: at('10:00'),
  });
  const now = async (): Promise<string> => {
    const { content } = (await ada.get(`/api/events/${event.id}/history/${await version()}`)).body;
    return `${content.start} ${content.end}`;
  };
  const version = async (): Promise<number> => (await ada.get(`/api/events/${event.id}`)).body.version;
  const seat = await stage.sit(ada);
  await seat.view('Week');
  const { height } = await boxOf(seat.item(/09:00.*Stand-up/));
  const before = await now();

  await seat.drag(seat.item(/Stand-up/), { x: 0, y: height * 2 + 6 });
  await seat.item(/11:00–12:00.*Stand-up/).waitFor();
  await seat.notice('Moved Stand-up').waitFor();
  await seat.drag(seat.item(/Stand-up/), { x: 0, y: height / 2 + 4 }, 'end');
  await seat.item(/11:00–12:30.*Stand-up/).waitFor();
  await seat.notice('Changed Stand-up').getByRole('button', { name: 'Undo' }).click();
  await seat.item(/11:00–12:00.*Stand-up/).waitFor();
  expect(await version()).toBe(4);
  await seat.notice('Undone').waitFor();
  expect(await now()).not.toBe(before);
});

inBrowser('an event is made, opened and closed with the keyboard alone', async (stage) => {
  const ada = await stage.person('Ada');
  const seat = await stage.sit(ada);
  const { keyboard } = seat.page;
  const tabTo = async (what: string): Promise<void> => {
    for (let steps = 0; steps < 80; steps += 1) {
      await keyboard.press('Tab');
      const reached = seat.page.locator(':focus');
      const [one = ''] = await reached.evaluateAll((all) => all.map((element) => element.textContent ?? ''));
      if (one.trim() === what) {
        return;
      }
    }
    throw new Error(`Tab does not lead to ${what}`);
  };
  await tabTo('New event');
  await keyboard.press('Enter');
  await seat.dialog.waitFor();
  await keyboard.type('By hand');
  await keyboard.press('Enter');
  await seat.panel.getByRole('heading', { name: 'By hand' }).waitFor();
  await keyboard.press('Escape');
  await seat.panel.waitFor({ state: 'detached' });
  const item = seat.item(/By hand/);
  await item.focus();
  await keyboard.press('Enter');
  await seat.panel.getByRole('heading', { name: 'By hand' }).waitFor();
});

inBrowser('what overlaps is told before it is stored', async (stage) => {
  const ada = await stage.person('Ada');
  const date = today();
  await ada.createEvent({
    title: 'Budget',
    timeZone: 'Europe/Berlin',
    start: `${date}T09:00:00`,
    end: `${date}T10:00:00`,
  });
  const seat = await stage.sit(ada);
  await seat.day(date).click({ position: { x: 60, y: 80 } });
  await seat.field('Title', seat.dialog).fill('Review');
  await seat.dialog.getByText('Overlaps with another event').waitFor();
  await seat.dialog.getByRole('listitem').filter({ hasText: 'Budget' }).waitFor();
  await seat.field('Starts', seat.dialog).fill('2031-01-01');
  await seat.dialog.getByText('Overlaps with').waitFor({ state: 'detached' });
});

inBrowser('on a phone there is a list, and an event fills the page', async (stage) => {
  const ada = await stage.person('Ada');
  const seat = await stage.sit(ada, { viewport: PHONE, hasTouch: true });
  await seat.button('Make the first one').tap();
  await make(seat, 'Pocket-sized');
  const { width } = await boxOf(seat.panel);
  expect(width).toBeGreaterThan(PHONE.width - 20);
  await seat.button('Close the event').tap();
  await seat.item(/Pocket-sized/).waitFor();
  expect(await seat.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
});

inBrowser('every view can be used by everybody, in light and dark, wide and on a phone', async (stage) => {
  const visitor = await stage.visitor();
  await visitor.button('Begin').waitFor();
  await expectAccessible(visitor, 'the way in');
  const ada = await stage.person('Ada');
  const date = today();
  const event = await ada.createEvent({
    title: 'Review',
    timeZone: 'Europe/Berlin',
    start: `${date}T09:00:00`,
    end: `${date}T10:00:00`,
    recurrence: 'FREQ=DAILY;COUNT=3',
  });
  const seat = await stage.sit(ada);
  for (const view of ['Month', 'Week', 'Day', 'List'] as const) {
    await seat.view(view);
    await seat
      .item(/Review/)
      .first()
      .waitFor();
    await expectAccessible(seat, view);
  }
  await seat.button('New event').click();
  await seat.dialog.waitFor();
  await expectAccessible(seat, 'a new event');
  await seat.page.keyboard.press('Escape');
  await seat.open(event.id);
  for (const tab of ['Details', 'People', 'Overlaps']) {
    await seat.tab(tab);
    await expectAccessible(seat, `an event, ${tab}`);
  }
});
