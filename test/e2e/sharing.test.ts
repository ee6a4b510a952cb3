import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { expectProblem, mannerly } from '../support/answers.js';
import { Convene, type Answer, type Person } from '../support/convene.js';

let convene: Convene;
let ada: Person;
let bob: Person;
let cleo: Person;
/** A new event of Ada's, shared with nobody. */
let event: any;
let url: string;

beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = mannerly;
  ada = await convene.person({ username: 'ada', name: 'Ada' });
  bob = await convene.person({ email: 'Bob@Example.com', username: 'Bob', name: 'Bob' });
  cleo = await convene.person({ username: 'cleo' });
});
afterAll(() => convene.close());
beforeEach(async () => {
  event = await ada.createEvent();
  url = `/api/events/${event.id}`;
});

const share = (body: unknown, by = ada): Promise<Answer> => by.post(`${url}/share`, body);
const setRole = (person: Person, role: unknown, by = ada): Promise<Answer> =>
  by.put(`${url}/permissions/${person.id}`, { role });
const remove = (person: Person, by = ada): Promise<Answer> => by.delete(`${url}/permissions/${person.id}`);

/** The roles by name, as Ada is told them, and the version. */
async function standing(by = ada): Promise<{ version: number; roles: Record<string, string> }> {
  const { items } = (await by.get(`${url}/permissions`)).body;
  return {
    version: (await by.get(url)).body.version,
    roles: Object.fromEntries(items.map(({ user, role }: any) => [user.username, role])),
  };
}

/** The log's entries after the first, oldest first, as kind and membership. */
async function membershipLog(): Promise<unknown[]> {
  const { items } = (await ada.get(`${url}/history`)).body;
  expect(items.every(({ patch, kind }: any) => kind === 'create' || patch.length === 0)).toBe(true);
  return items
    .reverse()
    .slice(1)
    .map(({ kind, membership }: any) => ({ kind, ...membership }));
}

async function refused(work: () => Promise<Answer>, status: number, code: string, pointer?: string) {
  const before = await standing();
  expectProblem(await work(), status, code, pointer);
  expect(await standing()).toEqual(before);
}

describe('sharing', () => {
  test.each([
    ['email', () => ({ email: 'bob@example.COM' })],
    ['username', () => ({ username: 'bOB' })],
    ['id', () => ({ userId: bob.id })],
  ])('by %s answers the permissions and lets the user in', async (_, whom) => {
    expectProblem(await bob.get(url), 404, 'not-found');
    const { status, body } = await share({ ...whom(), role: 'viewer' });
    expect(status).toBe(200);
    const by = { grantedBy: ada.id, grantedAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) };
    expect(body).toEqual({
      items: [
        { user: { id: ada.id, username: 'ada', name: 'Ada' }, role: 'owner', ...by },
        { user: { id: bob.id, username: 'Bob', name: 'Bob' }, role: 'viewer', ...by },
      ],
      nextCursor: null,
    });
    expect((await bob.get(`${url}/permissions`)).body).toEqual(body);
    expect(await bob.get(url)).toMatchObject({
      status: 200,
      body: { role: 'viewer', version: 2, ownerId: ada.id, title: event.title },
    });
  });

  test('several at once makes one version for each member changed', async () => {
    await share({ userId: bob.id, role: 'viewer' });
    const dora = await convene.person();
    const answer = await share({
      shares: [
        { userId: cleo.id, role: 'editor' },
        { userId: bob.id, role: 'viewer' },
        { email: dora.user.email, role: 'viewer' },
      ],
    });
    expect(answer.body.items).toHaveLength(4);
    expect(await standing()).toMatchObject({
      version: 4,
      roles: { ada: 'owner', Bob: 'viewer', cleo: 'editor' },
    });
    expect(await membershipLog()).toEqual([
      { kind: 'share', userId: bob.id, role: 'viewer', previousRole: null },
      { kind: 'share', userId: cleo.id, role: 'editor', previousRole: null },
      { kind: 'share', userId: dora.id, role: 'viewer', previousRole: null },
    ]);
  });

  test('again changes the role; the same role again writes nothing', async () => {
    await share({ userId: bob.id, role: 'viewer' });
    expect(await share({ userId: bob.id, role: 'editor' })).toMatchObject({ status: 200 });
    const changed = await standing();
    expect(changed).toEqual({ version: 3, roles: { ada: 'owner', Bob: 'editor' } });
    expect(await share({ username: 'bob', role: 'editor' })).toMatchObject({ status: 200 });
    expect(await standing()).toEqual(changed);
    expect(await membershipLog()).toEqual([
      { kind: 'share', userId: bob.id, role: 'viewer', previousRole: null },
      { kind: 'role', userId: bob.id, role: 'editor', previousRole: 'viewer' },
    ]);
  });

  test('all of them or none', async () => {
    const shares = [
      { userId: cleo.id, role: 'editor' },
      { email: 'nobody@example.com', role: 'viewer' },
    ];
    await refused(() => share({ shares }), 404, 'user-not-found', '/shares/1/email');
    const invalid = [
      { userId: cleo.id, role: 'editor' },
      { userId: bob.id, role: 'owner' },
    ];
    await refused(() => share({ shares: invalid }), 422, 'validation-failed', '/shares/1/role');
    expectProblem(await cleo.get(url), 404, 'not-found');
  });

  test.each([
    ['email', 'nobody@example.com'],
    ['username', 'nobody'],
    ['userId', '0'.repeat(24)],
    ['userId', 'bob'],
    ['userId', ''],
    ['username', 'ﷺ'.repeat(254)],
    ['email', '%00'],
  ])('with an unknown %s is a 404', (field, value) =>
    refused(() => share({ [field]: value, role: 'viewer' }), 404, 'user-not-found', `/${field}`),
  );

  test.each<[string, (to: { userId: string }) => unknown, string]>([
    ['as owner', (to) => ({ ...to, role: 'owner' }), '/role'],
    ['as nothing', (to) => to, '/role'],
    ['as a role that is none', (to) => ({ ...to, role: 'admin' }), '/role'],
    ['as a list of roles', (to) => ({ ...to, role: ['viewer'] }), '/role'],
    ['with nobody', () => ({ role: 'viewer' }), ''],
    ['with somebody named twice', (to) => ({ ...to, username: 'bob', role: 'viewer' }), ''],
    ['with an operator', () => ({ userId: { $ne: null }, role: 'viewer' }), '/userId'],
    ['with null', () => ({ userId: null, role: 'viewer' }), '/userId'],
    ['with an unknown field', (to) => ({ ...to, role: 'viewer', note: 'hi' }), '/note'],
    ['with an empty list', () => ({ shares: [] }), '/shares'],
    ['with no list', () => ({ shares: {} }), '/shares'],
    ['with 101', (to) => ({ shares: Array(101).fill({ ...to, role: 'viewer' }) }), '/shares'],
    ['with one and a list', (to) => ({ ...to, shares: [{ ...to, role: 'viewer' }] }), '/userId'],
    ['with one user twice', (to) => ({ shares: Array(2).fill({ ...to, role: 'viewer' }) }), '/shares/1'],
  ])('%s is refused, and nobody is let in', (_, body, pointer) =>
    refused(() => share(body({ userId: bob.id })), 422, 'validation-failed', pointer),
  );

  test('does not make less of the owner', async () => {
    await refused(() => share({ userId: ada.id, role: 'editor' }), 409, 'owner-required');
    const shares = [
      { userId: bob.id, role: 'viewer' },
      { userId: ada.id, role: 'viewer' },
    ];
    await refused(() => share({ shares }), 409, 'owner-required');
  });

  test('with several people at once by separate requests loses none of them', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => convene.person()));
    await Promise.all(people.map(({ id }) => share({ userId: id, role: 'viewer' })));
    const { version, roles } = await standing();
    expect(version).toBe(7);
    expect(Object.keys(roles)).toHaveLength(7);
  });
});

