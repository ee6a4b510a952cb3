import type { Content } from '../client/index.js';
import type { Name } from './people.js';

/** An event of the demo, before there are dates. */
export interface Plan {
  /** By which the story and the colleagues find it. */
  key?: string;
  owner: Name;
  editors?: readonly Name[];
  viewers?: readonly Name[];
  /** Days from the Monday of this week; or from today. */
  day: number;
  from?: 'today';
  /** `9:00`–`10:30`; without it, whole days. */
  time?: readonly [start: string, end: string];
  /** How many whole days. */
  days?: number;
  /** Where it is another than the machine's. */
  timeZone?: string;
  recurrence?: string;
  title: string;
  more?: Partial<Omit<Content, 'recurrence'>>;
}

const BLUE = '#3b82f6';
const VIOLET = '#8b5cf6';
const PINK = '#ec4899';
const RED = '#ef4444';
const ORANGE = '#f97316';
const YELLOW = '#eab308';
const GREEN = '#22c55e';
const TEAL = '#14b8a6';
const GREY = '#64748b';

const TEAM = ['ada', 'bao', 'chidi', 'dana'] as const;
const others = (owner: Name): Name[] => TEAM.filter((name) => name !== owner);

const SERIES: readonly Plan[] = [
  {
    key: 'stand-up',
    owner: 'bao',
    editors: others('bao'),
    day: -14,
    time: ['09:15', '09:30'],
    recurrence: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
    title: 'Stand-up',
    more: { color: GREEN, location: 'Kitchen, or the call', tags: ['team'] },
  },
  {
    key: 'review',
    owner: 'ada',
    editors: ['bao', 'dana'],
    viewers: ['chidi'],
    day: -12,
    time: ['15:00', '16:00'],
    recurrence: 'FREQ=WEEKLY',
    title: 'Design review',
    more: { color: VIOLET, location: 'Room 4', tags: ['design'] },
  },
  {
    owner: 'ada',
    editors: ['chidi'],
    day: -11,
    time: ['11:00', '11:30'],
    recurrence: 'FREQ=WEEKLY;INTERVAL=2',
    title: 'Ada and Chidi',
    more: { tags: ['1:1'] },
  },
  {
    owner: 'chidi',
    editors: ['ada'],
    day: -13,
    time: ['17:30', '18:00'],
    timeZone: 'Asia/Tokyo',
    recurrence: 'FREQ=WEEKLY',
    title: 'Tokyo office',
    more: { color: TEAL, description: 'At half past five in Tokyo, whatever our clocks do.' },
  },
  {
    owner: 'dana',
    viewers: others('dana'),
    day: -10,
    time: ['10:00', '10:45'],
    timeZone: 'America/New_York',
    recurrence: 'FREQ=WEEKLY;INTERVAL=2',
    title: 'All hands',
    more: { color: RED, description: 'New York hosts.' },
  },
  {
    owner: 'ada',
    day: -14,
    time: ['18:15', '19:15'],
    recurrence: 'FREQ=WEEKLY;BYDAY=MO,TH',
    title: 'Climbing',
    more: { color: TEAL, location: 'Boulder hall' },
  },
  {
    owner: 'bao',
    viewers: others('bao'),
    day: 4,
    days: 1,
    recurrence: 'FREQ=YEARLY',
    title: 'Bao’s birthday',
    more: { color: PINK, busy: false },
  },
];

