import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem } from '../support/answers.js';
import {
  CALLERS,
  gather,
  imprint,
  may,
  NOTHING,
  signIn,
  stage,
  whyNotSignedIn,
  type Caller,
  type People,
} from '../support/callers.js';
import { Convene, PASSWORD, sampleEvent, type Person } from '../support/convene.js';

let convene: Convene;
let people: People;

beforeAll(async () => {
  convene = await Convene.start();
  people = await gather(convene);
});
afterAll(() => convene.close());

/** One thing that may be asked for oneself, rather than of one event. */
interface Row {
  /** As the OpenAPI document names it. */
  route: string;
  how?: string;
  /** In place of the route's own path. */
  path?: (self: Person) => Promise<string>;
  body?: (self: Person) => unknown;
  /** Sent as it is, in place of `body`. */
  raw?: string;
  type?: string;
  /** For everybody, whoever it is; otherwise for those who are signed in. */
  public?: true;
  /** The code of the refusal, where it is not `validation-failed`. */
  code?: string;
  /** It ends the session that asks: one of its own is made for it. */
  ends?: true;
  status: number;
}

let counter = 0;
const unique = (): string => `row${(counter += 1)}@example.com`;
const invalid = (): unknown => ({ unknown: true });
const window = { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' };

/** The path of one more session of somebody's. */
const anotherSession = async (person: Person): Promise<string> => {
  const { body } = await (await signIn(person)).get('/api/auth/sessions');
  return `/api/auth/sessions/${body.items.find(({ current }: { current: boolean }) => current).id}`;
};

const ownFeed = async (person: Person): Promise<string> => {
  const { body } = await person.post('/api/feeds', { label: 'Phone' });
  return `/api/feeds/${body.id}`;
};

/** Nobody is there. */
const hookUrl = 'https://hooks.invalid/';

const ownWebhook = async (person: Person): Promise<string> => {
  const { items } = (await person.get('/api/webhooks')).body;
  const { id } = items[0] ?? (await person.post('/api/webhooks', { url: hookUrl })).body;
  return `/api/webhooks/${id}`;
};

/** The path of something that a webhook of somebody's is to be told. */
const ownDelivery = async (person: Person): Promise<string> => {
  const path = `${await ownWebhook(person)}/deliveries`;
  await person.createEvent();
  for (;;) {
    const [one] = (await person.get(path)).body.items;
    if (one) {
      return `${path}/${one.id}/replay`;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const rows: Row[] = [
  {
    route: 'POST /api/auth/register',
    body: () => ({ email: unique(), password: PASSWORD }),
    public: true,
    status: 201,
  },
  {
    route: 'POST /api/auth/login',
    body: () => ({ email: people['other member'].user.email, password: PASSWORD }),
    public: true,
    status: 200,
  },
  {
    route: 'POST /api/auth/refresh',
    body: async () => ({ refreshToken: (await signIn(people['other member'])).tokens?.refreshToken }),
    public: true,
    status: 200,
  },
  { route: 'GET /api/openapi.json', public: true, status: 200 },
  { route: 'GET /api/asyncapi.json', public: true, status: 200 },
  { route: 'GET /health/live', public: true, status: 200 },
  { route: 'GET /health/ready', public: true, status: 200 },
  { route: 'GET /metrics', public: true, status: 200 },

  { route: 'POST /api/auth/logout', body: () => ({}), ends: true, status: 204 },
  { route: 'POST /api/auth/logout', how: 'with an invalid body', body: invalid, status: 422 },
  { route: 'GET /api/auth/me', status: 200 },
  { route: 'PATCH /api/auth/me', body: () => ({ name: 'Somebody' }), status: 200 },
  { route: 'PATCH /api/auth/me', how: 'with an invalid body', body: invalid, status: 422 },
  {
    route: 'PATCH /api/auth/me',
    how: 'with a wrong password',
    body: () => ({ password: PASSWORD, currentPassword: 'wrong' }),
    status: 401,
    code: 'invalid-credentials',
  },
  {
    route: 'DELETE /api/auth/me',
    how: 'with a wrong password',
    body: () => ({ password: 'wrong', events: 'erase' }),
    status: 401,
    code: 'invalid-credentials',
  },
  { route: 'DELETE /api/auth/me', how: 'with an invalid body', body: invalid, status: 422 },
  { route: 'GET /api/auth/sessions', status: 200 },
  { route: 'DELETE /api/auth/sessions/{id}', path: anotherSession, status: 204 },
  {
    route: 'DELETE /api/auth/sessions/{id}',
    how: 'of somebody else',
    path: () => anotherSession(people['other member']),
    status: 404,
    code: 'not-found',
  },
  { route: 'POST /api/invitations', status: 201 },
  { route: 'GET /api/calendar.ics', status: 200 },
  {
    route: 'POST /api/import',
    raw: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n',
    type: 'text/calendar',
    status: 200,
  },
  {
    route: 'POST /api/import',
    how: 'of no calendar',
    raw: 'x',
    type: 'text/calendar',
    code: 'malformed-body',
    status: 400,
  },
  { route: 'GET /api/feeds', status: 200 },
  { route: 'POST /api/feeds', body: () => ({ label: 'Phone' }), status: 201 },
  { route: 'POST /api/feeds', how: 'with an invalid body', body: invalid, status: 422 },
  { route: 'DELETE /api/feeds/{id}', path: ownFeed, status: 204 },
  {
    route: 'DELETE /api/feeds/{id}',
    how: 'of nobody',
    path: async () => `/api/feeds/${NOTHING}`,
    code: 'not-found',
    status: 404,
  },
  { route: 'GET /api/webhooks', status: 200 },
  { route: 'POST /api/webhooks', body: () => ({ url: hookUrl }), status: 201 },
  { route: 'POST /api/webhooks', how: 'with an invalid body', body: invalid, status: 422 },
  {
    route: 'POST /api/webhooks',
    how: 'of an event that is not there',
    body: () => ({ url: hookUrl, eventId: NOTHING }),
    code: 'not-found',
    status: 404,
  },
  {
    route: 'PATCH /api/webhooks/{id}',
    path: ownWebhook,
    body: () => ({ active: true }),
    status: 200,
  },
  {
    route: 'PATCH /api/webhooks/{id}',
    how: 'of somebody else',
    path: () => ownWebhook(people['other member']),
    body: () => ({ active: true }),
    code: 'not-found',
    status: 404,
  },
  {
    route: 'GET /api/webhooks/{id}/deliveries',
    path: async (p) => `${await ownWebhook(p)}/deliveries`,
    status: 200,
  },
  {
    route: 'GET /api/webhooks/{id}/deliveries',
    how: 'of somebody else',
    path: async () => `${await ownWebhook(people['other member'])}/deliveries`,
    code: 'not-found',
    status: 404,
  },
  { route: 'POST /api/webhooks/{id}/deliveries/{deliveryId}/replay', path: ownDelivery, status: 202 },
  {
    route: 'POST /api/webhooks/{id}/deliveries/{deliveryId}/replay',
    how: 'of somebody else',
    path: () => ownDelivery(people['other member']),
    code: 'not-found',
    status: 404,
  },
  {
    route: 'DELETE /api/webhooks/{id}',
    how: 'of somebody else',
    path: () => ownWebhook(people['other member']),
    code: 'not-found',
    status: 404,
  },
  { route: 'DELETE /api/webhooks/{id}', path: ownWebhook, status: 204 },
  { route: 'GET /api/events', status: 200 },
  {
    route: 'GET /api/events',
    how: 'with an invalid query',
    path: async () => '/api/events?limit=0',
    status: 422,
  },
  { route: 'GET /api/sync', status: 200 },
  {
    route: 'GET /api/sync',
    how: 'with an invalid query',
    path: async () => '/api/sync?limit=0',
    status: 422,
  },
  {
    route: 'GET /api/sync',
    how: 'with the token of somebody else',
    path: async () => `/api/sync?token=${(await (await convene.person()).get('/api/sync')).body.nextToken}`,
    status: 422,
  },
  { route: 'POST /api/events', body: () => sampleEvent, status: 201 },
  { route: 'POST /api/events', how: 'with an invalid body', body: invalid, status: 422 },
  { route: 'POST /api/events/batch', body: () => ({ events: [sampleEvent] }), status: 201 },
  { route: 'POST /api/events/batch', how: 'with an invalid body', body: invalid, status: 422 },
  { route: 'POST /api/events/conflicts', body: () => sampleEvent, status: 200 },
  { route: 'POST /api/events/conflicts', how: 'with an invalid body', body: invalid, status: 422 },
  {
    route: 'POST /api/freebusy',
    body: () => ({ users: [people.owner.id], ...window }),
    status: 200,
  },
  { route: 'POST /api/freebusy', how: 'with an invalid body', body: invalid, status: 422 },
];

async function ask(row: Row, self: Person) {
  const [method = '', route = ''] = row.route.split(' ');
  // Whoever is not signed in asks with the path and the body of somebody who is.
  const stand = self.user && (await self.get('/api/auth/me')).status === 200 ? self : people['other member'];
  const path = (await row.path?.(stand)) ?? route;
  return self.send(method, path, {
    body: await row.body?.(stand),
    ...(row.raw !== undefined && { raw: row.raw }),
    ...(row.type !== undefined && { headers: { 'Content-Type': row.type } }),
  });
}

const title = ({ route, how = '' }: Row): string => `${route} ${how}`.trim();

describe.each(rows.map((row) => [title(row), row] as const))('%s', (_, row) => {
  test.each(CALLERS)('%s', async (caller) => {
    const self = row.ends && !whyNotSignedIn(caller) ? await signIn(people[caller]) : people[caller];
    const answer = await ask(row, self);
    const reason = row.public ? null : whyNotSignedIn(caller);
    if (reason !== null) {
      expectProblem(answer, 401, reason);
      return;
    }
    if (row.status >= 400) {
      expectProblem(answer, row.status, row.code ?? 'validation-failed');
      return;
    }
    expect({ status: answer.status, body: answer.body }).toEqual({ status: row.status, body: answer.body });
  });
});

const SIGNED_IN = CALLERS.filter((caller) => whyNotSignedIn(caller) === null);

describe('what is told beside the event itself', () => {
  /** The ids of the events that an answer names. */
  const idsIn = (items: { id?: string; eventId?: string | null }[]): unknown[] =>
    items.map(({ id, eventId }) => id ?? eventId);

  const lists = [
    '/api/events',
    '/api/events?sort=-updatedAt',
    '/api/events?q=design',
    `/api/events?from=${window.from}&to=${window.to}`,
    `/api/events?from=${window.from}&to=${window.to}&expand=true`,
  ];
  const everywhere = async (path: string, person: Person): Promise<unknown[]> => {
    const { status, body } = await person.get(`${path}${path.includes('?') ? '&' : '?'}limit=200`);
    expect({ status, nextCursor: body.nextCursor }).toEqual({ status: 200, nextCursor: null });
    return idsIn(body.items);
  };

  test.each(lists)('%s lists events to their members, and what is in the trash to nobody', async (path) => {
    const [living, trashed] = [await stage(people), await stage(people, { trashed: true })];
    for (const caller of SIGNED_IN) {
      const listed = await everywhere(path, people[caller]);
      expect({ caller, listed: listed.includes(living) }).toEqual({ caller, listed: may(caller, 'viewer') });
      expect(listed).not.toContain(trashed);
    }
  });

  test('the trash is its owner’s', async () => {
    const trashed = await stage(people, { trashed: true });
    for (const caller of SIGNED_IN) {
      const listed = await everywhere('/api/events?deleted=true', people[caller]);
      expect({ caller, listed: listed.includes(trashed) }).toEqual({ caller, listed: caller === 'owner' });
    }
  });

  test('sync tells events to their members, what is in the trash to nobody, and losses to who had them', async () => {
    const sync = async (caller: Caller, token = ''): Promise<any> =>
      (await people[caller].get(`/api/sync?limit=200${token && `&token=${token}`}`)).body;
    const tokens = new Map<Caller, string>();
    for (const caller of SIGNED_IN) {
      tokens.set(caller, (await sync(caller)).nextToken);
    }
    const [living, trashed] = [await stage(people), await stage(people, { trashed: true })];
    for (const caller of SIGNED_IN) {
      for (const { events, removed } of [await sync(caller), await sync(caller, tokens.get(caller))]) {
        expect({ caller, told: idsIn(events).includes(living) }).toEqual({
          caller,
          told: may(caller, 'viewer'),
        });
        expect(idsIn(events)).not.toContain(trashed);
        expect(caller === 'stranger' && (removed.includes(living) || removed.includes(trashed))).toBe(false);
      }
    }
  });

  test('schedule conflicts name events to their members', async () => {
    // A time of its own, so that nothing else is in the way.
    const times = { start: '2027-05-05T10:00:00Z', end: '2027-05-05T11:00:00Z' };
    const id = await stage(people);
    await people.owner.patch(`/api/events/${id}`, times);
    for (const caller of SIGNED_IN) {
      const { body } = await people[caller].post('/api/events/conflicts', { title: 'x', ...times });
      expect({ caller, named: idsIn(body.conflicts) }).toEqual({
        caller,
        named: may(caller, 'viewer') ? [id] : [],
      });
    }
  });

  test('free/busy is for those who share an event, and names nobody’s events', async () => {
    const [owner, lonely] = [await convene.person(), await convene.person()];
    const event = await owner.createEvent({ title: 'Hidden title' });
    await owner.share(event, people.viewer, 'viewer');
    await owner.share(event, people['former member'], 'viewer');
    await owner.delete(`/api/events/${event.id}/permissions/${people['former member'].id}`);
    const users = [owner.id, lonely.id, NOTHING];
    const look = async (caller: Caller): Promise<any> =>
      (await people[caller].post('/api/freebusy', { users, ...window })).body;
    const busy = [{ start: sampleEvent.start, end: sampleEvent.end }];
    const told = (first: unknown): unknown => ({
      users: users.map((userId, i) => ({ userId, busy: i === 0 ? first : null })),
    });
    expect(await look('viewer')).toEqual(told(busy));
    expect(await look('stranger')).toEqual(told(null));
    expect(await look('former member')).toEqual(told(null));
  });
});

test('a session of somebody else is, to the last byte, one that is not there', async () => {
  const path = await anotherSession(people['other member']);
  const id = path.split('/').at(-1) ?? '';
  const [there, notThere] = [
    await people.stranger.delete(path),
    await people.stranger.delete(`/api/auth/sessions/${NOTHING}`),
  ];
  expect(imprint(there, id)).toBe(imprint(notThere, NOTHING));
});

test('no other route is without its rows here', async () => {
  const { body } = await convene.anonymous.get('/api/openapi.json');
  const prefix = '/api/events/{id}';
  const documented = Object.entries<object>(body.paths).flatMap(([path, operations]) =>
    path.startsWith(prefix) && /^([/.]|$)/.test(path.slice(prefix.length))
      ? []
      : Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const tested = [...new Set(rows.map(({ route }) => route))];
  expect(tested.sort()).toEqual(documented.sort());
});