describe('changing a role', () => {
  beforeEach(() => ada.share(event, bob, 'viewer'));

  test('answers the permission; what the member may do changes at once', async () => {
    expectProblem(await bob.patch(url, { title: 'x' }), 403, 'forbidden');
    const answer = await setRole(bob, 'editor');
    expect(answer).toMatchObject({
      status: 200,
      body: { user: { id: bob.id, username: 'Bob', name: 'Bob' }, role: 'editor', grantedBy: ada.id },
    });
    expect(await bob.patch(url, { title: 'Bob’s' })).toMatchObject({ status: 200, body: { role: 'editor' } });
    await setRole(bob, 'viewer');
    expectProblem(await bob.patch(url, { title: 'x' }), 403, 'forbidden');
    expect(await bob.get(url)).toMatchObject({ status: 200, body: { role: 'viewer', title: 'Bob’s' } });
  });

  test('to the same role writes nothing', async () => {
    const before = await standing();
    expect(await setRole(bob, 'viewer')).toMatchObject({ status: 200, body: { role: 'viewer' } });
    expect(await setRole(ada, 'owner')).toMatchObject({ status: 200, body: { role: 'owner' } });
    expect(await standing()).toEqual(before);
  });

  test.each([undefined, null, 'admin', '', ['editor'], { $ne: 'viewer' }])('to %p is a 422', (role) =>
    refused(() => setRole(bob, role), 422, 'validation-failed', '/role'),
  );

  test('of somebody who is no member is a 404', () =>
    refused(() => setRole(cleo, 'editor'), 404, 'not-found'));

  test.each([
    ['unknown', '0'.repeat(24)],
    ['a name', 'bob'],
    ['NUL', '%00'],
    ['a picture', '%F0%9F%93%90'],
    ['constructor', 'constructor'],
    ['very long', 'x'.repeat(5_000)],
  ])('of a user whose id is %s, and their removal, is a 404', async (_, id) => {
    await refused(() => ada.put(`${url}/permissions/${id}`, { role: 'editor' }), 404, 'not-found');
    await refused(() => ada.delete(`${url}/permissions/${id}`), 404, 'not-found');
  });

  test('of the owner alone would leave the event without one', () =>
    refused(() => setRole(ada, 'editor'), 409, 'owner-required'));
});

