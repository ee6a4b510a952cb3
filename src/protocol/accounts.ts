import { z } from 'zod';
import { text } from '../calendar/content.js';
import { IdSchema, TimestampSchema } from './primitives.js';

/** How emails and usernames are compared: Unicode-normalised, case aside. */
export const comparable = (text: string): string => text.normalize('NFKC').toLowerCase();

/**
 * Some characters normalise to many: what is registered is this short then, too. What is too long as it is has been
 * refused before, and is not normalised: that takes time by the square of a run of marks.
 */
export const MAX_COMPARABLE = 254;
const staysShort = (text: string): boolean =>
  text.length > 2 * MAX_COMPARABLE || comparable(text).length <= MAX_COMPARABLE;

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
  .strictObject({
    email,
    password,
    name: text(0, 100).optional(),
    username: username.optional(),
    invitation: text(0, 200)
      .optional()
      .meta({ description: 'The code of an invitation: needed where registration is by invitation' }),
  })
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

const bothOrNeither = ({ password: chosen, currentPassword }: Record<string, unknown>): boolean =>
  (chosen === undefined) === (currentPassword === undefined);

export const UpdateMeSchema = z
  .strictObject({
    name: text(0, 100).optional().meta({ description: 'An empty one is the username' }),
    username: username.optional(),
    password: password.optional(),
    currentPassword: givenPassword.optional(),
  })
  .refine(bothOrNeither, {
    error: 'is needed for a new password, and for nothing else',
    path: ['currentPassword'],
  })
  .meta({
    id: 'UpdateMe',
    dependentRequired: { password: ['currentPassword'], currentPassword: ['password'] },
  });

const HeirSchema = z
  .strictObject({ email: text(0, 254).optional(), username: text(0, 254).optional() })
  .refine(oneOf(['email', 'username']), 'either email or username is required')
  .meta({ oneOf: [{ required: ['email'] }, { required: ['username'] }] });

export const DeleteMeSchema = z
  .strictObject({
    password: givenPassword,
    events: z
      .literal('erase', 'must be "erase"')
      .optional()
      .meta({ description: 'Every event of one’s own goes, with its history, for everybody' }),
    transferTo: HeirSchema.optional().meta({
      description: 'Every event of one’s own becomes this user’s; its members stay',
    }),
  })
  .refine(oneOf(['events', 'transferTo']), 'either events or transferTo is required')
  .meta({ id: 'DeleteMe', oneOf: [{ required: ['events'] }, { required: ['transferTo'] }] });

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

/** A sign-in that has not ended. */
export const SessionSchema = z
  .strictObject({
    id: IdSchema,
    current: z.boolean().meta({ description: 'Whether it is the one that asks' }),
    createdAt: TimestampSchema,
    lastUsedAt: TimestampSchema.meta({ description: 'When its tokens were last renewed' }),
    userAgent: z.string(),
    address: z.string(),
  })
  .meta({ id: 'Session' });
export const SessionsSchema = z.strictObject({ items: z.array(SessionSchema) }).meta({ id: 'Sessions' });
export type Sessions = z.output<typeof SessionsSchema>;

export const InvitationSchema = z
  .strictObject({
    code: z.string().meta({ description: 'Good for one registration; it is not shown again' }),
    expiresAt: TimestampSchema,
  })
  .meta({ id: 'Invitation' });
export type Invitation = z.output<typeof InvitationSchema>;

/** How a person is named to those who share an event with them. */
export const PersonSchema = z
  .strictObject({ id: IdSchema, username: z.string(), name: z.string() })
  .meta({ id: 'Person' });
export type Person = z.output<typeof PersonSchema>;
