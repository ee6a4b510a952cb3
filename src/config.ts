import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import { z } from 'zod';

/** A setting that cannot be used; its message names the variable and how to mend it. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema);

const RATE = 'must be points/seconds, such as 600/60: up to 1000000 points, up to 86400 seconds';

/** A limit: so many points in so many seconds. */
const rate = (points: number, seconds: number) =>
  optional(
    z
      .string()
      .regex(/^[1-9]\d{0,6}\/[1-9]\d{0,4}$/, RATE)
      .transform((text) => {
        const [most = 0, within = 0] = text.split('/').map(Number);
        return { points: most, seconds: within };
      })
      .refine((given) => given.points <= 1_000_000 && given.seconds <= 86_400, RATE)
      .default({ points, seconds }),
  );

const EnvironmentSchema = z.object({
  PORT: optional(
    z
      .string()
      .regex(/^\d+$/, 'must be a number from 0 to 65535')
      .transform(Number)
      .refine((port) => port <= 65_535, 'must be a number from 0 to 65535')
      .default(3000),
  ),
  HOST: optional(z.string().optional()),
  MONGODB_URI: optional(
    z
      .string()
      .regex(/^mongodb(\+srv)?:\/\//, 'must begin with mongodb:// or mongodb+srv://')
      .optional(),
  ),
  DATA_DIR: optional(z.string().default('./data')),
  JWT_SECRET: optional(
    z
      .string()
      .refine((secret) => Buffer.byteLength(secret) >= 32, 'must have at least 32 bytes')
      .optional(),
  ),
  CORS_ORIGIN: optional(
    z
      .string()
      .default('')
      .transform((list) => list.split(',').map((origin) => origin.trim().replace(/\/$/, '')))
      .transform((list) => list.filter(Boolean))
      .refine(
        (list) => list.every(isOrigin),
        'must be a comma-separated list of origins such as https://example.com',
      ),
  ),
  REDIS_URL: optional(
    z
      .string()
      .regex(/^rediss?:\/\//, 'must begin with redis:// or rediss://')
      .optional(),
  ),
  RATE_LIMIT: optional(z.enum(['on', 'off'], 'must be on or off').default('on')),
  RATE_LIMIT_READS: rate(6_000, 60),
  RATE_LIMIT_WRITES: rate(3_000, 60),
  RATE_LIMIT_ANONYMOUS: rate(3_000, 60),
  RATE_LIMIT_REGISTRATIONS: rate(300, 600),
  RATE_LIMIT_LOGINS: rate(600, 600),
  RATE_LIMIT_REFRESHES: rate(600, 60),
  RATE_LIMIT_GUESSES: rate(50, 900),
  RATE_LIMIT_ACCOUNT_GUESSES: rate(100, 900),
  RATE_LIMIT_CONNECTIONS: rate(1_000, 60),
  RATE_LIMIT_EDITS: rate(60, 3),
  RATE_LIMIT_MESSAGES: rate(50, 1),
  WEBHOOK_PRIVATE: optional(z.enum(['refuse', 'allow'], 'must be refuse or allow').default('refuse')),
  TRUST_PROXY: optional(
    z
      .string()
      .default('off')
      .refine(isTrustProxy, 'must be off, a number of proxies, or a comma-separated list of addresses'),
  ),
  REGISTRATION: optional(
    z.enum(['open', 'invite', 'closed'], 'must be open, invite or closed').default('open'),
  ),
  LOG_LEVEL: optional(z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info')),
  NODE_ENV: optional(z.string().default('development')),
});

/** Express takes a flag, a number of hops, or addresses, networks and its names for some of them. */
function isTrustProxy(text: string): boolean {
  const isAddress = (part: string): boolean =>
    ['loopback', 'linklocal', 'uniquelocal'].includes(part) || isIP(part.replace(/\/\d{1,3}$/, '')) > 0;
  return /^(off|false|true|\d{1,3})$/.test(text) || text.split(',').every((part) => isAddress(part.trim()));
}

/** One origin: a pattern would match nothing, as origins are compared whole. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && !text.includes('*');
}

/** What is limited, each to so many points in so many seconds; `docs/LIMITS.md` says what they are. */
export type RateLimits = ReturnType<typeof limitsOf>;

/** Everything that is set from outside, checked. */
export interface Config {
  port: number;
  /** undefined: all interfaces */
  host: string | undefined;
  /** undefined: the embedded store */
  mongodbUri: string | undefined;
  dataDir: string;
  /** At least 32 bytes. */
  jwtSecret: string;
  /** Origins beside the server's own. */
  corsOrigins: readonly string[];
  /** Express's setting of that name. */
  trustProxy: boolean | number | string;
  registration: 'open' | 'invite' | 'closed';
  /** Whether webhooks may go to private addresses. */
  privateWebhooks: boolean;
  logLevel: (typeof LOG_LEVELS)[number];
  /** undefined: each process for itself */
  redisUrl: string | undefined;
  /** null: there are none */
  limits: RateLimits | null;
}

/**
 * Reads the settings of `running.md`. Where no secret is set, one is made and kept in the data directory.
 *
 * @throws ConfigError
 */
export function readConfig(environment: NodeJS.ProcessEnv): Readonly<Config> {
  const parsed = EnvironmentSchema.safeParse(environment);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ConfigError(
      `${String(issue?.path[0])} ${issue?.message ?? 'is not valid'} (see .env.example).`,
    );
  }
  const settings = parsed.data;
  return Object.freeze({
    port: settings.PORT,
    host: settings.HOST,
    mongodbUri: settings.MONGODB_URI,
    dataDir: path.resolve(settings.DATA_DIR),
    jwtSecret: settings.JWT_SECRET ?? secretFor(settings),
    corsOrigins: settings.CORS_ORIGIN,
    trustProxy: readTrustProxy(settings.TRUST_PROXY),
    registration: settings.REGISTRATION,
    privateWebhooks: settings.WEBHOOK_PRIVATE === 'allow',
    logLevel: settings.LOG_LEVEL,
    redisUrl: settings.REDIS_URL,
    limits: settings.RATE_LIMIT === 'on' ? limitsOf(settings) : null,
  });
}

const limitsOf = (settings: z.output<typeof EnvironmentSchema>) => ({
  reads: settings.RATE_LIMIT_READS,
  writes: settings.RATE_LIMIT_WRITES,
  anonymous: settings.RATE_LIMIT_ANONYMOUS,
  registrations: settings.RATE_LIMIT_REGISTRATIONS,
  logins: settings.RATE_LIMIT_LOGINS,
  refreshes: settings.RATE_LIMIT_REFRESHES,
  guesses: settings.RATE_LIMIT_GUESSES,
  accountGuesses: settings.RATE_LIMIT_ACCOUNT_GUESSES,
  connections: settings.RATE_LIMIT_CONNECTIONS,
  edits: settings.RATE_LIMIT_EDITS,
  messages: settings.RATE_LIMIT_MESSAGES,
});

function readTrustProxy(text: string): boolean | number | string {
  if (text === 'off' || text === 'false') {
    return false;
  }
  return text === 'true' ? true : /^\d+$/.test(text) ? Number(text) : text;
}

function secretFor({ NODE_ENV, MONGODB_URI, DATA_DIR }: z.output<typeof EnvironmentSchema>): string {
  if (NODE_ENV === 'production' && MONGODB_URI !== undefined) {
    throw new ConfigError(
      'JWT_SECRET must be set (at least 32 bytes) in production with MONGODB_URI, the same for every process.',
    );
  }
  const file = path.join(path.resolve(DATA_DIR), 'secret');
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    keepOnce(file, randomBytes(48).toString('base64url'));
  } catch (error) {
    throw new ConfigError(`DATA_DIR ${path.dirname(file)} cannot be written: ${(error as Error).message}`);
  }
  const secret = readFileSync(file, 'utf8').trim();
  if (Buffer.byteLength(secret) < 32) {
    throw new ConfigError(`The secret in ${file} is damaged: restore it, or remove it to end every session.`);
  }
  return secret;
}

/** Puts text into a file that is not there yet; of several processes one does, and none sees half of it. */
function keepOnce(file: string, text: string): void {
  if (existsSync(file)) {
    return;
  }
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, text, { mode: 0o600 });
  try {
    linkSync(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
  } finally {
    unlinkSync(aside);
  }
}
