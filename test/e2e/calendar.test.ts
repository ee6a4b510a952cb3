import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem } from '../support/answers.js';
import { Convene, PASSWORD, sampleEvent, type Person } from '../support/convene.js';

let convene: Convene;
let ada: Person;
let ben: Person;

beforeAll(async () => {
  convene = await Convene.start();
  [ada, ben] = [await convene.person(), await convene.person()];
});
afterAll(() => convene.close());

const TYPE = 'text/calendar; charset=utf-8';
const linesOf = (body: string): string[] => body.replace(/\r\n /g, '').split('\r\n');

describe('GET /api/events/{id}.ics', () => {
  test('answers the event, and 304 to whoever has it already', async () => {
    const event = await ada.createEvent({ ...sampleEvent, title: 'Überprüfung' });
    const answer = await ada.get(`/api/events/${event.id}.ics`);
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, TYPE]);
    expect(linesOf(answer.body)).toEqual(
      expect.arrayContaining([`UID:${event.id}@convene`, 'SEQUENCE:1', 'SUMMARY:Überprüfung']),
    );
    const headers = { 'If-None-Match': answer.headers.get('ETag') ?? '' };
    expect((await ada.get(`/api/events/${event.id}.ics`, { headers })).status).toBe(304);

    await ada.patch(`/api/events/${event.id}`, { title: 'x' });
    const later = await ada.get(`/api/events/${event.id}.ics`, { headers });
    expect(later.status).toBe(200);
    expect(linesOf(later.body)).toEqual(
      expect.arrayContaining([`UID:${event.id}@convene`, 'SEQUENCE:2', 'SUMMARY:x']),
    );
  });

  test('is for members', async () => {
    const event = await ada.createEvent(sampleEvent);
    expectProblem(await ben.get(`/api/events/${event.id}.ics`), 404, 'not-found');
    expectProblem(await ada.get('/api/events/nothing.ics'), 404, 'not-found');
    expectProblem(await convene.anonymous.get(`/api/events/${event.id}.ics`), 401, 'unauthenticated');
    await ada.share(event, ben, 'viewer');
    expect((await ben.get(`/api/events/${event.id}.ics`)).status).toBe(200);
  });
});

describe('GET /api/calendar.ics', () => {
  test('has own and shared events, none in the trash, and every zone once', async () => {
    const [cleo, dan] = [await convene.person(), await convene.person()];
    const zoned = { ...sampleEvent, timeZone: 'Europe/Berlin' };
    const [own, shared, trashed] = [
      await cleo.createEvent(zoned),
      await dan.createEvent(zoned),
      await cleo.createEvent(sampleEvent),
    ];
    await dan.createEvent(sampleEvent);
    await dan.share(shared, cleo, 'viewer');
    await cleo.delete(`/api/events/${trashed.id}`);

    const answer = await cleo.get('/api/calendar.ics');
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, TYPE]);
    const lines = linesOf(answer.body);
    expect(lines.filter((line) => line.startsWith('UID:')).sort()).toEqual(
      [`UID:${own.id}@convene`, `UID:${shared.id}@convene`].sort(),
    );
    expect(lines.filter((line) => line.startsWith('TZID:'))).toEqual(['TZID:Europe/Berlin']);
  });

  test('answers 304 until something changes', async () => {
    const eve = await convene.person();
    const event = await eve.createEvent(sampleEvent);
    const tag = (await eve.get('/api/calendar.ics')).headers.get('ETag') ?? '';
    const again = () => eve.get('/api/calendar.ics', { headers: { 'If-None-Match': `W/${tag}` } });
    expect((await again()).status).toBe(304);
    await eve.patch(`/api/events/${event.id}`, { title: 'x' });
    expect((await again()).status).toBe(200);
  });

  test('is there for whoever has no events', async () => {
    const answer = await (
      await convene.person()
    ).get('/api/calendar.ics', { headers: { Accept: 'text/calendar' } });
    expect(linesOf(answer.body).at(-2)).toBe('END:VCALENDAR');
    expectProblem(
      await ada.get('/api/calendar.ics', { headers: { Accept: 'image/png' } }),
      406,
      'not-acceptable',
    );
    expectProblem(await convene.anonymous.get('/api/calendar.ics'), 401, 'unauthenticated');
  });
});

describe('a feed', () => {
  const made = async (person: Person, label = 'Phone') => (await person.post('/api/feeds', { label })).body;
  const open = (url: string) => convene.anonymous.get(url);

  test('lets whoever has its token read the calendar and its events, and nothing else', async () => {
    const fay = await convene.person();
    const event = await fay.createEvent();
    const foreign = await ada.createEvent();
    const answer = await fay.post('/api/feeds', { label: 'Phone' });
    const { id, token, url, createdAt, ...rest } = answer.body;
    expect([answer.status, answer.headers.get('Cache-Control'), rest]).toEqual([
      201,
      'no-store',
      { label: 'Phone' },
    ]);
    expect((await open(url)).body).toContain(`UID:${event.id}@convene`);
    expect((await open(`/api/events/${event.id}.ics?token=${token}`)).status).toBe(200);
    expectProblem(await open(`/api/events/${foreign.id}.ics?token=${token}`), 404, 'not-found');
    expectProblem(await open(`/api/events/${event.id}?token=${token}`), 401, 'unauthenticated');
    expectProblem(await open(`/api/events?token=${token}`), 401, 'unauthenticated');

    const { items } = (await fay.get('/api/feeds')).body;
    expect(items).toEqual([{ id, label: 'Phone', createdAt, lastUsedAt: expect.any(String) }]);
  });

  test('does not outlive its revocation, nor the account', async () => {
    const gus = await convene.person();
    const [phone, laptop] = [await made(gus), await made(gus, 'Laptop')];
    expectProblem(await ada.delete(`/api/feeds/${phone.id}`), 404, 'not-found');
    expect((await gus.delete(`/api/feeds/${phone.id}`)).status).toBe(204);
    expectProblem(await open(phone.url), 401, 'unauthenticated');
    expectProblem(await gus.delete(`/api/feeds/${phone.id}`), 404, 'not-found');
    expectProblem(await gus.delete(`/api/feeds/${'f'.repeat(5_000)}`), 404, 'not-found');
    expect((await gus.get('/api/feeds')).body.items).toMatchObject([{ label: 'Laptop', lastUsedAt: null }]);
    expect((await open(laptop.url)).status).toBe(200);

    const left = await gus.delete('/api/auth/me', { body: { password: PASSWORD, events: 'erase' } });
    expect(left.status).toBe(204);
    expectProblem(await open(laptop.url), 401, 'unauthenticated');
  });

  test('is one of 50 at most', async () => {
    const hal = await convene.person();
    for (let n = 0; n < 50; n += 1) {
      expect((await hal.post('/api/feeds', { label: `${n}` })).status).toBe(201);
    }
    expectProblem(await hal.post('/api/feeds', { label: 'x' }), 422, 'validation-failed');
  });

  test.each(['', 'x', 'x'.repeat(200), '%00', '&token=y'])('has not the token %j', async (token) => {
    const answer = await open(`/api/calendar.ics?token=${token}`);
    expect([401, 422]).toContain(answer.status);
  });
});
