import { z } from 'zod';
import { text } from '../calendar/content.js';
import { IdSchema, TimestampSchema } from './primitives.js';

/** How emails and usernames are compared: Unicode-normalised, case aside. */
export const comparable = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Some characters normalise to many: what is registered is this short then, too. */
export const MAX_COMPARABLE = 254;
const staysShort = (text: string): boolean => comparable(text).length <= MAX_COMPARABLE;

const email = text(0, 254)
  .regex(
    /^[^\s@"(),:;<>[\]\\]{1,64}@[^\s@"(),:;<>[\]\\]+\.[^\s@"(),:;<>[\]\\.]+$/u,
    'must be an email address',
  )
  .refine(staysShort, `must have at most ${MAX_COMPARABLE} characters once it is normalised`)
  .meta({ format: 'email', examples: ['ada@example.com'] });

const username = z
  .string()
  .regex(
    /^[\p{L}\p{M}\p{Nd}._-]{3,32}$/u,
    'must be 3 to 32 letters (of any script), digits, dots, underscores or hyphens',
  )
  .refine(staysShort, `must have at most ${MAX_COMPARABLE} characters once it is normalised`)
  .meta({ examples: ['ada'] });

const password = text(8, 128).meta({ format: 'password' });
/** A password to be checked is not held to the rules for new ones; its length bounds the work. */
const givenPassword = text(0, 1024).meta({ format: 'password' });

const oneOf = (names: readonly string[]) => (value: object) =>
  names.filter((name) => name in value).length === 1;

export const RegisterSchema = z
  .strictObject({ email, password, name: text(0, 100).optional(), username: username.optional() })
  .meta({ id: 'Register' });

export const LoginSchema = z
  .strictObject({
    email: text(0, 254).optional(),
    username: text(0, 254).optional(),
    password: givenPassword,
  })
  .refine(oneOf(['email', 'username']), 'either email or username is required')
  .meta({ id: 'Login', oneOf: [{ required: ['email'] }, { required: ['username'] }] });

export const RefreshSchema = z.strictObject({ refreshToken: text(0, 1024) }).meta({ id: 'Refresh' });
export const LogoutSchema = z.strictObject({ everywhere: z.boolean().optional() }).meta({ id: 'Logout' });

export const UserSchema = z
  .strictObject({
    id: IdSchema,
    email: z.string(),
    username: z.string(),
    name: z.string(),
    createdAt: TimestampSchema,
  })
  .meta({ id: 'User' });
export type User = z.output<typeof UserSchema>;

export const TokensSchema = z
  .strictObject({
    user: UserSchema,
    accessToken: z.string(),
    refreshToken: z.string(),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int().meta({ description: 'Seconds for which the access token holds' }),
  })
  .meta({ id: 'Tokens' });
export type Tokens = z.output<typeof TokensSchema>;

/** How a person is named to those who share an event with them. */
export const PersonSchema = z
  .strictObject({ id: IdSchema, username: z.string(), name: z.string() })
  .meta({ id: 'Person' });
export type Person = z.output<typeof PersonSchema>;
