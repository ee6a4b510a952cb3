import { expectProblem, MINUTE } from './answers.js';
import { PASSWORD, Person, type Answer, type Convene } from './convene.js';

/** Every kind of caller there is, as seen from one event. The first three say that they are its owner, in vain. */
export const CALLERS = [
  'anonymous',
  'expired token',
  'logged out session',
  'stranger',
  'former member',
  'viewer',
  'editor',
  'owner',
] as const;
export type Caller = (typeof CALLERS)[number];

export const ROLES = ['viewer', 'editor', 'owner'] as const;
export type Role = (typeof ROLES)[number];

export type People = Record<Caller | 'other member', Person>;

/** Whether a caller has at least this role on the event. */
export const may = (caller: Caller, least: Role): boolean =>
  (ROLES as readonly string[]).indexOf(caller) >= ROLES.indexOf(least);

/** What is answered to those who are not signed in; null for those who are. */
export const whyNotSignedIn = (caller: Caller): 'unauthenticated' | 'token-expired' | null =>
  caller === 'expired token'
    ? 'token-expired'
    : caller === 'anonymous' || caller === 'logged out session'
      ? 'unauthenticated'
      : null;

/** What is answered to callers who may not do something with a living event. */
export function refusalOf(caller: Caller): [status: number, code: string] {
  const reason = whyNotSignedIn(caller);
  if (reason !== null) {
    return [401, reason];
  }
  return caller === 'stranger' || caller === 'former member' ? [404, 'not-found'] : [403, 'forbidden'];
}

/** As {@link refusalOf}, of an event that is not there for anybody but its owner. */
export const refusalOfNothing = (caller: Caller): [status: number, code: string] => {
  const reason = whyNotSignedIn(caller);
  return reason === null ? [404, 'not-found'] : [401, reason];
};

/** One more session of somebody's. */
export async function signIn({ convene, user }: Person): Promise<Person> {
  const credentials = { email: user.email, password: PASSWORD };
  const { body } = await new Person(convene, null, null).post('/api/auth/login', credentials);
  return new Person(convene, user, body);
}

/** One of every kind, and somebody to whom things are done. */
export async function gather(convene: Convene): Promise<People> {
  const person = (): Promise<Person> => convene.person();
  const owner = await person();
  convene.advance(-16 * MINUTE);
  const expired = await signIn(owner);
  convene.advance(16 * MINUTE);
  const loggedOut = await signIn(owner);
  await loggedOut.post('/api/auth/logout');
  return {
    anonymous: convene.anonymous,
    'expired token': expired,
    'logged out session': loggedOut,
    stranger: await person(),
    'former member': await person(),
    viewer: await person(),
    editor: await person(),
    owner,
    'other member': await person(),
  };
}

/** A new event with a member in each role, one who was one, and something to go back to: an edit of the owner's, and one of the editor's. Its id. */
export async function stage(people: People, { trashed = false } = {}): Promise<string> {
  const { owner } = people;
  const { id } = await owner.createEvent();
  const url = `/api/events/${id}`;
  const shares = (['viewer', 'editor', 'other member', 'former member'] as const).map((name) => ({
    userId: people[name].id,
    role: name === 'editor' ? 'editor' : 'viewer',
  }));
  await owner.post(`${url}/share`, { shares });
  await owner.delete(`${url}/permissions/${people['former member'].id}`);
  await owner.patch(url, { location: 'Room 4' });
  await people.editor.patch(url, { color: 'teal' });
  if (trashed) {
    await owner.delete(url);
  }
  return id;
}

/** Everything that can be seen of an event. */
export const look = async ({ owner }: People, id: string): Promise<unknown> =>
  Promise.all(
    ['', '/permissions', '/history'].map(async (path) => (await owner.get(`/api/events/${id}${path}`)).body),
  );

/** An id that nothing has. */
export const NOTHING = '0'.repeat(24);

const OWN = ['x-request-id', 'date', 'ratelimit-remaining', 'ratelimit-reset'];

/** An answer to the last byte, but for what is every answer's own, and the id that was asked for. */
export function imprint({ status, headers, body }: Answer, id = NOTHING): string {
  const named = [...headers].filter(([name]) => !OWN.includes(name));
  const text = JSON.stringify({ ...body, requestId: '' }).replaceAll(id, '{id}');
  return [status, ...named.map((header) => header.join(': ')), text].join('\n');
}

/** A refusal that tells a caller no more than that there is no such thing, or that nobody is signed in. */
export const expectNothing = (caller: Caller, answer: Answer): void =>
  expectProblem(answer, ...refusalOfNothing(caller));
