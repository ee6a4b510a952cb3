import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startApp, type App } from '../app.js';
import { readConfig, type Config } from '../config.js';
import { createLog } from '../log.js';
import { Colleague } from './colleague.js';
import { STAGED } from './month.js';
import { writePast } from './past.js';
import { PASSWORD, PEOPLE, VISITOR } from './people.js';

/*
 * Convene on data that are gone when it ends, with people in it who keep editing: `npm run demo`. PORT, HOST and
 * LOG_LEVEL are heeded. As the passwords are known to everybody, it is for this machine alone unless HOST says else.
 */
const DAY_MS = 86_400_000;
const ended = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => resolve());
  }
});

const data = mkdtempSync(path.join(tmpdir(), 'convene-demo-'));
process.on('exit', () => rmSync(data, { recursive: true, force: true }));

try {
  const house = await open();
  const ask = Promise.race([house.fill(), ended.then(() => null)]);
  const colleagues = await ask;
  if (colleagues) {
    welcome(house.url);
    await ended;
  }
  await Promise.all((colleagues ?? []).map((one) => one.end()));
  await house.app.close();
  process.exit(0);
} catch (error) {
  process.stderr.write(`The demo could not start: ${explain(error)}\n`);
  process.exit(1);
}

interface House {
  app: App;
  url: string;
  /** Lets people live in it. */
  fill(): Promise<Colleague[]>;
}

async function open(): Promise<House> {
  const config = demoConfig();
  const log = createLog(config.logLevel);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  let daysAgo = 0;
  const app = await startApp(config, log, { now: () => new Date(Date.now() - daysAgo * DAY_MS) });
  const url = `http://${config.host ?? 'localhost'}:${app.address.port}`;
  return {
    app,
    url,
    fill: async () => {
      const ids = await writePast(url, { goTo: (days) => (daysAgo = days) });
      const staged = STAGED.flatMap((key) => ids.get(key) ?? []);
      const colleagues = PEOPLE.filter(({ username }) => username !== VISITOR).map(
        (person) => new Colleague(url, person),
      );
      await Promise.all(colleagues.map((one) => one.start(staged)));
      return colleagues;
    },
  };
}

/** The settings of a deployment, such as its database, are not the demo's. */
function demoConfig(): Config {
  const { PORT, HOST, LOG_LEVEL } = process.env;
  return readConfig({
    DATA_DIR: data,
    HOST: HOST || 'localhost',
    LOG_LEVEL: LOG_LEVEL || 'warn',
    ...(PORT !== undefined && { PORT }),
  });
}

function welcome(url: string): void {
  const width = Math.max(...PEOPLE.map(({ email }) => email.length));
  const who = PEOPLE.map(({ name, email, username }) => {
    const is = username === VISITOR ? 'you' : `${name}, who keeps editing`;
    return `  ${email.padEnd(width)}  ${PASSWORD}  (${is})`;
  });
  process.stdout.write(
    [
      `The demo is at ${url}`,
      'Sign in with one of these, in a second browser with another:',
      ...who,
      'Share an event of your own with bao: he joins in. Ctrl-C ends it, and leaves nothing.',
      '',
    ].join('\n'),
  );
}

function explain(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'EADDRINUSE'
    ? 'the port is in use. Set PORT to another one (0 picks a free one).'
    : message;
}