describe('transferring', () => {
  beforeEach(() => ada.share(event, bob, 'viewer'));

  test('makes a member the owner and the owner an editor, in one version', async () => {
    expect(await setRole(bob, 'owner')).toMatchObject({
      status: 200,
      body: { role: 'owner', user: { id: bob.id } },
    });
    expect(await standing()).toEqual({ version: 3, roles: { ada: 'editor', Bob: 'owner' } });
    expect(await bob.get(url)).toMatchObject({ body: { ownerId: bob.id, role: 'owner' } });
    expect((await membershipLog())[1]).toEqual({
      kind: 'transfer',
      userId: bob.id,
      role: 'owner',
      previousRole: 'viewer',
    });
    expectProblem(await ada.delete(url), 403, 'forbidden');
    expectProblem(await share({ userId: cleo.id, role: 'viewer' }), 403, 'forbidden');
    expect(await share({ userId: cleo.id, role: 'viewer' }, bob)).toMatchObject({ status: 200 });
    expect(await bob.delete(url)).toMatchObject({ status: 204 });
    const trash = async (person: Person): Promise<string[]> =>
      (await person.get('/api/events?deleted=true')).body.items.map(({ id }: any) => id);
    expect(await trash(bob)).toContain(event.id);
    expect(await trash(ada)).not.toContain(event.id);
  });

  test('to somebody who is no member is a 404', () =>
    refused(() => setRole(cleo, 'owner'), 404, 'not-found'));

  test('to two at once makes exactly one owner', async () => {
    await ada.share(event, cleo, 'editor');
    const answers = await Promise.all([setRole(bob, 'owner'), setRole(cleo, 'owner')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
    const { roles } = await standing();
    expect(Object.values(roles).filter((role) => role === 'owner')).toHaveLength(1);
    expect(roles).toMatchObject({ ada: 'editor' });
  });

  test('and back again makes everybody what they were', async () => {
    await setRole(bob, 'owner');
    await setRole(ada, 'owner', bob);
    expect(await standing()).toEqual({ version: 4, roles: { ada: 'owner', Bob: 'editor' } });
  });
});

describe('removing and leaving', () => {
  beforeEach(() => ada.share(event, bob, 'editor'));

  test('a member who is removed finds nothing any more', async () => {
    expect(await remove(bob)).toMatchObject({ status: 204, body: '' });
    for (const path of ['', '/history', '/history/1', '/changelog', '/diff/1/2', '/permissions']) {
      expectProblem(await bob.get(url + path), 404, 'not-found');
    }
    expectProblem(await bob.patch(url, { title: 'x' }), 404, 'not-found');
    expect((await bob.get('/api/events')).body.items.map(({ id }: any) => id)).not.toContain(event.id);
    expect(await standing()).toEqual({ version: 3, roles: { ada: 'owner' } });
    expect((await membershipLog())[1]).toEqual({
      kind: 'unshare',
      userId: bob.id,
      role: null,
      previousRole: 'editor',
    });
    expectProblem(await remove(bob), 404, 'not-found');
  });

  test.each(['viewer', 'editor'])('a %s may leave by themselves', async (role) => {
    await setRole(bob, role);
    expect(await remove(bob, bob)).toMatchObject({ status: 204 });
    expectProblem(await bob.get(url), 404, 'not-found');
    expectProblem(await remove(bob, bob), 404, 'not-found');
    expect((await standing()).roles).toEqual({ ada: 'owner' });
  });

  test('the owner cannot leave before somebody else is the owner', async () => {
    await refused(() => remove(ada), 409, 'owner-required');
    await setRole(bob, 'owner');
    expect(await remove(ada)).toMatchObject({ status: 204 });
    expect(await standing(bob)).toEqual({ version: 4, roles: { Bob: 'owner' } });
    expectProblem(await ada.get(url), 404, 'not-found');
  });

  test('who was removed may be let in again, in another role', async () => {
    await remove(bob);
    await ada.share(event, bob, 'viewer');
    expect(await bob.get(url)).toMatchObject({ status: 200, body: { role: 'viewer', version: 4 } });
    expectProblem(await bob.patch(url, { title: 'x' }), 403, 'forbidden');
    expect((await bob.get(`${url}/history`)).body.items).toHaveLength(4);
  });
});

test('a rollback does not touch the sharing', async () => {
  await ada.share(event, bob, 'viewer');
  await ada.patch(url, { title: 'Changed' });
  await setRole(bob, 'editor');
  await ada.post(`${url}/rollback/1`);
  expect(await standing()).toEqual({ version: 5, roles: { ada: 'owner', Bob: 'editor' } });
});

test('sharing keeps the content and its ETag moves on', async () => {
  const before = (await ada.get(url)).body;
  await share({ userId: bob.id, role: 'viewer' });
  const { body, headers } = await ada.get(url);
  expect(body).toEqual({ ...before, version: 2, updatedAt: body.updatedAt });
  expect(headers.get('ETag')).toBe('"2"');
  expectProblem(await ada.patch(url, { title: 'x' }, { 'If-Match': '"1"' }), 412, 'precondition-failed');
});