/** What the colleagues keep working on. */
const STAGE: readonly Plan[] = [
  {
    key: 'launch',
    owner: 'ada',
    editors: others('ada'),
    from: 'today',
    day: 1,
    time: ['13:30', '15:00'],
    title: 'Launch: version 2',
    more: { color: ORANGE, location: 'Room 4', tags: ['launch'] },
  },
  {
    key: 'budget',
    owner: 'dana',
    editors: others('dana'),
    from: 'today',
    day: 0,
    time: ['11:00', '12:00'],
    title: 'Budget planning',
    more: { color: YELLOW, location: 'Room 2' },
  },
  {
    key: 'workshop',
    owner: 'chidi',
    editors: others('chidi'),
    from: 'today',
    day: 2,
    time: ['10:00', '11:30'],
    title: 'Workshop: writing for screens',
    more: { color: BLUE, location: 'Library', tags: ['learning'] },
  },
  {
    key: 'interview',
    owner: 'bao',
    editors: others('bao'),
    day: 3,
    time: ['13:00', '14:00'],
    title: 'Interview: frontend',
    more: { color: PINK, location: 'Room 1', status: 'tentative' },
  },
  {
    key: 'customer',
    owner: 'ada',
    editors: others('ada'),
    from: 'today',
    day: 0,
    time: ['11:30', '12:30'],
    title: 'Customer call: Nordlicht',
    more: { color: RED, url: 'https://meet.example/nordlicht' },
  },
];

const SINGLES: readonly Plan[] = [
  {
    owner: 'chidi',
    viewers: others('chidi'),
    day: 1,
    days: 3,
    title: 'Guests from Tokyo',
    more: { color: TEAL, busy: false },
  },
  {
    owner: 'chidi',
    viewers: others('chidi'),
    day: 9,
    days: 3,
    title: 'Chidi is away',
    more: { color: GREY },
  },
  {
    owner: 'dana',
    editors: others('dana'),
    day: 15,
    days: 3,
    title: 'Offsite in Lisbon',
    more: { color: BLUE, location: 'Lisbon', description: 'Trains are booked, rooms are not yet.' },
  },
  {
    owner: 'ada',
    day: -6,
    days: 3,
    title: 'Conference: Local First',
    more: { color: VIOLET, location: 'Rotterdam', status: 'tentative' },
  },
  { owner: 'ada', day: 4, time: ['08:00', '08:45'], title: 'Dentist', more: { color: GREY } },
  {
    owner: 'ada',
    editors: ['dana'],
    day: 1,
    time: ['12:15', '13:15'],
    title: 'Lunch with Dana',
    more: { color: GREEN },
  },
  { owner: 'ada', day: 4, time: ['13:30', '15:00'], title: 'Retrospective', more: { color: BLUE } },
  {
    owner: 'bao',
    editors: ['ada'],
    day: 2,
    time: ['16:30', '17:30'],
    title: 'Security review',
    more: { color: RED, tags: ['security'] },
  },
  {
    owner: 'ada',
    day: 0,
    time: ['16:00', '16:45'],
    title: 'Board meeting',
    more: { color: GREY, status: 'cancelled' },
  },
  {
    owner: 'ada',
    day: 7,
    time: ['14:00', '15:30'],
    title: 'Quarterly report',
    more: { color: ORANGE, tags: ['report'] },
  },
  { owner: 'ada', day: 10, time: ['07:42', '11:20'], title: 'Train to Hamburg', more: { color: GREY } },
  { owner: 'dana', viewers: ['ada'], day: 11, time: ['10:00', '12:00'], title: 'Press briefing' },
  { owner: 'ada', day: -3, time: ['10:00', '11:00'], title: 'Contract with Nordlicht', more: { color: RED } },
  { owner: 'chidi', editors: ['ada'], day: -12, time: ['10:00', '11:00'], title: 'Hiring plan' },
  {
    owner: 'ada',
    day: 5,
    time: ['19:30', '22:00'],
    title: 'School play',
    more: { color: PINK, location: 'Assembly hall' },
  },
  {
    owner: 'ada',
    day: 18,
    time: ['09:30', '12:00'],
    title: 'Planning: next quarter',
    more: { color: VIOLET },
  },
];

export const PLANS: readonly Plan[] = [...SERIES, ...STAGE, ...SINGLES];

/** Whose events the colleagues change, by their plans' keys; the series they only write into. */
export const STAGED: readonly string[] = [...STAGE, ...SERIES].flatMap(({ key }) => key ?? []);
