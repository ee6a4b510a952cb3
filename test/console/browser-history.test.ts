import { expect } from '@jest/globals';
import { expectAccessible } from '../support/browser/axe.js';
import type { Person } from '../support/convene.js';
import { span, type Seat } from '../support/browser/seat.js';
import { browserTests, type Stage } from '../support/browser/stage.js';

const inBrowser = browserTests();

/** An event of four versions: made, its title, its place with a note, both. */
async function past(stage: Stage): Promise<{ ada: Person; url: string; seat: Seat }> {
  const ada = await stage.person('Ada');
  const event = await ada.createEvent({ title: 'Plan', ...span('09:00', '10:00'), location: 'Room 1' });
  const url = `/api/events/${event.id}`;
  await ada.patch(url, { title: 'Plan B' });
  await ada.patch(url, { location: 'Room 2' }, { 'Edit-Note': 'Room 1 is taken' });
  await ada.patch(url, { title: 'Oops', location: 'Nowhere' });
  const seat = await stage.sit(ada);
  await seat.open(event.id);
  await seat.tab('History');
  return { ada, url, seat };
}

const version = (seat: Seat, number: number) =>
  seat.panel.getByRole('listitem', { name: `Version ${number}`, exact: true });

inBrowser('every version is told with its author, note and changes, also while one looks', async (stage) => {
  const { ada, url, seat } = await past(stage);
  await version(seat, 4).getByText('Current').waitFor();
  await version(seat, 3).getByText('Room 1 is taken').waitFor();
  expect(await version(seat, 3).locator('.change-values').innerText()).toMatch(/Room 1[\s\S]*Room 2/);
  expect(await version(seat, 2).getByText('Ada').count()).toBeGreaterThan(0);
  await ada.patch(url, { location: 'Room 5' });
  await version(seat, 5).getByText('Room 5').waitFor();
  await expectAccessible(seat, 'the history');
});

inBrowser('any version can be read, and any two compared', async (stage) => {
  const { seat } = await past(stage);
  await version(seat, 1).getByRole('button', { name: 'View' }).click();
  const preview = seat.panel.getByRole('region', { name: 'Version 1' });
  await preview.getByText('Room 1').waitFor();
  await preview.getByText('Plan', { exact: true }).waitFor();
  await seat.button('All versions').click();

  await version(seat, 3).getByRole('button', { name: 'Compare' }).click();
  await version(seat, 1).getByRole('button', { name: 'Compare with 3' }).click();
  const comparison = seat.panel.getByRole('region', { name: 'Comparison of versions 1 and 3' });
  await comparison.getByText('Room 2').waitFor();
  expect(await comparison.locator('.changes').innerText()).toMatch(/Plan B/);
  await seat.button('The other way round').click();
  await seat.panel.getByRole('region', { name: 'Comparison of versions 3 and 1' }).waitFor();
});

inBrowser('one click goes back to a version, and another undoes that', async (stage) => {
  const { ada, url, seat } = await past(stage);
  await version(seat, 3).getByRole('button', { name: 'Restore' }).click();
  await seat.panel.getByRole('heading', { name: 'Plan B' }).waitFor();
  await version(seat, 5).getByText('Current').waitFor();
  expect((await ada.get(url)).body).toMatchObject({ title: 'Plan B', location: 'Room 2', version: 5 });
  await seat.page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await seat.panel.getByRole('heading', { name: 'Oops' }).waitFor();
  await version(seat, 6).waitFor();
  expect((await ada.get(url)).body).toMatchObject({ title: 'Oops', location: 'Nowhere', version: 6 });
});
