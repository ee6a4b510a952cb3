import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { deriveKey } from '../../src/service/tokens.js';
import { expectProblem, mannerly } from '../support/answers.js';
import { NOTHING } from '../support/callers.js';
import { Convene, PASSWORD, type Answer, type Person } from '../support/convene.js';
import { claimsIn, forger, type Forgery } from '../support/forge.js';

const SECRET = 'the secret of the suite about tokens';
const forge = forger(SECRET);

let convene: Convene;
let ada: Person;
let bob: Person;
/** What Ada's token says. */
let ours: Record<string, any>;

beforeAll(async () => {
  convene = await Convene.start({ JWT_SECRET: SECRET });
  convene.witness = mannerly;
  [ada, bob] = [await convene.person(), await convene.person()];
  ours = claimsIn(ada.tokens?.accessToken ?? '');
});
afterAll(() => convene.close());

const tokenOf = ({ tokens }: Person): string => tokens?.accessToken ?? '';
const refreshed = (refreshToken: unknown): Promise<Answer> =>
  convene.anonymous.post('/api/auth/refresh', { refreshToken });
const withHeader = (Authorization: string): Promise<Answer> =>
  convene.anonymous.get('/api/auth/me', { headers: { Authorization } });
const isSignedIn = async (person: Person): Promise<boolean> =>
  (await person.get('/api/auth/me')).status === 200;

/** By either door. */
async function expectRefused(token: string, code = 'unauthenticated'): Promise<void> {
  expectProblem(await withHeader(`Bearer ${token}`), 401, code);
  await expect(convene.anonymous.connect(token)).rejects.toMatchObject({ data: { status: 401, code } });
}

/** A member left out, or given. */
const but = (changes: object): Record<string, unknown> => ({ ...ours, ...changes });
const hour = 3600;

