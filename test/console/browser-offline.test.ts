import { expect } from '@jest/globals';
import { eventually } from '../support/browser/eventually.js';
import { span } from '../support/browser/seat.js';
import { browserTests } from '../support/browser/stage.js';
import { PASSWORD } from '../support/convene.js';

const inBrowser = browserTests();

/** What a browser says of a network that is not there. */
const AWAY =
  /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE|ERR_FAILED|WebSocket/;

inBrowser(
  'without a network edits are kept, sent on return, and merged with what others did',
  async (stage) => {
    const [ada, bob] = await Promise.all([stage.person('Ada'), stage.person('Bob')]);
    const event = await ada.createEvent({ title: 'Plan', ...span('09:00', '10:00') });
    await ada.share(event, bob, 'editor');
    const network = await stage.network();
    const seat = await stage.sit(ada, { url: `http://127.0.0.1:${network.port}` });
    seat.expects(AWAY);
    await seat.open(event.id);
    await seat.context.setOffline(true);
    network.cut();
    await seat.page.getByText('your edits are kept').waitFor();
    await seat.field('Location').fill('Room 4');
    await seat.save();
    await seat.notice('It is sent when you are online again').waitFor();
    await seat.page.getByText('1 edit waits').waitFor();
    await bob.patch(`/api/events/${event.id}`, { title: 'Plan B' });

    network.heal();
    await seat.context.setOffline(false);
    await seat.panel.getByRole('heading', { name: 'Plan B' }).waitFor();
    await seat.page.getByText('your edits are kept').waitFor({ state: 'detached' });
    await eventually(async () => {
      const { body } = await ada.get(`/api/events/${event.id}`);
      expect(body).toMatchObject({ title: 'Plan B', location: 'Room 4' });
    });
    expect(await seat.field('Location').inputValue()).toBe('Room 4');
  },
);

inBrowser('a server that is killed and comes back costs nothing that was typed', async (stage) => {
  const ada = await stage.person('Ada');
  const event = await ada.createEvent({ title: 'Plan', ...span('09:00', '10:00') });
  const seat = await stage.sit(ada);
  seat.expects(AWAY);
  await seat.open(event.id);
  await seat.field('Description').fill('begun');
  await stage.stop();
  await seat.page.getByText('your edits are kept').waitFor();
  await seat.field('Location').fill('Room 4');
  await seat.save();
  await seat.page.getByText('1 edit waits').waitFor();
  await stage.restart();
  await seat.isLive();
  await eventually(async () => {
    const { body } = await ada.get(`/api/events/${event.id}`);
    expect(body).toMatchObject({ location: 'Room 4', description: 'begun' });
  });
});

inBrowser(
  'opened while the service does not answer, the page says so, and goes on once it does',
  async (stage) => {
    const ada = await stage.person('Ada');
    await ada.createEvent({ title: 'Plan', ...span('09:00', '10:00') });
    const seat = await stage.sit(ada);
    seat.expects(AWAY, /^failed: /);
    const { page, context } = seat;
    await context.route(/\/(api|socket\.io)\//, (route) => route.abort());
    await page.reload();
    await page.getByRole('heading', { name: 'Convene cannot be reached' }).waitFor();
    await context.unrouteAll();
    await seat.button('Try again').click();
    await seat.item(/Plan/).waitFor();
  },
);

inBrowser('a session is renewed while one works, without a reload', async (stage) => {
  const ada = await stage.person('Ada');
  const event = await ada.createEvent({ title: 'Plan', ...span('09:00', '10:00') });
  // As the browser kept it when the access token had a moment left.
  const seat = await stage.visitor({
    session: { user: ada.user, ...ada.tokens, expiresAt: Date.now() + 2_000 },
  });
  await seat.isLive();
  await seat.page.evaluate(`window.isSamePage = true`);
  const kept = (): Promise<any> => seat.page.evaluate(`JSON.parse(localStorage.getItem('convene.session'))`);
  await eventually(async () => expect((await kept()).refreshToken).not.toBe(ada.tokens?.refreshToken));
  await seat.open(event.id);
  await seat.field('Location').fill('Room 4');
  await seat.save();
  await seat.notice('Saved').waitFor();
  expect(await seat.page.evaluate('window.isSamePage')).toBe(true);
});

inBrowser('an access token that is not taken any more is replaced unnoticed', async (stage) => {
  const ada = await stage.person('Ada');
  await ada.createEvent({ title: 'Plan', ...span('09:00', '10:00') });
  const seat = await stage.visitor({
    session: { user: ada.user, ...ada.tokens, accessToken: 'old', expiresAt: Date.now() + 900_000 },
  });
  seat.expects(/status of 401/, /socket\.io/);
  await seat.item(/Plan/).waitFor();
  await seat.isLive();
});

inBrowser('a session that is ended elsewhere leads to the way in, which says why', async (stage) => {
  const ada = await stage.person('Ada');
  await ada.createEvent({ title: 'Plan', ...span('09:00', '10:00') });
  const seat = await stage.sit(ada);
  seat.expects(/status of 401/);
  await seat.item(/Plan/).waitFor();
  await ada.post('/api/auth/logout', { everywhere: true });
  await seat.page.getByText('You have signed out elsewhere.').waitFor();
  await seat.page.getByLabel('Email or username').fill(ada.user.email);
  await seat.page.getByLabel('Password').fill('not this one');
  await seat.button('Sign in').click();
  await seat.page.getByRole('alert').getByText('The name or the password is not right.').waitFor();
  await seat.page.getByLabel('Password').fill(PASSWORD);
  await seat.button('Sign in').click();
  await seat.item(/Plan/).waitFor();
});
