import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { contentOf, eventIn, expectProblem, mannerly, PLAIN_CONTENT } from '../support/answers.js';
import { Convene, sampleEvent, type Answer, type Person } from '../support/convene.js';

let convene: Convene;
let ada: Person;

beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = mannerly;
});
afterAll(() => convene.close());
beforeEach(async () => {
  ada = await convene.person();
});

const send = (body: unknown): Promise<Answer> => ada.post('/api/events/batch?conflicts=ignore', body);
const titles = async (): Promise<string[]> =>
  (await ada.get('/api/events?limit=200')).body.items.map(({ title }: any) => title).sort();
const named = (...names: string[]): object[] => names.map((title) => ({ ...sampleEvent, title }));

test.each([false, true])('creates all of them in their order: 201 (atomic: %s)', async (atomic) => {
  const { status, body } = await send({ events: named('a', 'b', 'c'), atomic });
  expect(status).toBe(201);
  expect(body).toEqual({
    results: ['a', 'b', 'c'].map((title, index) => ({
      index,
      status: 201,
      event: expect.objectContaining({ ...PLAIN_CONTENT, title, version: 1, role: 'owner', ownerId: ada.id }),
    })),
  });
  expect(new Set(body.results.map(({ event }: any) => event.id)).size).toBe(3);
  for (const { event } of body.results) {
    expect((await ada.get(`/api/events/${event.id}`)).body).toEqual(eventIn(event));
    const { items } = (await ada.get(`/api/events/${event.id}/history`)).body;
    expect(items).toMatchObject([{ version: 1, kind: 'create', by: { id: ada.id } }]);
  }
});

const mixed = [
  ...named('a'),
  { ...sampleEvent, title: '' },
  ...named('b'),
  { ...sampleEvent, tags: ['x', 7], owner: 'me' },
  null,
  [],
  'event',
  { ...sampleEvent, recurrence: { frequency: 'secondly' } },
];
const faults: [index: number, code: string, pointer: string][] = [
  [1, 'validation-failed', '/title'],
  [3, 'validation-failed', '/tags/1'],
  [3, 'validation-failed', '/owner'],
  [4, 'validation-failed', ''],
  [5, 'validation-failed', ''],
  [6, 'validation-failed', ''],
  [7, 'invalid-recurrence', '/recurrence/frequency'],
];
const expectFaults = (results: any[]): void => {
  for (const [index, code, pointer] of faults) {
    const { status, problem } = results[index];
    expect({ index, status, ...problem }).toMatchObject({
      index,
      status: 422,
      code,
      title: expect.any(String),
      detail: expect.any(String),
    });
    expect(problem.errors.map((error: any) => error.pointer)).toContain(pointer);
  }
};

test('creates what is valid, and says of the rest what is wrong with it: 207', async () => {
  const { status, headers, body } = await send({ events: mixed });
  expect(status).toBe(207);
  expect(Object.keys(body)).toEqual(['results']);
  expect(body.results.map(({ index }: any) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(body.results.map(({ status: one }: any) => one)).toEqual([201, 422, 201, 422, 422, 422, 422, 422]);
  expectFaults(body.results);
  for (const result of body.results) {
    expect(Object.keys(result).sort()).toEqual(
      ['index', 'status', result.status === 201 ? 'event' : 'problem'].sort(),
    );
  }
  const { problem } = body.results[1];
  expect(problem).toMatchObject({
    instance: '/api/events/batch',
    requestId: headers.get('X-Request-Id'),
    status: 422,
  });
  expect(await titles()).toEqual(['a', 'b']);
});

test('is a 207 also where nothing could be created', async () => {
  const { status, body } = await send({ events: [{}, null], atomic: false });
  expect(status).toBe(207);
  expect(body.results.map(({ status: one }: any) => one)).toEqual([422, 422]);
  expect(await titles()).toEqual([]);
});

test('atomic: one that is not valid keeps all from being created: 422', async () => {
  const answer = await send({ events: mixed, atomic: true });
  expectProblem(answer, 422, 'batch-failed');
  const { results } = answer.body;
  expect(results.map(({ index }: any) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expectFaults(results);
  results.forEach((result: any) => {
    expect(result).not.toHaveProperty('event');
    expect(result.status).not.toBe(201);
  });
  expect(await titles()).toEqual([]);
});

describe('a batch as a whole is refused, and nothing is created,', () => {
  test.each<[string, unknown, string]>([
    ['without events', {}, '/events'],
    ['with an empty list', { events: [] }, '/events'],
    ['with no list', { events: { 0: sampleEvent } }, '/events'],
    ['with 501', { events: Array(501).fill(sampleEvent) }, '/events'],
    ['with atomic as a word', { events: [sampleEvent], atomic: 'true' }, '/atomic'],
    ['with an unknown field', { events: [sampleEvent], dryRun: true }, '/dryRun'],
    ['as a list', [sampleEvent], ''],
  ])('%s', async (_, body, pointer) => {
    expectProblem(await send(body), 422, 'validation-failed', pointer);
    expect(await titles()).toEqual([]);
  });

  test('over 1 MiB', async () => {
    const events = Array(60).fill({ ...sampleEvent, description: 'x'.repeat(20_000) });
    expectProblem(await send({ events }), 413, 'payload-too-large');
    expect(await titles()).toEqual([]);
  });
});

test('takes 500', async () => {
  const events = Array.from({ length: 500 }, (_, i) => ({ ...sampleEvent, title: `event ${i}` }));
  const { status, body } = await send({ events });
  expect(status).toBe(201);
  expect(body.results.map(({ event }: any) => event.title)).toEqual(events.map(({ title }) => title));
  expect(await titles()).toHaveLength(200);
});

test('its events are told apart from one another afterwards', async () => {
  const { results } = (await send({ events: named('a', 'b') })).body;
  const [a, b] = results.map(({ event }: any) => `/api/events/${event.id}`);
  await ada.patch(a, { title: 'changed' });
  await ada.delete(b);
  expect(contentOf((await ada.get(a)).body)).toEqual({ ...PLAIN_CONTENT, title: 'changed' });
  expect(await titles()).toEqual(['changed']);
});
