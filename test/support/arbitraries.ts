import fc from 'fast-check';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { effectivePatch } from '../../src/calendar/difference.js';
import { isObject } from '../../src/calendar/json.js';
import type { Edit, Operation } from '../../src/calendar/patch.js';
import { DAY, formatDate, formatInstant, formatLocal, toWallClock } from '../../src/calendar/time.js';

/**
 * FUZZ_RUNS=20 looks twenty times as far, with as much patience, and each time elsewhere; FUZZ_SEED says where. Without
 * either every run looks at the same, so that what fails was changed.
 */
const FACTOR = Number(process.env['FUZZ_RUNS'] ?? 1);
export const SEED = Number(
  process.env['FUZZ_SEED'] ?? (process.env['FUZZ_RUNS'] === undefined ? 20_261_123 : Date.now() % 2 ** 31),
);
export const runs = (n: number): { numRuns: number; seed: number } => ({
  numRuns: Math.max(1, Math.round(n * FACTOR)),
  seed: SEED,
});
export const PATIENCE = 30_000 * Math.max(1, FACTOR);

/** Names that objects inherit, that pointers escape, that look like places in a list. */
export const KEYS = [
  'a',
  'b',
  'toString',
  'hasOwnProperty',
  '',
  '0',
  '-',
  'x/y',
  '~',
  'length',
  'é😀',
] as const;
const key = fc.constantFrom(...KEYS);

const leaf = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, 1, -1.5, 1e21, '', 'a', 'é😀', '~1/'),
  fc.integer({ min: -3, max: 3 }),
);

/** JSON values, small, so that two of them often meet. */
export const json: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

export const metadata = fc.dictionary(key, json, { maxKeys: 4, noNullPrototype: true });

const ZONES = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
] as const;
export const zone = fc.constantFrom(...ZONES);

/** Whole seconds from 1970 to 2100. */
const instant = fc.integer({ min: 0, max: 4_102_444_800 }).map((seconds) => seconds * 1000);
const duration = fc
  .oneof(fc.integer({ min: 1, max: 7_200 }), fc.integer({ min: 1, max: 366 * 86_400 }))
  .map((seconds) => seconds * 1000);

const title = fc.constantFrom('Plan', 'Review', 'x', 'Überprüfung 😀', 'T'.repeat(200));
const LINES = ['one', 'two', 'three', '', 'constructor', '__proto__'] as const;
const description = fc.array(fc.constantFrom(...LINES), { maxLength: 6 }).map((lines) => lines.join('\n'));
const place = fc.constantFrom('', 'Room 1', 'Room 2');
const url = fc.constantFrom(null, 'https://example.com/', 'mailto:ada@example.com');
const status = fc.constantFrom('confirmed', 'tentative', 'cancelled');
const tags = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', '0', '-'), { maxLength: 3 });
const color = fc.constantFrom(null, '#00ff00', '#00FF00', 'rebeccapurple');

/** Fields that any valid content may take, whatever its other fields are. */
export const freeFields = {
  title,
  description,
  location: place,
  url,
  status,
  tags,
  color,
  metadata,
};

/** The same instant as clients may write it. */
const written = (at: number, timeZone: string, form: number): string => {
  const offset = (form * 15 - 11 * 60) * 60_000;
  const sign = offset < 0 ? '-' : '+';
  const clock = new Date(Math.abs(offset)).toISOString().slice(11, 16);
  switch (form % 4) {
    case 0:
      return formatInstant(at);
    case 1:
      return `${formatInstant(at).slice(0, -1).replace('T', 't')}.${form}z`;
    case 2:
      return `${new Date(at + offset).toISOString().slice(0, 19)}${sign}${clock}`;
    default:
      return `${formatLocal(toWallClock(at, timeZone))}.${form}`;
  }
};

interface Anchor {
  timeZone: string;
  allDay: boolean;
  /** The wall clock at the start. */
  wall: number;
}

/** Rules that produce the event's own start, so that they stay valid however strictly they are looked at. */
const recurrence = ({ wall, allDay }: Anchor): fc.Arbitrary<unknown> => {
  const day = new Date(wall);
  const weekday = (['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa'] as const)[day.getUTCDay()];
  const base = fc.record(
    {
      '@type': fc.constant('RecurrenceRule'),
      interval: fc.integer({ min: 1, max: 20 }),
      firstDayOfWeek: fc.constantFrom('mo', 'su'),
    },
    { requiredKeys: [] },
  );
  const end = fc.oneof(
    fc.constant({}),
    fc.integer({ min: 1, max: 100 }).map((count) => ({ count })),
    fc.integer({ min: 0, max: 900 }).map((days) => {
      const until = wall + days * DAY;
      return { until: allDay ? formatDate(until) : formatLocal(until) };
    }),
  );
  const parts = fc.constantFrom<Record<string, unknown>>(
    { frequency: 'daily' },
    ...(allDay ? [] : [{ frequency: 'hourly' }, { frequency: 'daily', byHour: [day.getUTCHours()] }]),
    { frequency: 'weekly', byDay: [{ day: weekday }] },
    { frequency: 'monthly', byMonthDay: [day.getUTCDate()] },
    { frequency: 'yearly', byMonth: [String(day.getUTCMonth() + 1)] },
    { frequency: 'yearly', byMonth: [day.getUTCMonth() + 1], byMonthDay: [day.getUTCDate()] },
  );
  return fc.oneof(
    fc.constant(null),
    fc.tuple(base, parts, end).map(([rest, by, until]) => ({ ...rest, ...by, ...until })),
  );
};

