import type { Fields, LiveEvent } from '../client/index.js';
import { oneOf } from './chance.js';
import { later } from './dates.js';

/** What somebody does to an event: in which field of the form, what becomes of it, and why. */
export interface Doing {
  field: string;
  fields: Fields;
  note?: string;
}

/** How an event began: what is changed stays near it, for however long the demo runs. */
export interface Home {
  start: string;
  end: string;
  title: string;
}

export const homeOf = ({ serverContent: { start, end, title } }: LiveEvent): Home => ({ start, end, title });

const ROOMS = ['Room 1', 'Room 2', 'Room 4', 'The roof', 'Library', 'Kitchen', 'The call'];
const WHY = [
  'Room 4 has no screen',
  'Somebody else needs it more',
  'It is quieter there',
  'As Dana asked',
  undefined,
];
const COMMENTS = [
  'can we begin with the numbers?',
  'I bring the screens.',
  'is this still an hour?',
  'the customer asks for an agenda.',
  'I may be five minutes late.',
  'slides are in the folder.',
  'let us decide this one today.',
];
const TAGS = ['soon', 'needs a room', 'with guests', 'prepared'];
const STEPS_MINUTES = [-60, -30, 30, 60];
const MOST_MINUTES = 90;
const MOST_LINES = 9;

/** Something that a person might do to this event now: a series, and whole days, stay when they are. */
export function nextDoing(event: LiveEvent, home: Home, name: string): Doing {
  const { recurrence, allDay } = event.content;
  const anywhere = [comment, comment, room, tag, status];
  const doings = recurrence ? [comment] : allDay ? anywhere : [...anywhere, move, move, move, stretch];
  return (oneOf(doings) ?? comment)(event, home, name);
}

/** A line in the description; the oldest of such go. */
function comment({ content: { description } }: LiveEvent, _home: Home, name: string): Doing {
  const said = description === '' ? [] : description.split('\n');
  const isComment = (line: string): boolean => /^\w+: /.test(line);
  const kept = said.length < MOST_LINES ? said : said.toSpliced(Math.max(0, said.findIndex(isComment)), 1);
  const fresh = COMMENTS.filter((one) => !description.includes(one));
  return {
    field: 'description',
    fields: { description: [...kept, `${name}: ${oneOf(fresh) ?? 'ready.'}`].join('\n') },
  };
}

/** A little earlier or later; back home from where somebody has taken it far away. */
function move({ content: { start, end } }: LiveEvent, home: Home): Doing {
  const by =
    oneOf(STEPS_MINUTES.filter((step) => Math.abs(minutesFrom(home.start, start) + step) <= MOST_MINUTES)) ??
    minutesFrom(start, home.start);
  return {
    field: 'startTime',
    fields: { start: later(start, by), end: later(end, by) },
    note: 'So that all can come',
  };
}

/** Half an hour longer, or as long as it was. */
function stretch({ content: { start, end } }: LiveEvent, home: Home): Doing {
  const usual = minutesFrom(home.start, home.end);
  const isLong = minutesFrom(start, end) > usual;
  return { field: 'endTime', fields: { end: later(start, isLong ? usual : usual + 30) } };
}

function room({ content: { location } }: LiveEvent): Doing {
  const why = oneOf(WHY);
  return {
    field: 'location',
    fields: { location: oneOf(ROOMS.filter((one) => one !== location)) ?? '' },
    ...(why !== undefined && { note: why }),
  };
}

function tag({ content: { tags } }: LiveEvent): Doing {
  const more = oneOf(TAGS.filter((one) => !tags.includes(one)));
  const next =
    more === undefined || tags.length > 2 ? tags.filter((one) => !TAGS.includes(one)) : [...tags, more];
  return { field: 'tags', fields: { tags: next } };
}

const status = ({ content }: LiveEvent): Doing => ({
  field: 'status',
  fields: { status: content.status === 'confirmed' ? 'tentative' : 'confirmed' },
});

const minutesFrom = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 60_000;
