// The pictures in the README, of the demo: `npm run build && node scripts/screenshots.mjs [FOLDER]`, docs/images by
// default. Needs a Chromium on the PATH, or CHROMIUM=/path/to/it. Look at them afterwards.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const ROOT = path.join(import.meta.dirname, '..');
const TIME_ZONE = 'Europe/Berlin';
process.env['TZ'] = TIME_ZONE; // the demo's, too
const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 780 };

const folder = path.resolve(process.argv[2] ?? path.join(ROOT, 'docs', 'images'));
mkdirSync(folder, { recursive: true });
const demo = spawn(
  'node',
  [path.join(process.env['CONVENE_DIST'] ?? path.join(ROOT, 'dist'), 'demo', 'main.js')],
  {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking'],
});
try {
  const { url, email, password } = await signs();
  const page = await signIn(url, email, password);
  await week(page);
  await together(page, await signIn(url, 'dana@demo.example', password));
  await history(page);
  await phone(page, url);
} finally {
  await browser.close();
  demo.kill('SIGINT');
}

/** What the demo says of where it is, and of whom a visitor is. */
async function signs() {
  let url = '';
  for await (const line of createInterface(demo.stdout)) {
    url = /^The demo is at (\S+)$/.exec(line)?.[1] ?? url;
    const [, email, password] = /^ {2}(\S+@\S+) +(.+?) +\(you\)$/.exec(line) ?? [];
    if (email && password) {
      return { url, email, password };
    }
  }
  throw new Error('the demo did not start');
}

/** @param {string} url @param {string} email @param {string} password */
async function signIn(url, email, password) {
  const context = await browser.newContext({
    viewport: WIDE,
    locale: 'en-GB',
    timezoneId: TIME_ZONE,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole('button', { name: 'Sign in' }).first().click();
  await page.getByLabel('Email or username').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('img', { name: 'Connection: Live' }).waitFor();
  return page;
}

/** @param {Page} page */
async function week(page) {
  await showWeek(page);
  await shoot(page, 'week');
}

/** On a weekend the week that comes: more is going on in it. @param {Page} page */
async function showWeek(page) {
  await page.getByRole('button', { name: 'Week', exact: true }).click();
  if ([0, 6].includes(new Date().getDay())) {
    await page.getByRole('button', { name: 'Later' }).click();
  }
  await item(page, 'Stand-up').waitFor();
}

/** Dana is in a field, beside whoever else happens to be there. @param {Page} page @param {Page} dana */
async function together(page, dana) {
  await showWeek(dana);
  await item(dana, 'Launch').click();
  await item(page, 'Launch').click();
  await dana.getByLabel('Location', { exact: true }).focus();
  await page.getByRole('list', { name: 'Here now' }).getByText('in Location').waitFor();
  await shoot(page, 'together');
  await dana.context().close();
}

/** @param {Page} page */
async function history(page) {
  await page.getByRole('tab', { name: 'History' }).click();
  await page
    .getByRole('listitem', { name: /^Version/ })
    .first()
    .waitFor();
  await shoot(page, 'history');
  await page.getByRole('button', { name: 'Close the event' }).click();
}

/** @param {Page} page @param {string} url */
async function phone(page, url) {
  await page.setViewportSize(PHONE);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(url);
  await page.getByRole('button', { name: 'List', exact: true }).click();
  await item(page, 'Stand-up').waitFor();
  await shoot(page, 'phone');
}

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page @param {string} title */
function item(page, title) {
  return page.getByRole('main').getByRole('button', { name: title }).first();
}

/** @param {Page} page @param {string} name */
async function shoot(page, name) {
  // Notices go when they are not looked at; so do highlights.
  for (const button of await page.getByRole('button', { name: 'Dismiss' }).all()) {
    await button.click();
  }
  await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  console.log(`${name}.png`);
}