const overrideKey = ({ wall, allDay }: Anchor, days: number): string =>
  allDay ? formatDate(wall + days * DAY) : formatLocal(wall + days * DAY);

const overrideOf = (anchor: Anchor): fc.Arbitrary<Record<string, unknown>> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant({ excluded: true }) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(
          fc.record({ ...freeFields, busy: fc.constant(true) }, { requiredKeys: [] }),
          fc.option(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 5 })), {
            nil: undefined,
          }),
        )
        .map(([fields, moved]) => {
          if (!moved) {
            return fields;
          }
          const [start, end] = [moved[0], moved[0] + moved[1]].map((days) => overrideKey(anchor, days));
          return { ...fields, start, end };
        }),
    },
  );

/** Times, rule and overrides, which depend on each other. */
const timing = fc
  .tuple(instant, duration, zone, fc.boolean(), fc.nat(255), fc.boolean())
  .chain(([at, length, timeZone, allDay, form, busy]) => {
    const wall = allDay ? Math.floor(at / DAY) * DAY : toWallClock(at, timeZone);
    const anchor = { timeZone, allDay, wall };
    const days = Math.min(366, Math.max(1, Math.round(length / DAY)));
    const start = allDay ? formatDate(wall) : written(at, timeZone, form);
    // A local time that shows twice means the first: the end is far enough away for that not to matter.
    const end = allDay
      ? formatDate(wall + days * DAY)
      : written(at + length, timeZone, form % 4 === 3 ? 0 : form);
    return fc.record({
      start: fc.constant(start),
      end: fc.constant(end),
      timeZone: fc.constant(timeZone),
      allDay: fc.constant(allDay),
      busy: fc.constant(busy),
      recurrence: recurrence(anchor),
      overrides: fc
        .array(fc.tuple(fc.integer({ min: 0, max: 6 }), overrideOf(anchor)), { maxLength: 3 })
        .map((items) => Object.fromEntries(items.map(([n, value]) => [overrideKey(anchor, n), value]))),
    });
  });

const isValid = (input: unknown): boolean => {
  try {
    parseContent(input);
    return true;
  } catch {
    return false;
  }
};

/** What a client may send as content: times in every form, defaults left out. All of it valid. */
export const contentInput: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    timing,
    fc.record(freeFields, {
      requiredKeys: ['title'],
    }),
  )
  .map(([times, fields]) => ({ ...fields, ...times }))
  // A start in the hour that shows twice, written as local time, moves an hour: the event may get too long.
  .filter(isValid);

export const content: fc.Arbitrary<Content> = contentInput.map(parseContent);

/** A small step from one content to another. */
export type Step =
  | { set: Partial<Record<keyof Content, unknown>> }
  | { meta: string[]; value: unknown }
  | { override: number; path: string[]; value: unknown }
  | { lines: { at: number; remove: number; insert: string[] } };

const path = fc.array(key, { minLength: 1, maxLength: 3 });
const absent = fc.constant(undefined);

