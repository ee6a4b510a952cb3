import type { Name } from './people.js';

/** Something that happened to an event. */
export type Deed = {
  /** Days, and parts of them. */
  daysAgo: number;
  by: Name;
  /** The event's key. */
  event: string;
  note?: string;
} & (
  | { change: Record<string, unknown> }
  /** A day of this week and the series' own time; what becomes of that occurrence, null where it is left out. */
  | { occurrence: readonly [day: number, time: string]; to: Record<string, unknown> | null }
  | { act: 'undo' | `rollback/${number}` }
);

const AGENDA = ['Agenda', '1. Where we are', '2. What is missing', '3. Who does what'];
const lines = (...texts: string[]): string => texts.join('\n');

/** Histories worth looking at. */
export const STORY: readonly Deed[] = [
  {
    daysAgo: 11.2,
    by: 'ada',
    event: 'launch',
    change: { description: lines(...AGENDA) },
    note: 'A first agenda',
  },
  {
    daysAgo: 10.9,
    by: 'bao',
    event: 'launch',
    change: { description: lines(...AGENDA, '4. What if it rains') },
    note: 'We forgot the weather last time',
  },
  { daysAgo: 9.1, by: 'dana', event: 'launch', change: { location: 'The roof' } },
  {
    daysAgo: 9,
    by: 'dana',
    event: 'launch',
    change: { title: 'Launch party: version 2', tags: ['launch', 'party'] },
    note: 'It is a party, too',
  },
  {
    daysAgo: 8.2,
    by: 'bao',
    event: 'launch',
    change: { title: 'LAUNCH!!!', location: '', description: '' },
    note: 'Oops, wrong window',
  },
  { daysAgo: 8.1, by: 'bao', event: 'launch', act: 'undo' },
  {
    daysAgo: 6.3,
    by: 'chidi',
    event: 'launch',
    change: {
      description: lines(
        'Agenda',
        '1. Where we are',
        '2. Demo (Chidi)',
        '3. Who does what',
        '4. What if it rains',
      ),
    },
  },
  { daysAgo: 4.4, by: 'dana', event: 'launch', change: { location: 'Room 4' }, note: 'It will rain' },
  {
    daysAgo: 2.2,
    by: 'ada',
    event: 'launch',
    change: { title: 'Launch: version 2', tags: ['launch'] },
    note: 'Party is on Friday instead',
  },
  {
    daysAgo: 7.4,
    by: 'ada',
    event: 'review',
    change: { description: 'Bring one screen each.' },
    note: 'As agreed',
  },
  {
    daysAgo: 6.4,
    by: 'bao',
    event: 'review',
    occurrence: [2, '15:00'],
    to: { title: 'Design review, with Tokyo', location: 'The call' },
    note: 'Tokyo joins this week',
  },
  { daysAgo: 5.5, by: 'dana', event: 'review', change: { location: 'Room 5' } },
  { daysAgo: 5.4, by: 'ada', event: 'review', act: 'rollback/6', note: 'Room 5 has no screen' },
  {
    daysAgo: 3.3,
    by: 'bao',
    event: 'stand-up',
    occurrence: [4, '09:15'],
    to: null,
    note: 'Too many are away on Friday',
  },
  {
    daysAgo: 3.1,
    by: 'chidi',
    event: 'workshop',
    change: { description: lines('Short words.', 'Short sentences.', 'Then cut half of it.') },
  },
  {
    daysAgo: 1.2,
    by: 'dana',
    event: 'budget',
    change: { description: lines('- Travel', '- Hardware', '- Coffee') },
    note: 'What it is about',
  },
  {
    daysAgo: 1.1,
    by: 'ada',
    event: 'budget',
    change: { description: lines('- Travel', '- Hardware (Ada asks)', '- Coffee') },
  },
];
