import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem, mannerly } from '../support/answers.js';
import {
  CALLERS,
  expectNothing,
  gather,
  imprint,
  look,
  may,
  NOTHING,
  refusalOf,
  ROLES,
  stage,
  type Caller,
  type People,
  type Role,
} from '../support/callers.js';
import { Convene, sampleEvent, type Person } from '../support/convene.js';

let convene: Convene;
let people: People;

beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = mannerly;
  people = await gather(convene);
});
afterAll(() => convene.close());

/** One thing that may be asked of an event. */
interface Row {
  /** The route, as the OpenAPI document names it; what else is special about the request stands in `how`. */
  route: string;
  how?: string;
  /** In place of the route's own path. */
  path?: (self: Person) => string;
  body?: unknown;
  type?: string;
  /** The least role that may do it. */
  least: Role;
  status: number;
  /** What else it is for the owner. */
  owner?: [status: number, code: string];
  /** What the owner gets while the event is in the trash: 404 where it is left out. */
  trashed?: number;
}

const member = '/permissions/{userId}';
const occurrence = '/occurrences/{recurrenceId}';
const rows: Row[] = [
  { route: 'GET ', least: 'viewer', status: 200, trashed: 200 },
  { route: 'GET .ics', least: 'viewer', status: 200, trashed: 200 },
  { route: 'PUT ', body: sampleEvent, least: 'editor', status: 200 },
  { route: 'PUT ', how: 'with an invalid body', body: { title: 7 }, least: 'editor', status: 422 },
  { route: 'PATCH ', body: { title: 'x' }, least: 'editor', status: 200 },
  { route: 'PATCH ', how: 'without a change', body: {}, least: 'editor', status: 200 },
  { route: 'PATCH ', how: 'with an invalid body', body: { version: 1 }, least: 'editor', status: 422 },
  {
    route: 'PATCH ',
    how: 'as a JSON Patch',
    body: [{ op: 'replace', path: '/title', value: 'x' }],
    type: 'application/json-patch+json',
    least: 'editor',
    status: 200,
  },
  { route: 'DELETE ', least: 'owner', status: 204 },
  {
    route: 'DELETE ',
    how: 'for good',
    path: () => '?permanent=true',
    least: 'owner',
    status: 204,
    trashed: 204,
  },
  { route: 'POST /restore', least: 'owner', status: 200, trashed: 200 },
  { route: 'POST /share', body: { username: 'nobody', role: 'viewer' }, least: 'owner', status: 404 },
  { route: 'POST /share', how: 'with an invalid body', body: {}, least: 'owner', status: 422 },
  { route: 'GET /permissions', least: 'viewer', status: 200, trashed: 200 },
  { route: `PUT ${member}`, body: { role: 'viewer' }, least: 'owner', status: 200 },
  { route: `PUT ${member}`, how: 'to transfer', body: { role: 'owner' }, least: 'owner', status: 200 },
  { route: `PUT ${member}`, how: 'with an invalid body', body: {}, least: 'owner', status: 422 },
  {
    route: `PUT ${member}`,
    how: 'for oneself',
    path: ({ user }) => `/permissions/${user?.id}`,
    body: { role: 'owner' },
    least: 'owner',
    status: 200,
  },
  { route: `DELETE ${member}`, least: 'owner', status: 204 },
  {
    route: `DELETE ${member}`,
    how: 'to leave',
    path: ({ user }) => `/permissions/${user?.id}`,
    least: 'viewer',
    status: 204,
    owner: [409, 'owner-required'],
  },
  { route: `PATCH ${occurrence}`, body: { title: 'x' }, least: 'editor', status: 200 },
  { route: `PATCH ${occurrence}`, how: 'with an invalid body', body: [], least: 'editor', status: 422 },
  {
    route: `PATCH ${occurrence}`,
    how: 'of no occurrence',
    path: () => '/occurrences/x',
    body: {},
    least: 'editor',
    status: 404,
  },
  { route: `DELETE ${occurrence}`, least: 'editor', status: 200 },
  {
    route: `DELETE ${occurrence}`,
    how: 'and all others',
    path: () => '/occurrences/2026-03-02T15:00:00?scope=all',
    least: 'owner',
    status: 204,
  },
  { route: 'GET /conflicts', least: 'viewer', status: 200, trashed: 200 },
  { route: 'GET /history', least: 'viewer', status: 200, trashed: 200 },
  { route: 'GET /history/{version}', least: 'viewer', status: 200, trashed: 200 },
  {
    route: 'GET /history/{version}',
    how: 'of no version',
    path: () => '/history/x',
    least: 'viewer',
    status: 404,
  },
  { route: 'POST /rollback/{version}', least: 'editor', status: 200 },
  {
    route: 'POST /rollback/{version}',
    how: 'to no version',
    path: () => '/rollback/x',
    least: 'editor',
    status: 404,
  },
  { route: 'POST /undo', least: 'editor', status: 200 },
  { route: 'GET /changelog', least: 'viewer', status: 200, trashed: 200 },
  {
    route: 'GET /changelog',
    how: 'as a page',
    path: () => '/changelog?format=html',
    least: 'viewer',
    status: 200,
    trashed: 200,
  },
  { route: 'GET /diff/{from}/{to}', least: 'viewer', status: 200, trashed: 200 },
  {
    route: 'GET /diff/{from}/{to}',
    how: 'as text',
    path: () => '/diff/1/2?format=text',
    least: 'viewer',
    status: 200,
    trashed: 200,
  },
];

