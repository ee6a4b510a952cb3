import fc from 'fast-check';

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
const hours = times(24, (i) => i);
const tens = [0, 10, 20, 30, 40, 50];
const everyDay = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'].map((day) => ({ day }));

/** Rules that are lawful, or nearly, and give whoever expands them the most to do. */
export const COSTLY_RULES: readonly unknown[] = [
  { frequency: 'hourly', byMinute: tens, count: 10_000 },
  { frequency: 'daily', byHour: hours, byMinute: tens },
  { frequency: 'yearly', byMonth: ['2'], byMonthDay: [30] },
  { frequency: 'hourly', interval: 999, byMonth: ['2'], byMonthDay: [29], byHour: [15] },
  { frequency: 'daily', interval: 997, byMonth: ['3'], byMonthDay: [2] },
  { frequency: 'yearly', interval: 1000, byWeekNo: [53], byDay: [{ day: 'su' }] },
  { frequency: 'yearly', byYearDay: times(366, (i) => i + 1), byHour: hours, byMinute: tens },
  { frequency: 'monthly', byDay: everyDay, byHour: hours, byMinute: tens, bySetPosition: [1, -1, 366] },
  { frequency: 'yearly', byDay: times(400, (i) => ({ day: 'mo', nthOfPeriod: (i % 53) + 1 })) },
  `FREQ=YEARLY;BYDAY=${times(1_000, () => '1MO').join()}`,
  `FREQ=DAILY${';INTERVAL=1'.repeat(300)}`,
  `RRULE:${'='.repeat(4_000)}`,
  { frequency: 'daily', byMonthDay: times(90_000, () => 0) },
];

const start = '2026-03-02T15:00:00Z';
const base = { title: 'Costly', start, end: '2026-03-02T15:05:00Z' };
const dayKey = (i: number): string => new Date(Date.UTC(2026, 2, 2 + i, 15)).toISOString().slice(0, 19);
const daily = (n: number, override: (i: number) => unknown): unknown => ({
  ...base,
  recurrence: { frequency: 'daily' },
  overrides: Object.fromEntries(times(n, (i) => [dayKey(i), override(i)])),
});

/** Content near its limits: each within them, or just outside. */
export const COSTLY_CONTENT: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  ...COSTLY_RULES.map((recurrence) => ({ ...base, recurrence })),
  daily(800, (i) => ({ title: `t${i}` })),
  daily(400, (i) => ({ start: dayKey(i + 1), end: dayKey(i + 2) })),
  daily(1_001, () => ({ excluded: true })),
  { ...(daily(900, () => ({ description: 'd'.repeat(900) })) as object), timeZone: 'America/New_York' },
  { ...base, description: '\n'.repeat(20_000) },
  { ...base, description: times(3_000, (i) => `l${i % 7}`).join('\n') },
  { ...base, description: `a${'\u0301\u0323'.repeat(9_999)}` },
  { ...base, description: '\ufdfa'.repeat(20_000) },
  { ...base, metadata: Object.fromEntries(times(2_000, (i) => [i.toString(36), 0])) },
  { ...base, metadata: Object.fromEntries(times(90_000, (i) => [`${i}`, 0])) },
  { ...base, tags: times(90_000, () => 1) },
  { ...base, timeZone: `A${'/x'.repeat(100_000)}` },
  { ...base, ...Object.fromEntries(times(50_000, (i) => [`k${i}`, 0])) },
);

/** Patches that grow, nest, or look at the same a thousand times. */
export const BIG_PATCHES: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  times(1_000, (i) => ({ op: 'copy', from: '/metadata', path: `/metadata/a${i}` })),
  times(1_000, (i) => ({ op: 'add', path: `/metadata${'/a'.repeat(i + 1)}`, value: {} })),
  times(1_000, () => ({ op: 'test', path: '/title', value: 'x' })),
  times(999, (i) => ({
    op: 'move',
    from: i % 2 ? '/tags' : '/metadata',
    path: i % 2 ? '/metadata' : '/tags',
  })),
  times(5_000, () => ({ op: 'remove', path: '/description' })),
  [{ op: 'move', from: '/metadata', path: '/metadata/a/b' }],
  [{ op: 'replace', path: '/tags', value: times(90_000, () => 0) }],
  [{ op: 'test', path: `/metadata${'/a'.repeat(200_000)}`, value: 1 }],
  [{ op: 'replace', path: '/description', value: times(3_000, (i) => `m${i % 5}`).join('\n') }],
  [{ op: 'replace', path: '/description', value: '\n'.repeat(1_999) }],
  [
    { op: 'replace', path: '/tags', value: times(50_000, () => 0) },
    ...times(900, () => ({ op: 'add', path: '/tags/0', value: 0 })),
  ],
);
