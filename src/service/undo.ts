import type { Content } from '../calendar/content.js';
import { refuse } from '../calendar/errors.js';
import { rewind, type LogEntry } from '../calendar/history.js';
import { isEditBy, takeBack } from '../calendar/undo.js';
import type { Draft, EventState } from './commit-change.js';
import type { HistoryReader } from './read-history.js';

/** How many of the newest entries are looked through for an edit, and how many of these at a time. */
export const MAX_LOOKED_BACK = 500;
const STEP = 100;
/** How many edits of which nothing is left are passed over. */
const MAX_PASSED_OVER = 50;

/**
 * Takes back the user's last edit that has not been taken back. An edit of which nothing is left, as the content is
 * already as it was before it, is passed over.
 *
 * @throws nothing-to-undo; edit-conflict where the same was changed since
 */
export async function undoLastEdit(
  state: EventState,
  userId: string,
  history: HistoryReader,
): Promise<Draft> {
  let passed = 0;
  for await (const entry of editsToUndo(state, userId, history)) {
    const result = takeBack(entry, await contentAfter(entry, state, history), state.event);
    if (result) {
      return { kind: 'undo', undoes: entry.version, ...result };
    }
    passed += 1;
    if (passed === MAX_PASSED_OVER) {
      break;
    }
  }
  throw refuse('nothing-to-undo', 'You have made no edit of this event that could be taken back.');
}

/** The user's edits, newest first, without those that they have undone. */
async function* editsToUndo(
  state: EventState,
  userId: string,
  history: HistoryReader,
): AsyncGenerator<LogEntry> {
  const undone = new Set<number>();
  for await (const entry of newestFirst(state, history)) {
    if (entry.by === userId && entry.undoes !== undefined) {
      undone.add(entry.undoes);
    }
    if (isEditBy(entry, userId) && !undone.has(entry.version)) {
      yield entry;
    }
  }
}

/** The newest entries, those that are not stored yet before the others. */
async function* newestFirst(
  { stored, decided }: EventState,
  history: HistoryReader,
): AsyncGenerator<LogEntry> {
  yield* decided.toReversed();
  const last = Math.max(1, stored.version + 1 - MAX_LOOKED_BACK);
  for (let to = stored.version; to >= last; to -= STEP) {
    yield* (await history.entries(stored, Math.max(last, to + 1 - STEP), to)).toReversed();
  }
}

const contentAfter = async (
  { version }: LogEntry,
  { event, stored, decided }: EventState,
  history: HistoryReader,
): Promise<Content> =>
  version > stored.version
    ? (rewind(
        event.content,
        decided.filter((later) => later.version > version),
      ) as Content)
    : history.contentAt(stored, version);
