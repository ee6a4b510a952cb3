import type { BrowserContext, Locator, Page, Request } from 'playwright-core';

/** How long something may take to be seen: the machine may be busy. */
const PATIENCE_MS = 20_000;

/** The zone of every browser here. */
export const ZONE = 'Europe/Berlin';

/** Today, as a clock in that zone has it. */
export const today = (): string => new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(new Date());

/** Times of an event on a day. */
export const span = (start: string, end: string, date = today()) => ({
  timeZone: ZONE,
  start: `${date}T${start}:00`,
  end: `${date}T${end}:00`,
});

/** One person's browser: the page, and all that it complains of. */
export class Seat {
  private readonly said: string[] = [];
  private readonly expected: RegExp[] = [];

  constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) {
        this.said.push(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on('pageerror', (error) => this.said.push(`thrown: ${error.message}`));
    page.on('requestfailed', (request) => this.failed(request));
  }

  private failed(request: Request): void {
    const { pathname } = new URL(request.url());
    this.said.push(`failed: ${request.method()} ${pathname}: ${request.failure()?.errorText ?? ''}`);
  }

  /** What a test provokes, by what the browser says of it, such as `/status of 409/`. */
  expects(...complaints: RegExp[]): void {
    this.expected.push(...complaints);
  }

  complaints(): string[] {
    return this.said.filter((one) => !this.expected.some((pattern) => pattern.test(one)));
  }

  close(): Promise<void> {
    return this.context.close();
  }

  async isLive(): Promise<void> {
    await this.page.getByRole('img', { name: 'Connection: Live' }).waitFor();
  }

  view(name: 'Month' | 'Week' | 'Day' | 'List'): Promise<void> {
    return this.button(name).click();
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** A day of the month, or its column of a week. */
  day(date: string): Locator {
    return this.page.locator(`[role=gridcell][data-date="${date}"]`).last();
  }

  /** An event in the calendar, by its title; on a day. */
  item(title: string | RegExp, date?: string): Locator {
    return (date === undefined ? this.page.getByRole('main') : this.day(date)).getByRole('button', {
      name: title,
    });
  }

  get panel(): Locator {
    return this.page.getByRole('complementary', { name: 'Event' });
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  field(label: string, within: Locator = this.panel): Locator {
    return within.getByLabel(label, { exact: true });
  }

  tab(name: string): Promise<void> {
    return this.panel.getByRole('tab', { name }).click();
  }

  save(): Promise<void> {
    return this.panel.getByRole('button', { name: 'Save' }).click();
  }

  /** A notice, by what it says. */
  notice(text: string | RegExp): Locator {
    return this.page.locator('.toast').filter({ hasText: text });
  }

  /** Opens an event by its address. */
  async open(eventId: string, occurrence?: string): Promise<void> {
    const place = occurrence === undefined ? '' : `/${encodeURIComponent(occurrence)}`;
    await this.page.evaluate(`location.hash = '#/event/${eventId}${place}'`);
    await this.panel.getByRole('heading', { level: 2 }).waitFor();
  }

  /** Takes hold of something in its middle (or near its end), and drops it where something else is. */
  async drag(item: Locator, to: { x: number; y: number }, grip: 'middle' | 'end' = 'middle'): Promise<void> {
    const box = await boxOf(item);
    const from = { x: box.x + box.width / 2, y: box.y + (grip === 'end' ? box.height - 2 : box.height / 2) };
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(from.x + 3, from.y + 3);
    await mouse.move(from.x + (to.x * 2) / 3, from.y + (to.y * 2) / 3, { steps: 4 });
    await mouse.move(from.x + to.x, from.y + to.y, { steps: 4 });
    await mouse.up();
  }
}

export async function boxOf(item: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  await item.scrollIntoViewIfNeeded();
  const box = await item.boundingBox();
  if (!box) {
    throw new Error('it is not to be seen');
  }
  return box;
}
