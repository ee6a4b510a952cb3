import { pause } from './time.mjs';

/** @typedef {import('./subscriber.mjs').Subscriber} Subscriber */
/** @typedef {import('../../src/client/index.js').Operation[]} Patch */
/**
 * An edit that the server has acknowledged; times are of `performance.now()`.
 * @typedef {{ eventId: string, version: number, note: string, sentAt: number, at: number }} Acknowledged
 */

/** What a proxy, a broken connection or a server that is short of time answer: the same is sent again. */
const PASSING = new Set(['network-error', 'connection-lost', 'no-answer', 'rate-limited', 'unavailable']);
const TRY_AGAIN_MS = 200;

/** Writers who edit at a steady pace until they are told to end: half over their sockets, half over REST. */
export class Writers {
  /** @type {Acknowledged[]} */
  acknowledged = [];
  /** What the server refused, in words. @type {string[]} */
  refused = [];
  /** How many edits were made. */
  made = 0;
  /** How many requests were sent again, as they were. */
  sentAgain = 0;
  isRunning = true;

  /** @param {Subscriber[]} subscribers who write @param {number} events @param {number} rate edits a second, each */
  constructor(subscribers, events, rate) {
    this.working = subscribers.map((subscriber, i) =>
      // Of the writers of one event, every other one.
      this.write(subscriber, `editor${i}`, 1000 / rate, Math.floor(i / events) % 2 === 0),
    );
  }

  /** How many edits wait for their answer. */
  get unanswered() {
    return this.made - this.acknowledged.length - this.refused.length;
  }

  /** Resolves when the last edit has its answer. */
  async end() {
    this.isRunning = false;
    await Promise.all(this.working);
  }

  /**
   * @param {Subscriber} subscriber
   * @param {string} name
   * @param {number} interval milliseconds
   * @param {boolean} overSocket
   */
  async write(subscriber, name, interval, overSocket) {
    await pause(Math.random() * interval);
    for (let n = 1; this.isRunning; n += 1) {
      const next = pause(interval);
      const note = `${name}-${n}`;
      // Sent to the server twice and not recognised, it would change the list twice.
      const patch = /** @type {Patch} */ ([
        { op: 'add', path: `/metadata/${name}/-`, value: n },
        { op: 'remove', path: `/metadata/${name}/0` },
      ]);
      this.made += 1;
      const sentAt = performance.now();
      try {
        const version = await (overSocket
          ? this.overSocket(subscriber, note, patch)
          : this.overRest(subscriber, note, patch));
        const eventId = subscriber.event?.id ?? '';
        this.acknowledged.push({ eventId, version, note, sentAt, at: performance.now() });
      } catch (error) {
        this.refused.push(`${note}: ${String(error)}`);
      }
      await next;
    }
  }

  /** The client sends it until it is answered. @param {Subscriber} subscriber @param {string} note @param {Patch} patch */
  async overSocket({ event }, note, patch) {
    const answer = await event?.edit(patch, { note });
    if (answer?.change?.note !== note) throw new Error('acknowledged with another change');
    return answer.version;
  }

  /** @param {Subscriber} subscriber @param {string} note @param {Patch} patch @returns {Promise<number>} */
  async overRest(subscriber, note, patch) {
    const headers = {
      'Content-Type': 'application/json-patch+json',
      'Edit-Id': `rest-${note}`,
      'Edit-Note': note,
    };
    try {
      const path = `/api/events/${subscriber.event?.id ?? ''}`;
      const answer = await subscriber.client.request('PATCH', path, { body: patch, headers });
      return /** @type {{ version: number }} */ (answer).version;
    } catch (error) {
      if (!PASSING.has(/** @type {{ code: string }} */ (error).code)) throw error;
      this.sentAgain += 1;
      await pause(TRY_AGAIN_MS);
      return this.overRest(subscriber, note, patch);
    }
  }
}
