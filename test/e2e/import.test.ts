import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem } from '../support/answers.js';
import { Convene, type Answer, type Person } from '../support/convene.js';

let convene: Convene;
beforeAll(async () => {
  convene = await Convene.start();
});
afterAll(() => convene.close());

const send = (
  person: Person,
  raw: string | Uint8Array<ArrayBuffer>,
  type = 'text/calendar',
): Promise<Answer> => person.send('POST', '/api/import', { raw, headers: { 'Content-Type': type } });

const calendar = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (uid: string, ...lines: string[]): string[] => [
  'BEGIN:VEVENT',
  `UID:${uid}`,
  'DTSTART:20260302T090000Z',
  'DTEND:20260302T100000Z',
  ...lines,
  'END:VEVENT',
];
const report = (created: number, updated: number, skipped: unknown[] = []) => ({ created, updated, skipped });

const WINDOW = 'from=2026-02-01T00:00:00Z&to=2026-12-01T00:00:00Z&expand=true&limit=200';
/** By what they say, as those that begin alike stand in the order of their ids. */
const occurrences = async (person: Person): Promise<string[]> => {
  const { items } = (await person.get(`/api/events?${WINDOW}`)).body;
  return items
    .map(({ title, start, end, status, busy, tags }: Record<string, unknown>) =>
      JSON.stringify({ start, end, title, status, busy, tags }),
    )
    .sort();
};

test('what is exported is the same for whoever imports it, and stays so', async () => {
  const [ada, ben] = [await convene.person(), await convene.person()];
  await ada.createEvent({ title: 'Überprüfung', description: 'one\ntwo', tags: ['a,b'], color: 'tomato' });
  await ada.createEvent({ start: '2026-03-02', end: '2026-03-05', allDay: true, timeZone: 'Asia/Tokyo' });
  await ada.createEvent({
    start: '2026-03-02T10:00:00',
    end: '2026-03-02T11:00:00',
    timeZone: 'America/New_York',
    recurrence: 'FREQ=WEEKLY;BYDAY=MO,WE;COUNT=30',
    overrides: {
      '2026-03-09T10:00:00': { excluded: true },
      '2026-03-11T10:00:00': { title: 'Moved', start: '2026-03-12T10:00:00' },
      '2026-03-13T08:00:00': {},
    },
  });
  const { body: file } = await ada.get('/api/calendar.ics');

  expect((await send(ben, file)).body).toEqual(report(3, 0));
  expect(await occurrences(ben)).toEqual(await occurrences(ada));
  expect(await occurrences(ben)).toHaveLength(32);

  expect((await send(ben, file)).body).toEqual(report(0, 0));
  expect((await send(ada, file)).body).toEqual(report(0, 0));
  expect((await send(ben, (await ben.get('/api/calendar.ics')).body)).body).toEqual(report(0, 0));
  expect((await ben.get('/api/events')).body.items.map(({ version }: any) => version)).toEqual([1, 1, 1]);
});

test('an event is found again by its UID, and keeps what the file does not know', async () => {
  const ada = await convene.person();
  expect((await send(ada, calendar(...event('x@example.com', 'SUMMARY:One')))).body).toEqual(report(1, 0));
  const [made] = (await ada.get('/api/events')).body.items;
  await ada.patch(`/api/events/${made.id}`, { metadata: { mine: 1 } });

  const again = calendar(...event('x@example.com', 'SUMMARY:Two'), ...event('y@example.com', 'SUMMARY:New'));
  expect((await send(ada, again)).body).toEqual(report(1, 1));
  const after = (await ada.get(`/api/events/${made.id}`)).body;
  expect(after).toMatchObject({ title: 'Two', version: 3, metadata: { mine: 1 } });
  expect((await ada.get(`/api/events/${made.id}.ics`)).body).toContain('UID:x@example.com\r\n');
  expect((await ada.get(`/api/events/${made.id}/history`)).body.items[0]).toMatchObject({ kind: 'edit' });
});

test('what one may only read is skipped', async () => {
  const [ada, ben] = [await convene.person(), await convene.person()];
  const own = await ada.createEvent({ title: 'One' });
  await ada.share(own, ben, 'viewer');
  const file = (await ada.get(`/api/events/${own.id}.ics`)).body.replace('SUMMARY:One', 'SUMMARY:Two');
  const { body } = await send(ben, file);
  expect(body).toEqual(report(0, 0, [{ uid: `${own.id}@convene`, reason: expect.any(String) }]));
  expect((await ada.get(`/api/events/${own.id}`)).body.title).toBe('One');

  await ada.share(own, ben, 'editor');
  expect((await send(ben, file)).body).toEqual(report(0, 1));
  expect((await ada.get(`/api/events/${own.id}`)).body.title).toBe('Two');
});

