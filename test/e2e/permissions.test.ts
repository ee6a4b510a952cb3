import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem, mannerly } from '../support/answers.js';
import { Convene, sampleEvent, type Person } from '../support/convene.js';

const CALLERS = ['anonymous', 'stranger', 'former member', 'viewer', 'editor', 'owner'] as const;
type Caller = (typeof CALLERS)[number];
const ROLES = ['viewer', 'editor', 'owner'] as const;

let convene: Convene;
let people: Record<Caller | 'other member', Person>;

beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = mannerly;
  const [stranger, former, viewer, editor, owner, other] = await Promise.all(
    Array.from({ length: 6 }, () => convene.person()),
  );
  people = {
    anonymous: convene.anonymous,
    stranger: stranger!,
    'former member': former!,
    viewer: viewer!,
    editor: editor!,
    owner: owner!,
    'other member': other!,
  };
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
  least: (typeof ROLES)[number];
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
  { route: 'GET /changelog', least: 'viewer', status: 200, trashed: 200 },
  { route: 'GET /diff/{from}/{to}', least: 'viewer', status: 200, trashed: 200 },
];

/** An event with a member in each role, one who was one, and something to go back to. */
async function scene(trashed: boolean): Promise<string> {
  const { owner } = people;
  const event = await owner.createEvent();
  const url = `/api/events/${event.id}`;
  const shares = (['viewer', 'editor', 'other member', 'former member'] as const).map((name) => ({
    userId: people[name].id,
    role: name === 'editor' ? 'editor' : 'viewer',
  }));
  await owner.post(`${url}/share`, { shares });
  await owner.delete(`${url}/permissions/${people['former member'].id}`);
  await owner.patch(url, { location: 'Room 4' });
  if (trashed) {
    await owner.delete(url);
  }
  return url;
}

/** Everything that can be seen of an event. */
const look = async (url: string): Promise<unknown> =>
  Promise.all(
    ['', '/permissions', '/history'].map(async (path) => (await people.owner.get(url + path)).body),
  );

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

const may = (caller: Caller, least: Row['least']): boolean =>
  (ROLES as readonly string[]).indexOf(caller) >= ROLES.indexOf(least);

describe.each(rows.map((row) => [`${row.route.replace(' ', ' …')} ${row.how ?? ''}`.trim(), row] as const))(
  '%s',
  (_, row) => {
    test.each(CALLERS)('%s', async (caller) => {
      const url = await scene(false);
      const before = await look(url);
      const answer = await ask(row, url, people[caller]);
      if (caller === 'owner' && row.owner) {
        expectProblem(answer, ...row.owner);
      } else if (may(caller, row.least)) {
        expect(answer.status).toBe(row.status);
        return;
      } else if (caller === 'anonymous') {
        expectProblem(answer, 401, 'unauthenticated');
      } else if (caller === 'stranger' || caller === 'former member') {
        expectProblem(answer, 404, 'not-found');
      } else {
        expectProblem(answer, 403, 'forbidden');
      }
      expect(await look(url)).toEqual(before);
    });

    test('in the trash', async () => {
      const url = await scene(true);
      const before = await look(url);
      for (const caller of CALLERS.filter((name) => name !== 'owner')) {
        const [status, code] = caller === 'anonymous' ? [401, 'unauthenticated'] : [404, 'not-found'];
        expectProblem(await ask(row, url, people[caller as Caller]), status, code);
      }
      expect(await look(url)).toEqual(before);
      const answer = await ask(row, url, people.owner);
      expect(answer.status).toBe(row.trashed ?? 404);
      if (answer.status === 404) {
        expect(await look(url)).toEqual(before);
      }
    });
  },
);

test.each([
  ['GET', '/api/events'],
  ['POST', '/api/events'],
  ['POST', '/api/events/batch'],
  ['GET', '/api/auth/me'],
  ['PATCH', '/api/auth/me'],
  ['DELETE', '/api/auth/me'],
  ['GET', '/api/auth/sessions'],
  ['DELETE', '/api/auth/sessions/66f0c0ffee0123456789abcd'],
  ['POST', '/api/invitations'],
  ['POST', '/api/auth/logout'],
])('%s %s is for those who are signed in', async (method, path) => {
  const answer = await convene.anonymous.send(method, path, { ...(method === 'POST' && { body: {} }) });
  expectProblem(answer, 401, 'unauthenticated');
});

test('an event that does not exist is answered like one that is somebody else’s', async () => {
  const url = await scene(false);
  const nowhere = `/api/events/${'0'.repeat(24)}`;
  for (const row of rows) {
    const [there, notThere] = [
      await ask(row, url, people.stranger),
      await ask(row, nowhere, people.stranger),
    ];
    const told = ({ body, status }: { body: any; status: number }): unknown => ({
      status,
      ...body,
      requestId: null,
      instance: null,
    });
    expect(told(there)).toEqual(told(notThere));
  }
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
    path === prefix || path.startsWith(`${prefix}/`)
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