const ask = (row: Row, url: string, person: Person) => {
  const [method = '', route = ''] = row.route.split(' ');
  const parameters: Record<string, string> = {
    userId: people['other member'].id,
    version: '1',
    from: '1',
    to: '2',
    recurrenceId: '2026-03-02T15:00:00',
  };
  const path =
    row.path?.(person) ?? route.replaceAll(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? '');
  return person.send(method, url + path, {
    body: row.body,
    ...(row.type && { headers: { 'Content-Type': row.type } }),
  });
};

const urlOf = (id: string): string => `/api/events/${id}`;
const title = ({ route, how = '' }: Row): string => `${route.replace(' ', ' …')} ${how}`.trim();

describe.each(rows.map((row) => [title(row), row] as const))('%s', (_, row) => {
  const isServed = (caller: Caller): boolean =>
    may(caller, row.least) && !(caller === 'owner' && row.owner !== undefined);

  /** What a caller gets where there is no event at all. */
  const answerToNothing = async (caller: Caller): Promise<string> =>
    imprint(await ask(row, urlOf(NOTHING), people[caller]), NOTHING);

  test.each(CALLERS.filter(isServed))('%s', async (caller) => {
    const id = await stage(people);
    expect((await ask(row, urlOf(id), people[caller])).status).toBe(row.status);
  });

  test(`not ${CALLERS.filter((caller) => !isServed(caller)).join(', ')}`, async () => {
    const id = await stage(people);
    const before = await look(people, id);
    for (const caller of CALLERS.filter((one) => !isServed(one))) {
      const answer = await ask(row, urlOf(id), people[caller]);
      expectProblem(answer, ...((caller === 'owner' && row.owner) || refusalOf(caller)));
      if (!ROLES.includes(caller as Role)) {
        expect(imprint(answer, id)).toBe(await answerToNothing(caller));
      }
    }
    expect(await look(people, id)).toEqual(before);
  });

  test('in the trash', async () => {
    const id = await stage(people, { trashed: true });
    const before = await look(people, id);
    for (const caller of CALLERS.filter((one) => one !== 'owner')) {
      const answer = await ask(row, urlOf(id), people[caller]);
      expectNothing(caller, answer);
      expect(imprint(answer, id)).toBe(await answerToNothing(caller));
    }
    expect(await look(people, id)).toEqual(before);
    const answer = await ask(row, urlOf(id), people.owner);
    expect(answer.status).toBe(row.trashed ?? 404);
    if (answer.status === 404) {
      expect(await look(people, id)).toEqual(before);
    }
  });
});

test('the key of somebody else’s request opens nothing', async () => {
  const id = await stage(people);
  const share = (caller: Caller) =>
    people[caller].post(
      `${urlOf(id)}/share`,
      { userId: people.stranger.id, role: 'viewer' },
      { headers: { 'Idempotency-Key': 'of-the-owner' } },
    );
  expect((await share('owner')).status).toBe(200);
  const before = await look(people, id);
  for (const caller of CALLERS.filter((one) => one !== 'owner' && one !== 'stranger')) {
    expectProblem(await share(caller), ...refusalOf(caller));
  }
  expect(await look(people, id)).toEqual(before);
});

test.each([
  'x',
  '1',
  '66F0C0FFEE0123456789ABCD',
  '0'.repeat(23),
  '0'.repeat(25),
  '%00',
  '%ff',
  '..%2f',
  'constructor',
  '__proto__',
  '[object Object]',
  '%7B%22$ne%22:1%7D',
  'ü',
])('%s for an id is just not found, on every route', async (id) => {
  for (const row of rows) {
    expectProblem(await ask(row, `/api/events/${id}`, people.owner), 404, 'not-found');
  }
});

test('no route of an event is without its rows here', async () => {
  const { status, body } = await convene.anonymous.get('/api/openapi.json');
  expect(status).toBe(200);
  const prefix = '/api/events/{id}';
  const documented = Object.entries<object>(body.paths).flatMap(([path, operations]) =>
    path === prefix || (path.startsWith(prefix) && /^[/.]/.test(path.slice(prefix.length)))
      ? Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.slice(prefix.length)}`)
      : [],
  );
  expect(documented.length).toBeGreaterThan(10);
  const tested = rows.map(({ route }) => route);
  expect({
    'routes without a row': documented.filter((route) => !tested.includes(route)),
    'rows without a route': tested.filter((route) => !documented.includes(route)),
  }).toEqual({ 'routes without a row': [], 'rows without a route': [] });
});
