import { createTokens, hashToken, indexKeys, newId, parseContent } from './product.mjs';

/** @typedef {{ id: string, username: string, token: string, refresh: string }} User */
/** @typedef {import('../../src/service/ports.js').Store} Store */
/** @typedef {import('../../src/calendar/access.js').Role} Role */

/** How many events are stored in one step. */
const CHUNK = 500;
const DAY = 86_400_000;
/** Events have been there for an hour: of what came a moment ago more may come to light, on a MongoDB for four minutes. */
const AGE_MS = 3_600_000;

/** Puts accounts and events into a store, past the service that takes its time over passwords. */
export class Sower {
  /** @param {Store} store @param {string} secret */
  constructor(store, secret) {
    this.store = store;
    this.tokens = createTokens(secret, { now: () => new Date() });
  }

  /** Signed-in users; nobody knows their passwords. @param {number} count @param {string} name @returns {Promise<User[]>} */
  async users(count, name = 'user') {
    /** @type {User[]} */
    const users = [];
    for (let made = 0; made < count; made += CHUNK) {
      const some = Array.from({ length: Math.min(CHUNK, count - made) }, (_, i) =>
        this.user(`${name}${made + i}`),
      );
      users.push(...(await Promise.all(some)));
    }
    return users;
  }

  /** @param {string} username */
  async user(username) {
    const now = new Date();
    const [id, sessionId] = [newId(now), newId(now)];
    const email = `${username}@example.com`;
    const at = now.toISOString();
    const refresh = this.tokens.refresh(sessionId);
    const passwordHash = '$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5cyBzYWx0$bm9ib2R5cyBoYXNo';
    const names = { email, emailKey: email, username, usernameKey: username, name: username };
    await this.store.accounts.insertUser({ id, ...names, passwordHash, createdAt: at });
    await this.store.accounts.insertSession({
      id: sessionId,
      userId: id,
      refreshHash: hashToken(refresh),
      createdAt: at,
      lastUsedAt: at,
      expiresAt: new Date(now.getTime() + 30 * DAY).toISOString(),
      revokedAt: null,
      userAgent: 'bench',
      address: '127.0.0.1',
    });
    return { id, username, token: this.tokens.access(id, sessionId), refresh };
  }

  /**
   * @param {string} ownerId
   * @param {number} count
   * @param {(i: number) => object} bodyOf as it would be sent
   * @param {readonly { id: string, role: Role }[]} [others] further members
   * @returns {Promise<string[]>} their ids
   */
  async events(ownerId, count, bodyOf, others = []) {
    const ids = [];
    for (let made = 0; made < count; made += CHUNK) {
      const events = Array.from({ length: Math.min(CHUNK, count - made) }, (_, i) =>
        newEvent(ownerId, bodyOf(made + i), others),
      );
      await this.store.events.insert(events);
      ids.push(...events.map(({ event }) => event.id));
    }
    return ids;
  }
}

/** @param {string} ownerId @param {object} body @param {readonly { id: string, role: Role }[]} others */
function newEvent(ownerId, body, others) {
  const now = new Date(Date.now() - AGE_MS);
  const at = now.toISOString();
  const content = parseContent(body);
  const patch = Object.entries(content).map(([field, value]) => ({
    op: /** @type {const} */ ('add'),
    path: `/${field}`,
    value,
  }));
  return {
    event: {
      id: newId(now),
      version: 1,
      ownerId,
      content,
      createdAt: at,
      updatedAt: at,
      updatedBy: ownerId,
      deletedAt: null,
    },
    keys: indexKeys(content),
    entries: [
      {
        version: 1,
        kind: /** @type {const} */ ('create'),
        at,
        by: ownerId,
        via: /** @type {const} */ ('rest'),
        patch,
      },
    ],
    members: [{ id: ownerId, role: /** @type {Role} */ ('owner') }, ...others].map(({ id, role }) => ({
      userId: id,
      role,
      grantedBy: ownerId,
      grantedAt: at,
    })),
  };
}
