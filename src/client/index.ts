export { ConveneClient, type ClientEvents, type ClientOptions } from './client.js';
export type { ConnectionState } from './connection.js';
export { ConveneError, type ClientCode } from './errors.js';
export type { Fields, GivenEdit } from './given.js';
export type { CloseReason, LiveEvent, LiveEventEvents } from './live-event.js';
export type { EditAnswer, FailedEdit } from './outbox.js';
export type { RequestOptions } from './rest.js';
export type { Timers } from './schedule.js';
export type { SessionTokens } from './session.js';
export { socketIo, type Connect, type Wire, type WireListener } from './wire.js';

// What goes over the wire, for those who speak it themselves.
export type { Role } from '../calendar/access.js';
export type { FieldChange } from '../calendar/changelog.js';
export type { Content, Override } from '../calendar/content.js';
export type { FieldError } from '../calendar/errors.js';
export type { Kind, MembershipChange } from '../calendar/history.js';
export type { Operation } from '../calendar/patch.js';
export type { EditConflict } from '../calendar/rebase.js';
export type { Invitation, Person, Sessions, Tokens, User } from '../protocol/accounts.js';
export type { EventView, OccurrenceView } from '../protocol/events.js';
export type { CreatedFeed, Feeds } from '../protocol/feeds.js';
export type { Change, ChangelogEntry, Diff, EntryView, VersionView } from '../protocol/history.js';
export type { ImportReport } from '../protocol/interchange.js';
export type {
  Acknowledgement,
  Answer,
  ClientMessage,
  ClientToServer,
  Payload,
  Presence,
  ServerMessage,
  ServerToClient,
  SessionEnd,
  Told,
} from '../protocol/live.js';
export type { Problem, ProblemCode } from '../protocol/problems.js';
export type {
  BatchResult,
  ConflictReport,
  CreatedEvent,
  EditedEvent,
  FreeBusyAnswer,
  ScheduleConflict,
} from '../protocol/schedule.js';
export type { Permission } from '../protocol/sharing.js';
export type { SyncAnswer } from '../protocol/sync.js';
export type { CreatedWebhook, DeliveryView, WebhookView } from '../protocol/webhooks.js';
