import { z } from 'zod';
import { text } from '../calendar/content.js';
import { list } from '../calendar/list.js';
import { ROLES } from '../calendar/access.js';
import { IdSchema, pageOf, TimestampSchema } from './primitives.js';
import { PersonSchema } from './accounts.js';
import { RoleSchema } from './events.js';

export const MAX_MEMBERS = 1_000;

const invitee = {
  email: text(0, 254).optional(),
  username: text(0, 254).optional(),
  userId: text(0, 254).optional(),
};
const namesOne = (value: object): boolean =>
  ['email', 'username', 'userId'].filter((name) => name in value).length === 1;

const ShareOneSchema = z
  .strictObject({
    ...invitee,
    role: z.enum(
      ['viewer', 'editor'],
      'must be viewer or editor (ownership is transferred with PUT permissions)',
    ),
  })
  .refine(namesOne, 'one of email, username and userId is required')
  .meta({ oneOf: [{ required: ['email'] }, { required: ['username'] }, { required: ['userId'] }] });

/** One share, or several under `shares`: always a list once it has been read. */
export const ShareSchema = z.unknown().transform((body, context) => {
  const several = typeof body === 'object' && body !== null && 'shares' in body;
  const parsed = several
    ? z.strictObject({ shares: list(ShareOneSchema, 1, 100) }).safeParse(body)
    : ShareOneSchema.safeParse(body);
  if (!parsed.success) {
    parsed.error.issues.forEach((issue) => context.addIssue(issue as Parameters<typeof context.addIssue>[0]));
    return z.NEVER;
  }
  return 'shares' in parsed.data ? parsed.data.shares : [parsed.data];
});
export type Invitation = z.output<typeof ShareOneSchema>;

/** What a share looks like, for the document. */
export const ShareBodySchema = z
  .union([ShareOneSchema, z.strictObject({ shares: list(ShareOneSchema, 1, 100) })])
  .meta({ id: 'Share' });

export const SetRoleSchema = z.strictObject({ role: z.enum(ROLES) }).meta({ id: 'SetRole' });

export const PermissionSchema = z
  .strictObject({ user: PersonSchema, role: RoleSchema, grantedBy: IdSchema, grantedAt: TimestampSchema })
  .meta({ id: 'Permission' });
export const PermissionPageSchema = pageOf(PermissionSchema).meta({ id: 'PermissionPage' });
export type Permission = z.output<typeof PermissionSchema>;