describe('an access token that is forged', () => {
  test('in nothing is one of ours: the refusals below are for what each of them changes', async () => {
    const token = forge({ claims: ours });
    expect(await withHeader(`Bearer ${token}`)).toMatchObject({ status: 200, body: { id: ada.id } });
    const socket = await convene.anonymous.connect(token);
    expect(socket.socket.connected).toBe(true);
  });

  const alg = (name: unknown, more: object = {}): object => ({ alg: name, typ: 'JWT', ...more });

  test.each<[string, Omit<Forgery, 'claims'>]>([
    ['none', { header: alg('none'), signature: '' }],
    ['None', { header: alg('None'), signature: '' }],
    ['NONE, signed', { header: alg('NONE') }],
    ['none, signed', { header: alg('none') }],
    ['hs256', { header: alg('hs256') }],
    ['HS256 and a space', { header: alg('HS256 ') }],
    ['HS384, signed so', { header: alg('HS384'), hash: 'sha384' }],
    ['HS512, signed so', { header: alg('HS512'), hash: 'sha512' }],
    ['RS256', { header: alg('RS256') }],
    ['ES256', { header: alg('ES256') }],
    ['PS256', { header: alg('PS256') }],
    ['EdDSA', { header: alg('EdDSA') }],
    ['HS1', { header: alg('HS1') }],
    ['nothing', { header: { typ: 'JWT' } }],
    ['null', { header: alg(null) }],
    ['a list', { header: alg(['HS256']) }],
    ['an object', { header: alg({ toString: 'HS256' }) }],
    ['a number', { header: alg(256) }],
    ['a header that is a list', { header: ['HS256'] }],
    ['a header that is null', { header: 'null' }],
    ['a header that is no JSON', { header: '{"alg":"HS256"' }],
    ['no header', { header: '' }],
  ])('with the algorithm: %s', async (_, forgery) => {
    await expectRefused(forge({ claims: ours, ...forgery }));
  });

  test.each<[string, Omit<Forgery, 'claims'>]>([
    ['nothing', { signature: '' }],
    ['an empty key', { key: '' }],
    ['the secret itself, of which each key is derived', { key: SECRET }],
    ['the key of refresh tokens', { key: deriveKey(SECRET, 'refresh token') }],
    ['the key of cursors', { key: deriveKey(SECRET, 'cursor') }],
    ['a key that is named in its header', { header: alg('HS256', { kid: '../../../../dev/null' }), key: '' }],
    [
      'a key that its header brings along',
      {
        header: alg('HS256', { jwk: { kty: 'oct', k: Buffer.from('mine').toString('base64url') } }),
        key: 'mine',
      },
    ],
    ['half of the signature', { signature: 'AAAA' }],
  ])('signed with %s', async (_, forgery) => {
    await expectRefused(forge({ claims: ours, ...forgery }));
  });

  test('whose header names an address of keys: nobody looks there', async () => {
    let visits = 0;
    const keys = createServer((_, response) => {
      visits += 1;
      response.end(JSON.stringify({ keys: [{ kty: 'oct', kid: '1', k: 'bWluZQ' }] }));
    });
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/keys`;
      for (const header of [{ jku: url, kid: '1' }, { x5u: url }, { jku: url, alg: 'RS256' }]) {
        await expectRefused(forge({ header: { ...alg('HS256'), ...header }, claims: ours, key: 'mine' }));
      }
      expect(visits).toBe(0);
    } finally {
      await new Promise((resolve) => keys.close(resolve));
    }
  });

  test.each<[string, (token: string) => string]>([
    ['its signature cut', (token) => token.slice(0, -1)],
    ['something behind it', (token) => `${token}A`],
    ['padding', (token) => `${token}=`],
    ['a fourth part', (token) => `${token}.${token.split('.')[2]}`],
    ['two parts', (token) => token.split('.').slice(0, 2).join('.')],
    [
      'a signature of another of ours',
      (token) => [...token.split('.').slice(0, 2), tokenOf(bob).split('.')[2]].join('.'),
    ],
    ['a header of its own', (token) => ['e30', ...token.split('.').slice(1)].join('.')],
    ['an escape within', (token) => token.replace('.', '.%0A')],
  ])('with %s', async (_, damage) => {
    await expectRefused(damage(tokenOf(ada)));
  });

  test.each<[string, () => unknown]>([
    ['another issuer', () => but({ iss: 'convened' })],
    ['no issuer', () => but({ iss: undefined })],
    ['an issuer that is an object', () => but({ iss: { 0: 'convene' } })],
    ['another audience', () => but({ aud: 'convene' })],
    ['no audience', () => but({ aud: undefined })],
    ['audiences that are not ours', () => but({ aud: ['x', 'convene-api2'] })],
    ['no subject', () => but({ sub: undefined })],
    ['a subject that is a list', () => but({ sub: [ada.id] })],
    ['a subject that is an operator', () => but({ sub: { $ne: '' } })],
    ['a subject that is a number', () => but({ sub: 1 })],
    ['a subject that is true', () => but({ sub: true })],
    ['a subject that is nobody', () => but({ sub: NOTHING })],
    ['a subject in capitals', () => but({ sub: ada.id.toUpperCase() })],
    ['a subject whose session it is not', () => but({ sub: bob.id })],
    ['no session', () => but({ sid: undefined })],
    ['a session that is a list', () => but({ sid: [ours['sid']] })],
    ['a session that is an operator', () => but({ sid: { $gt: '' } })],
    ['a session that never was', () => but({ sid: NOTHING })],
    ['the session of somebody else', () => but({ sid: claimsIn(tokenOf(bob))['sid'] })],
    ['no end', () => but({ exp: undefined })],
    ['an end that is null', () => but({ exp: null })],
    ['an end that is a text', () => but({ exp: String(ours['exp']) })],
    ['an end that is a list', () => but({ exp: [ours['exp']] })],
    ['a far end', () => but({ exp: 253_402_300_799 })],
    ['an end of an hour', () => but({ exp: ours['iat'] + hour })],
    ['no beginning', () => but({ iat: undefined })],
    ['a beginning that is a text', () => but({ iat: String(ours['iat']) })],
    ['a beginning too far back', () => but({ iat: ours['iat'] - hour })],
    ['a time before which it does not hold', () => but({ nbf: ours['iat'] + hour })],
    ['such a time that is a text', () => but({ nbf: '0' })],
    ['a list of claims', () => [ours]],
    ['null', () => 'null'],
    ['a text', () => '"x"'],
    ['no JSON', () => '{"sub"'],
    ['a claim of the name __proto__', () => `{"__proto__":${JSON.stringify(ours)}}`],
    ['an end beyond all numbers', () => JSON.stringify(ours).replace(/"exp":\d+/, '"exp":1e999')],
    ['a part of a second', () => but({ exp: ours['exp'] - 0.5 })],
  ])('genuinely signed, with %s', async (_, claims) => {
    await expectRefused(forge({ claims: claims() }));
  });

  test.each([-1, 0, 1])('genuinely signed, whose end is %d, has expired', async (exp) => {
    await expectRefused(forge({ claims: but({ exp }) }), 'token-expired');
  });

  test('is known by what is signed alone: headers that name keys do not matter to a genuine one', async () => {
    const token = forge({ header: alg('HS256', { kid: 'x', x5c: ['x'] }), claims: ours });
    expect((await withHeader(`Bearer ${token}`)).status).toBe(200);
  });

  test('made by a process whose clock is a little ahead is none', async () => {
    const token = forge({ claims: but({ iat: ours['iat'] + 60, exp: ours['exp'] + 60 }) });
    expect((await withHeader(`Bearer ${token}`)).status).toBe(200);
  });
});

describe('an access token that was good once', () => {
  test('of a session that has ended, or of an account that is gone', async () => {
    const [leaver, deleted] = [await convene.person(), await convene.person()];
    await leaver.post('/api/auth/logout');
    await deleted.delete('/api/auth/me', { body: { password: PASSWORD, events: 'erase' } });
    for (const person of [leaver, deleted]) {
      await expectRefused(tokenOf(person));
      await expectRefused(forge({ claims: claimsIn(tokenOf(person)) }));
      expectProblem(await refreshed(person.tokens?.refreshToken), 401, 'session-revoked');
    }
    // Nor does somebody else's session help whoever is gone.
    await expectRefused(forge({ claims: { ...claimsIn(tokenOf(deleted)), sid: ours['sid'] } }));
  });

  test('is no refresh token, and the other way round', async () => {
    expectProblem(await refreshed(tokenOf(ada)), 401, 'unauthenticated');
    await expectRefused(ada.tokens?.refreshToken ?? '');
    expect(await isSignedIn(ada)).toBe(true);
  });
});

describe('where a token stands', () => {
  test.each<(token: string) => string>([
    (token) => `Bearer ${token}`,
    (token) => `bearer ${token}`,
    (token) => `BEARER ${token}`,
    (token) => `Bearer   ${token}`,
    (token) => `Bearer ${token}   `,
  ])('%s', async (header) => {
    expect((await withHeader(header(tokenOf(ada)))).status).toBe(200);
  });

  test.each<(token: string) => string>([
    () => '',
    () => 'Bearer',
    () => 'Bearer ',
    (token) => token,
    (token) => `Bearer${token}`,
    (token) => `Bearer: ${token}`,
    (token) => `Bearer\t${token}`,
    (token) => `Bearer\u00a0${token}`,
    (token) => `Bearer "${token}"`,
    (token) => `Bearer ${token},`,
    (token) => `Bearer ${token}, Bearer ${token}`,
    (token) => `Bearer ${token} ${token}`,
    (token) => `Bearer token=${token}`,
    (token) => `Basic ${Buffer.from(`${token}:`).toString('base64')}`,
    (token) => `Basic ${token}`,
    (token) => `Token ${token}`,
    (token) => `JWT ${token}`,
    (token) => `Bearer ${token}${'A'.repeat(8_000)}`,
    () => `Bearer ${'A'.repeat(10_000)}`,
    () => `Bearer ${'.'.repeat(10_000)}`,
    () => `Bearer ${'='.repeat(10_000)}`,
  ])('not %s', async (header) => {
    expectProblem(await withHeader(header(tokenOf(ada))), 401, 'unauthenticated');
  });

  test('not in a query, a cookie, a body or another header', async () => {
    const token = tokenOf(ada);
    const query = new URLSearchParams({ access_token: token, token, authorization: `Bearer ${token}` });
    const answers = [
      await convene.anonymous.get(`/api/auth/me?${query.toString()}`),
      await convene.anonymous.get('/api/auth/me', { headers: { Cookie: `access_token=${token}` } }),
      await convene.anonymous.get('/api/auth/me', {
        headers: { 'X-Access-Token': token, 'Proxy-Authorization': `Bearer ${token}` },
      }),
      await convene.anonymous.post('/api/auth/logout', { access_token: token }),
    ];
    answers.forEach((answer) => expectProblem(answer, 401, 'unauthenticated'));
    expect(await isSignedIn(ada)).toBe(true);
  });

  test('of two headers the first counts, and not one of each', async () => {
    const ask = (...tokens: string[]): Promise<number> =>
      new Promise((resolve, reject) => {
        const headers = tokens.flatMap((token) => ['Authorization', `Bearer ${token}`]);
        const { host } = new URL(convene.url);
        request(`${convene.url}/api/auth/me`, { headers: ['Host', host, ...headers] })
          .on('response', (answer) => {
            answer.resume();
            resolve(answer.statusCode ?? 0);
          })
          .on('error', reject)
          .end();
      });
    expect(await ask(tokenOf(ada), 'forged')).toBe(200);
    expect(await ask('forged', tokenOf(ada))).toBe(401);
  });
});

test('no refusal repeats a token or a password', async () => {
  const secret = `${tokenOf(ada).slice(0, -3)}AAA`;
  const json = { headers: { 'Content-Type': 'application/json' } };
  const { anonymous } = convene;
  const answers = [
    await withHeader(`Bearer ${secret}`),
    await withHeader(`Basic ${secret}`),
    await anonymous.get(`/api/auth/me?access_token=${secret}`),
    await refreshed(secret),
    await refreshed([secret]),
    await anonymous.post('/api/auth/login', { email: secret.slice(0, 200), password: secret.slice(0, 200) }),
    await anonymous.post('/api/auth/login', { password: secret }),
    await anonymous.post('/api/auth/register', { email: 'x', password: secret }),
    await anonymous.send('POST', '/api/auth/login', { raw: `{"password":"${secret}"`, ...json }),
    await anonymous.send('POST', '/api/auth/refresh', { raw: `"${secret}`, ...json }),
    await ada.patch('/api/auth/me', { password: PASSWORD, currentPassword: secret }),
    await ada.delete('/api/auth/me', { body: { password: secret, events: 'erase' } }),
  ];
  for (const { status, headers, body } of answers) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify([[...headers], body])).not.toContain(secret.slice(0, 40));
  }
});
