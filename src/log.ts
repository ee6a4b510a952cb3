import { pino, stdSerializers, type Logger } from 'pino';
import pinoPretty from 'pino-pretty';

export type { Logger };

/** Lines are written together, and none waits for longer than this: a write for each costs as much as a read. */
const FLUSH_MS = 100;
const TOGETHER_BYTES = 32 * 1024;
/** Where nobody takes the lines, those beyond this are dropped: the service does not wait for its log. */
const MAX_BYTES = 8 * 1024 * 1024;

/** One JSON line for each thing worth telling, on stdout; on a terminal, lines for people. */
export function createLog(level: string): Logger {
  const options = { level, serializers: { err: tellError } };
  return process.stdout.isTTY
    ? pino({ ...options, base: null }, pinoPretty({ colorize: true, ignore: 'pid,hostname', sync: true }))
    : pino(options, inBytes(1));
}

/** Lines are put together as bytes: as text, those that wait would be measured again with each that comes. */
function inBytes(dest: number): { write(line: string): void; flushSync(): void } {
  const destination = pino.destination({
    dest,
    sync: false,
    contentMode: 'buffer',
    minLength: TOGETHER_BYTES,
    maxWrite: 2 * TOGETHER_BYTES,
    maxLength: MAX_BYTES,
    periodicFlush: FLUSH_MS,
  });
  return {
    // Its declaration does not know of `contentMode`.
    write: (line) => destination.write(Buffer.from(line) as unknown as string),
    flushSync: () => destination.flushSync(),
  };
}

/**
 * What an error is, what it says and where it arose, its causes included. Whatever else it carries stays away: in
 * those of a database lies the document that was written, in those of Redis the command, a password perhaps.
 */
function tellError(error: unknown): unknown {
  if (!(error instanceof Error)) {
    return { type: typeof error };
  }
  const { type, message, stack } = stdSerializers.err(error);
  const { code, reason, errors } = error as { code?: unknown; reason?: unknown; errors?: unknown };
  const several = Array.isArray(errors) ? errors.slice(0, MAX_ERRORS).filter(isError) : [];
  return {
    type,
    message: withoutSecrets(message),
    stack: withoutSecrets(stack),
    ...(isPlain(code) && { code }),
    ...(typeof reason === 'string' && { reason: withoutSecrets(reason) }),
    ...(several.length > 0 && { errors: several.map((one) => withoutSecrets(one.message)) }),
  };
}

const MAX_ERRORS = 10;
const isError = (value: unknown): value is Error => value instanceof Error;
const isPlain = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';

/** An address without its credentials, and what MongoDB says of a key that is taken without the key. */
const withoutSecrets = (text: string): string =>
  text.replace(/:\/\/[^\s/]*@/g, '://').replace(/dup key: \{.*\}/gs, 'dup key');
