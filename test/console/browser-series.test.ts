import { expect } from '@jest/globals';
import type { Person } from '../support/convene.js';
import { span, ZONE, type Seat } from '../support/browser/seat.js';
import { browserTests } from '../support/browser/stage.js';

const inBrowser = browserTests();

const DAY_MS = 86_400_000;
const dateOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10);

/** Five days, on the third of which clocks in the zone are changed next. */
function aroundTheChange(): string[] {
  const offset = (instant: number): string =>
    new Intl.DateTimeFormat('en', { timeZone: ZONE, timeZoneName: 'longOffset' }).format(instant).slice(-5);
  let day = Date.parse(`${dateOf(Date.now())}T12:00:00Z`) + 3 * DAY_MS;
  while (offset(day) === offset(day - DAY_MS)) {
    day += DAY_MS;
  }
  return [-2, -1, 0, 1, 2].map((days) => dateOf(day + days * DAY_MS));
}

/** Shows the month that a day is in. */
async function goTo(seat: Seat, date: string): Promise<void> {
  const months = (one: string): number => Number(one.slice(0, 4)) * 12 + Number(one.slice(5, 7));
  for (let step = months(dateOf(Date.now())); step < months(date); step += 1) {
    await seat.button('Later').click();
  }
}

/** What is on these days: clock time in the zone, and title; as the server has it. */
async function stored(person: Person, days: readonly string[]): Promise<string[]> {
  const query = `from=${days[0] ?? ''}T00:00:00Z&to=${days.at(-1) ?? ''}T23:00:00Z&expand=true`;
  const { body } = await person.get(`/api/events?${query}`);
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, hour: '2-digit', minute: '2-digit' });
  return body.items.map((one: any) => `${clock.format(Date.parse(one.start))} ${one.title}`);
}

async function choose(seat: Seat, scope: string, verb: string): Promise<void> {
  await seat.dialog.getByLabel(scope).check();
  await seat.dialog.getByRole('button', { name: verb }).click();
  await seat.dialog.waitFor({ state: 'detached' });
}

inBrowser(
  'one occurrence, those that follow, and all of a series change, across a change of the clocks',
  async (stage) => {
    const ada = await stage.person('Ada');
    const days = aroundTheChange();
    const [first = '', second = '', third = '', fourth = ''] = days;
    await ada.createEvent({
      title: 'Daily',
      ...span('09:00', '09:30', first),
      recurrence: 'FREQ=DAILY;COUNT=5',
    });
    const seat = await stage.sit(ada);
    await goTo(seat, third);
    for (const day of days) {
      await seat.item(/^0?9:00.*Daily/, day).waitFor();
    }

    await seat.item(/Daily/, third).click();
    await seat.panel.getByText('One of a series').waitFor();
    await seat.field('Title').fill('Daily, short');
    await seat.save();
    await choose(seat, 'This one only', 'Change');
    await seat.item(/Daily, short/, third).waitFor();
    expect(await stored(ada, days)).toEqual([
      '09:00 Daily',
      '09:00 Daily',
      '09:00 Daily, short',
      '09:00 Daily',
      '09:00 Daily',
    ]);

    await seat.item(/Daily/, fourth).click();
    await seat.panel.getByRole('heading', { name: 'Daily', exact: true }).waitFor();
    await seat.field('Start time').fill('10:00');
    await seat.save();
    await choose(seat, 'This and all that follow', 'Change');
    for (const day of days.slice(3)) {
      await seat.item(/^10:00.*Daily/, day).waitFor();
    }
    expect(await stored(ada, days)).toEqual([
      '09:00 Daily',
      '09:00 Daily',
      '09:00 Daily, short',
      '10:00 Daily',
      '10:00 Daily',
    ]);

    await seat.item(/Daily/, second).click();
    await seat.field('Title').fill('Early');
    await seat.save();
    await choose(seat, 'All of the series', 'Change');
    await seat.item(/Early/, first).waitFor();
    expect(await stored(ada, days)).toEqual([
      '09:00 Early',
      '09:00 Early',
      '09:00 Daily, short',
      '10:00 Daily',
      '10:00 Daily',
    ]);
  },
);

inBrowser('a split is taken back whole, and an occurrence that was deleted comes back', async (stage) => {
  const ada = await stage.person('Ada');
  const days = aroundTheChange();
  const [first = '', second = '', third = '', fourth = ''] = days;
  await ada.createEvent({
    title: 'Daily',
    ...span('09:00', '09:30', first),
    recurrence: 'FREQ=DAILY;COUNT=5',
  });
  const seat = await stage.sit(ada);
  await goTo(seat, third);

  await seat.item(/Daily/, third).click();
  await seat.field('Start time').fill('11:00');
  await seat.save();
  await choose(seat, 'This and all that follow', 'Change');
  await seat.item(/^11:00/, fourth).waitFor();
  await seat.notice('Saved Daily').getByRole('button', { name: 'Undo' }).click();
  await seat.item(/^0?9:00/, fourth).waitFor();
  await seat.notice('Undone').waitFor();
  expect(await stored(ada, days)).toEqual(Array.from(days, () => '09:00 Daily'));

  await seat.item(/Daily/, second).click();
  await seat.panel.getByText('One of a series').waitFor();
  await seat.panel.getByRole('button', { name: 'Delete' }).click();
  await choose(seat, 'This one only', 'Delete');
  await seat.item(/Daily/, second).waitFor({ state: 'detached' });
  expect(await stored(ada, days)).toHaveLength(4);
  await seat.notice('Deleted Daily').getByRole('button', { name: 'Undo' }).click();
  await seat.item(/Daily/, second).waitFor();
});
