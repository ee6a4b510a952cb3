import { pino, type Logger } from 'pino';
import pinoPretty from 'pino-pretty';

export type { Logger };

/** One JSON line for each thing worth telling, on stdout; on a terminal, lines for people. */
export function createLog(level: string): Logger {
  return process.stdout.isTTY
    ? pino({ level, base: null, redact }, pinoPretty({ colorize: true, ignore: 'pid,hostname', sync: true }))
    : pino({ level, redact });
}

/** An error of Redis carries the command that failed, the password of AUTH too. */
const redact = { paths: ['err.command', 'err.cause.command'], remove: true };
