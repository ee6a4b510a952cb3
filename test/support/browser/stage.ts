import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, chromium as Chromium } from 'playwright-core';
import { findChromium } from '../chromium.js';
import { register, type Person, type TestSocket } from '../convene.js';
import { ConveneProcess, temporaryDirectory } from '../process.js';
import { TcpProxy } from '../tcp-proxy.js';
import { Seat, ZONE } from './seat.js';

// As it is for `require`: read as an ES module it is parsed anew, slowly, for every file of tests.
const { chromium } = createRequire(import.meta.url)('playwright-core') as { chromium: typeof Chromium };

const binary = findChromium();

/**
 * What declares the tests of a file in a real browser: each is given the stage that they share, and fails where a page
 * complained of something that it did not expect. Where there is no browser they are skipped, and their names say why.
 */
export function browserTests(): (name: string, body: (stage: Stage) => Promise<void>) => void {
  if (binary === null) {
    return (name) => test.skip(`${name} (no Chromium on the PATH)`, () => undefined);
  }
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open();
  }, 60_000);
  afterEach(async () => expect(await stage.clear()).toEqual([]), 30_000);
  afterAll(() => stage.close(), 30_000);
  return (name, body) => test(name, () => body(stage), 90_000);
}

/** How a seat's browser is set up, beside what is the same for all. */
export interface SeatOptions extends Pick<BrowserContextOptions, 'viewport' | 'colorScheme' | 'hasTouch'> {
  /** What the page finds as the session that it kept. */
  session?: Record<string, unknown>;
  /** Where the console is, if not at the server itself. */
  url?: string;
}

export const PHONE = { width: 390, height: 780 };

/** Webhooks may lead to a program of the test. */
const settings = (directory: string) => ({ DATA_DIR: directory, WEBHOOK_PRIVATE: 'allow' });

/** A built Convene in a process of its own, and one browser, in which each person has a profile of their own. */
export class Stage {
  readonly sockets = new Set<TestSocket>();
  private seats: Seat[] = [];
  private networks: TcpProxy[] = [];

  private constructor(
    private readonly browser: Browser,
    private server: ConveneProcess,
    private readonly data: { directory: string; remove(): void },
  ) {}

  static async open(): Promise<Stage> {
    const data = temporaryDirectory();
    const [browser, server] = await Promise.all([
      chromium.launch({
        executablePath: binary ?? '',
        args: ['--no-sandbox', '--disable-background-networking', '--disable-dev-shm-usage', '--lang=en-GB'],
      }),
      ConveneProcess.start(settings(data.directory)),
    ]);
    return new Stage(browser, server, data);
  }

  get url(): string {
    return this.server.url;
  }

  /** Somebody new, with an account, who calls the API beside the page. */
  person(name: string): Promise<Person> {
    const email = `${name.toLowerCase()}.${Math.random().toString(36).slice(2)}@example.com`;
    return register(this, { name, email });
  }

  /** A browser in which nobody is signed in, the console open. */
  async visitor(options: SeatOptions = {}): Promise<Seat> {
    const { session, url = this.url, ...more } = options;
    const localStorage = session ? [{ name: 'convene.session', value: JSON.stringify(session) }] : [];
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
      timezoneId: ZONE,
      reducedMotion: 'reduce',
      storageState: { cookies: [], origins: [{ origin: url, localStorage }] },
      ...more,
    });
    const seat = new Seat(context, await context.newPage());
    this.seats.push(seat);
    await seat.page.goto(url);
    return seat;
  }

  /** The console as somebody sees it who is signed in, once the calendar is there and live. */
  async sit(person: Person, options: SeatOptions = {}): Promise<Seat> {
    const session = { user: person.user, ...person.tokens, expiresAt: Date.now() + 900_000 };
    const seat = await this.visitor({ session, ...options });
    await seat.isLive();
    return seat;
  }

  /** A way to the server that can be cut; for one test. */
  async network(): Promise<TcpProxy> {
    const { hostname, port } = new URL(this.url);
    const network = await TcpProxy.to(hostname, Number(port));
    this.networks.push(network);
    return network;
  }

  /** Kills the server. */
  async stop(): Promise<void> {
    await this.server.end('SIGKILL');
  }

  /** Starts it again, where it was. */
  async restart(): Promise<void> {
    const { port } = new URL(this.url);
    this.server = await ConveneProcess.start({ ...settings(this.data.directory), PORT: port });
  }

  /** After a test: its pages are closed. @returns what they complained of and nobody expected */
  async clear(): Promise<string[]> {
    const seats = this.seats;
    this.seats = [];
    await Promise.all(seats.map((seat) => seat.close()));
    await Promise.all(this.networks.splice(0).map((network) => network.close()));
    return seats.flatMap((seat) => seat.complaints());
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.end('SIGTERM');
    this.data.remove();
  }
}
