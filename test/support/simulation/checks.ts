import { createHash } from 'node:crypto';
import { replay } from '../../../src/calendar/difference.js';
import type { LogEntry } from '../../../src/calendar/history.js';
import { logOf } from '../../service/house.js';
import type { Author, MadeEdit } from './author.js';
import { checkIntents } from './intents.js';
import type { World } from './world.js';

/** The same for equal JSON, whatever the order of its keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

export const digestOf = (value: unknown): string =>
  createHash('sha1').update(canonical(value)).digest('base64');

/** Looks at everything once it is quiet; what is wrong goes to the world's complaints. */
export async function check(
  world: World,
  authors: readonly Author[],
  eventIds: readonly string[],
): Promise<void> {
  for (const eventId of eventIds) {
    const log = await logOf(world.store, eventId);
    checkContents(eventId, log, world, authors);
    const edits = authors.flatMap((author) => author.edits).filter((made) => made.eventId === eventId);
    checkEdits(eventId, log, world, edits);
    checkIntents(eventId, log, world, edits);
    if (!world.plan.isLossy) {
      checkPresence(eventId, world, authors);
    }
  }
}

/** Every client has what the server has, and had it at every version. */
function checkContents(eventId: string, log: LogEntry[], world: World, authors: readonly Author[]): void {
  const { event } = world.store.document(eventId);
  const digests = digestsOf(log);
  if (log.some(({ version }, i) => version !== i + 1) || log.length !== event.version) {
    world.complain(`the log of ${eventId} is not 1 to ${event.version}`);
  }
  if (digests.at(-1) !== digestOf(event.content)) {
    world.complain(`the log of ${eventId} does not lead to its content`);
  }
  for (const { name, live, observer } of authors) {
    const own = live.get(eventId);
    if (own?.version !== event.version || own.pending > 0 || own.closed !== null) {
      world.complain(
        `${name} has ${eventId} at ${own?.version} of ${event.version}, ${own?.pending} pending`,
      );
    }
    for (const content of [own?.serverContent, own?.content]) {
      if (canonical(content) !== canonical(event.content)) {
        world.complain(`${name} has another content of ${eventId}: ${canonical(content)}`);
      }
    }
    const wrong = observer.seen.find(
      (one) => one.eventId === eventId && one.digest !== digests[one.version - 1],
    );
    if (wrong) {
      world.complain(`${name} had another content of ${eventId} at version ${wrong.version}`);
    }
  }
}

function digestsOf(log: readonly LogEntry[]): string[] {
  let content = {};
  return log.map(({ patch }) => {
    content = replay(content, patch);
    return digestOf(content);
  });
}

/** Everybody sees who is there: all, with as many sockets as they have. */
function checkPresence(eventId: string, world: World, authors: readonly Author[]): void {
  const users = authors.map(({ userId }) => userId).sort();
  for (const { name, live } of authors) {
    const present = (live.get(eventId)?.present ?? [])
      .flatMap(({ userId, sockets }) => Array<string>(sockets).fill(userId))
      .sort();
    if (present.join() !== users.join()) {
      world.complain(`${name} sees ${present.join()} at ${eventId}, where ${users.join()} are`);
    }
  }
}

/** What was answered is there once; what was refused is not there. */
function checkEdits(eventId: string, log: LogEntry[], world: World, edits: readonly MadeEdit[]): void {
  const byNote = new Map<string, LogEntry[]>();
  for (const entry of log.filter(({ kind }) => kind === 'edit')) {
    byNote.set(entry.note ?? '', [...(byNote.get(entry.note ?? '') ?? []), entry]);
  }
  const ids = log.flatMap(({ by, changeId }) => (changeId === undefined ? [] : [`${by} ${changeId}`]));
  if (new Set(ids).size !== ids.length) {
    world.complain(`an edit of ${eventId} is in the log twice`);
  }
  for (const made of edits) {
    const fault = faultOf(made, byNote.get(made.note) ?? [], world.doubled.has(made.note));
    if (fault !== null) {
      world.complain(`edit ${made.note} of ${eventId} ${fault}`);
    }
  }
}

function faultOf(
  { answer, refusal, wasSeen }: MadeEdit,
  entries: LogEntry[],
  isDoubled: boolean,
): string | null {
  const [entry] = entries;
  const times = `is in the log ${entries.length} times`;
  if (answer?.change) {
    const isThat = entry?.changeId === answer.change.changeId && entry?.version === answer.version;
    return entries.length === 1 && isThat ? null : `was answered version ${answer.version}, and ${times}`;
  }
  if (answer) {
    return entries.length === 0 ? null : `was answered that it changes nothing, and ${times}`;
  }
  if (refusal === undefined) {
    return 'was never answered';
  }
  // It was stored, but the answer was lost, and the next one was that its author may not any more.
  const mayBeStored = ['closed', 'forbidden', 'not-found'].includes(refusal) && !wasSeen;
  return entries.length <= (mayBeStored || isDoubled ? 1 : 0)
    ? null
    : `was refused (${refusal}), and ${times}`;
}
