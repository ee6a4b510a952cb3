import { startApp, type App } from './app.js';
import { ConfigError, readConfig, type Config } from './config.js';
import { createLog } from './log.js';

/** What a person who starts Convene can read and act upon. */
function explain(error: unknown, config?: Config): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${config?.port} is in use. Stop what listens there, or set PORT to another one (0 picks a free one).`;
    case 'EACCES':
      return `Not permitted: ${message}. Set PORT to one above 1023, or DATA_DIR to a directory that can be written.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST ${config?.host ?? ''} is not an address of this machine.`;
    default:
      return message;
  }
}

function fail(error: unknown, config?: Config): never {
  const kind = error instanceof ConfigError ? 'The configuration is not valid' : 'Convene could not start';
  process.stderr.write(`${kind}: ${explain(error, config)}\n`);
  process.exit(1);
}

async function start(): Promise<void> {
  let config: Config | undefined;
  let app: App;
  try {
    config = readConfig(process.env);
    const log = createLog(config.logLevel);
    // Before anything is opened: what Node prints of an error by itself has everything in it, passwords too.
    process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
    app = await startApp(config, log);
  } catch (error) {
    fail(error, config);
  }
  const host =
    config.host === undefined || config.host === '0.0.0.0' || config.host === '::'
      ? 'localhost'
      : config.host;
  const name = host.includes(':') ? `[${host}]` : host;
  // Whoever reads the line may send a signal at once.
  endOnSignals(app);
  process.stdout.write(`Convene is listening on http://${name}:${app.address.port}\n`);
}

/** The first signal ends it; a terminal's Ctrl-C comes twice under npm, so that a second one says nothing new. */
function endOnSignals(app: App): void {
  let ending = false;
  const end = (): void => {
    if (ending) {
      return;
    }
    ending = true;
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`Convene did not close cleanly: ${explain(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}

await start();