/** Steps within fields that can go together, so that two people's steps often meet, and often do not. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record(freeFields, { requiredKeys: [] }).map((set) => ({ set })),
  fc.record({ set: timing.map((set): Partial<Record<keyof Content, unknown>> => set) }),
  fc.record({ set: fc.record({ busy: fc.boolean(), timeZone: zone }, { requiredKeys: [] }) }),
  { weight: 3, arbitrary: fc.record({ meta: path, value: fc.oneof(json, absent) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      override: fc.integer({ min: 0, max: 3 }),
      path: fc.constantFrom<string[]>(
        [],
        ['title'],
        ['location'],
        ['metadata'],
        ['metadata', 'a'],
        ['excluded'],
      ),
      value: fc.oneof(absent, title, fc.constant({ excluded: true }), fc.constant({ title: 'x' }), metadata),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      lines: fc.record({
        at: fc.nat(6),
        remove: fc.nat(2),
        insert: fc.array(fc.constantFrom('new', 'three', ...LINES), { maxLength: 2 }),
      }),
    }),
  },
);
export const steps = fc.array(step, { maxLength: 4 });

function setAt(tree: Record<string, unknown>, [first = '', ...rest]: string[], value: unknown): void {
  if (rest.length > 0) {
    const own = Object.hasOwn(tree, first) ? tree[first] : undefined;
    const below = isObject(own) ? own : {};
    tree[first] = below;
    setAt(below, rest, value);
  } else if (value === undefined) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a member of somebody's metadata
    delete tree[first];
  } else {
    tree[first] = value;
  }
}

function take(content: Content, step: Step): unknown {
  const next = structuredClone(content) as unknown as Record<string, unknown>;
  if ('set' in step) {
    return { ...next, ...structuredClone(step.set) };
  }
  if ('meta' in step) {
    setAt(next, ['metadata', ...step.meta], structuredClone(step.value));
  } else if ('override' in step) {
    const anchor = {
      timeZone: content.timeZone,
      allDay: content.allDay,
      wall: content.allDay
        ? Date.parse(content.start)
        : toWallClock(Date.parse(content.start), content.timeZone),
    };
    setAt(next, ['overrides', overrideKey(anchor, step.override), ...step.path], structuredClone(step.value));
  } else {
    const lines = content.description.split('\n');
    lines.splice(step.lines.at, step.lines.remove, ...step.lines.insert);
    next['description'] = lines.join('\n');
  }
  return next;
}

/** The content after these steps; steps that lead to no valid content are not taken. */
export function walk(from: Content, taken: readonly Step[]): Content {
  return taken.reduce((at, one) => {
    try {
      return parseContent(take(at, one));
    } catch {
      return at;
    }
  }, from);
}

/** A content and one near it. */
export const pair = fc.oneof(
  fc.tuple(content, steps).map(([a, taken]): [Content, Content] => [a, walk(a, taken)]),
  fc.tuple(content, content),
);

/** A base and what two people made of it. */
export const threeSides = fc
  .tuple(content, steps, steps)
  .map(([base, theirs, yours]) => ({ base, theirs: walk(base, theirs), yours: walk(base, yours) }));

/** RFC 7396: the merge patch that makes `to` of `from`, but for nulls inside it, which no merge patch can say. */
export function mergePatchOf(
  from: Record<string, unknown>,
  to: Record<string, unknown>,
): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const name of Object.keys(from)) {
    if (!Object.hasOwn(to, name)) {
      patch[name] = null;
    }
  }
  for (const [name, value] of Object.entries(to)) {
    const before = Object.hasOwn(from, name) ? from[name] : undefined;
    if (isObject(before) && isObject(value)) {
      patch[name] = mergePatchOf(before, value);
    } else if (JSON.stringify(before) !== JSON.stringify(value)) {
      patch[name] = value;
    }
  }
  return patch;
}

export const FORMS = ['json-patch', 'merge-patch', 'replacement'] as const satisfies Edit['form'][];

/** A body, in this form, that makes `to` of `from`. */
export function bodyOf(form: Edit['form'], from: Content, to: Content): unknown {
  switch (form) {
    case 'json-patch':
      return effectivePatch(from, to);
    case 'merge-patch':
      return mergePatchOf(from, to);
    case 'replacement':
      return structuredClone(to);
  }
}

const POINTERS = [
  '/title',
  '/location',
  '/url',
  '/tags',
  '/tags/0',
  '/tags/1',
  '/tags/2',
  '/tags/-',
  '/tags/01',
  '/tags/9',
  '/tags/x',
  '/title/0',
  '/metadata',
  '/metadata/',
  '/overrides',
  '/recurrence/interval',
] as const;
const pointerSegment = fc.constantFrom(
  '0',
  '1',
  '2',
  '-',
  '01',
  'a',
  'b',
  '',
  'toString',
  'x~1y',
  '~0',
  'length',
);
export const contentPointer = fc.oneof(fc.constantFrom(...POINTERS), {
  weight: 4,
  arbitrary: fc
    .tuple(fc.constantFrom('a', 'b', 'toString', ''), fc.array(pointerSegment, { maxLength: 2 }))
    .map(([first, rest]) => ['/metadata', first, ...rest].join('/')),
});

/** Well-formed operations within the content that need not be applicable. */
export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ op: fc.constant('add'), path: contentPointer, value: json }) },
  fc.record({ op: fc.constantFrom('replace', 'test'), path: contentPointer, value: json }),
  fc.record({ op: fc.constant('remove'), path: contentPointer }),
  fc
    .record({ op: fc.constantFrom('move', 'copy'), path: contentPointer, from: contentPointer })
    .filter(({ op, path: to, from }) => op === 'copy' || !to.startsWith(`${from}/`)),
);