test('what cannot be taken is skipped with the reason, and the rest is taken', async () => {
  const ada = await convene.person();
  const { body } = await send(
    ada,
    calendar(
      ...event('good', 'SUMMARY:Good'),
      ...event('seconds', 'RRULE:FREQ=SECONDLY'),
      ...event('never', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'),
      ...event('many', 'RRULE:FREQ=DAILY;COUNT=1000000'),
      ...event('dense', `RRULE:FREQ=HOURLY;BYMINUTE=${Array.from({ length: 60 }, (_, i) => i).join(',')}`),
      ...event('detached', 'RECURRENCE-ID:20260302T090000Z'),
      ...event('broken', 'no colon in this line'),
      ...event(''),
      'BEGIN:VTODO',
      'UID:todo',
      'END:VTODO',
    ),
  );
  expect(body).toMatchObject({ created: 1, updated: 0 });
  const skipped = body.skipped.map(({ uid, reason }: { uid: string | null; reason: string }) => {
    expect(reason).not.toBe('');
    return uid;
  });
  expect(skipped.sort()).toEqual(
    [null, 'broken', 'dense', 'detached', 'many', 'never', 'seconds', 'todo'].sort(),
  );
});

test('the same file many times at once is taken once', async () => {
  const ada = await convene.person();
  const file = calendar(...event('one'), ...event('two'));
  const answers = await Promise.all(Array.from({ length: 6 }, () => send(ada, file)));
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
  expect(answers.map(({ body }) => JSON.stringify(body)).sort()).toEqual([
    ...Array<string>(5).fill(JSON.stringify(report(0, 0))),
    JSON.stringify(report(2, 0)),
  ]);
  expect((await ada.get('/api/events')).body.items).toHaveLength(2);
});

describe('a file is refused as a whole', () => {
  let ada: Person;
  beforeAll(async () => {
    ada = await convene.person();
  });

  test.each([
    ['x', 400, 'malformed-body'],
    ['', 400, 'malformed-body'],
    ['BEGIN:VCALENDAR\r\n', 400, 'malformed-body'],
    ['BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n', 400, 'malformed-body'],
    ['BEGIN:VEVENT\r\nEND:VEVENT\r\n', 400, 'malformed-body'],
    ['BEGIN:VCALENDAR\r\n'.repeat(1000), 400, 'malformed-body'],
    [
      calendar(...'BEGIN:VEVENT|END:VEVENT|'.repeat(5001).split('|').filter(Boolean)),
      413,
      'payload-too-large',
    ],
    ['x'.repeat(5 * 1024 * 1024 + 1), 413, 'payload-too-large'],
  ])('%.40j', async (file, status, code) => {
    expectProblem(await send(ada, file), status, code);
  });

  test('that is no text/calendar in UTF-8', async () => {
    expectProblem(await send(ada, '{}', 'application/json'), 415, 'unsupported-media-type');
    expectProblem(await send(ada, new Uint8Array([0xff, 0xfe])), 400, 'malformed-body');
  });
});

test('however a file is made, it is answered soon', async () => {
  const ada = await convene.person();
  const files = [
    calendar(...event('long', `SUMMARY:${'x'.repeat(4_000_000)}`)),
    calendar(...event('folded', `DESCRIPTION:x${'\r\n y'.repeat(200_000)}`)),
    calendar(...event('parameters', `X-A${';A=b'.repeat(100_000)}:x`)),
    calendar(...event('values', `CATEGORIES:${'a,'.repeat(200_000)}`)),
    calendar(...event('dates', `EXDATE:${'20260302T090000Z,'.repeat(50_000)}20260303T090000Z`)),
    calendar(
      'BEGIN:VTIMEZONE',
      'TZID:Evil',
      'BEGIN:STANDARD',
      'DTSTART:16010101T000000',
      'TZOFFSETFROM:+0000',
      'TZOFFSETTO:+0100',
      'RRULE:FREQ=SECONDLY',
      'END:STANDARD',
      'END:VTIMEZONE',
      ...event('evil').map((line) => line.replace(/^DTSTART:(\w+)Z/, 'DTSTART;TZID=Evil:$1')),
    ),
  ];
  for (const file of files) {
    const started = performance.now();
    const answer = await send(ada, file);
    expect([file.slice(60, 90), answer.status]).toEqual([file.slice(60, 90), 200]);
    expect(performance.now() - started).toBeLessThan(10_000);
  }
});
