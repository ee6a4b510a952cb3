import { EventEmitter } from 'node:events';
import { io } from 'socket.io-client';
import { inTurns } from '../storm/time.mjs';

/** @typedef {import('socket.io-client').Socket} Socket */

/** The types of Socket.IO's packets that are looked at. */
const [EVENT, ACK] = [2, 3];
/** How many connect at a time. */
const AT_ONCE = 32;

class Encoder {
  /** @param {{ type: number, id?: number, data?: unknown }} packet */
  encode({ type, id, data }) {
    return [`${type}${id ?? ''}${data === undefined ? '' : JSON.stringify(data)}`];
  }
}

/**
 * Reads nothing of a change but its text, and nothing of who is present: so thousands of receivers cost the load's core
 * little.
 */
class Decoder extends EventEmitter {
  /** @param {string} text */
  add(text) {
    const type = Number(text[0]);
    if (type === EVENT && text.startsWith('["presence:changed",', 1)) return;
    if (type === EVENT && text.startsWith('["event:changed",', 1)) {
      this.emit('decoded', { type, nsp: '/', data: ['event:changed', text] });
      return;
    }
    const [, digits = ''] = /^\d(\d*)/.exec(text) ?? [];
    const rest = text.slice(1 + digits.length);
    const id = (type === EVENT || type === ACK) && digits ? Number(digits) : undefined;
    this.emit('decoded', { type, nsp: '/', id, data: rest ? JSON.parse(rest) : undefined });
  }

  destroy() {
    this.removeAllListeners();
  }
}

/**
 * Connected sockets, one for each of the tokens.
 *
 * @param {string} url
 * @param {readonly string[]} tokens
 * @returns {Promise<Socket[]>}
 */
export const connect = (url, tokens) => inTurns(tokens, (token) => connectOne(url, token), AT_ONCE);

/** @param {string} url @param {string} token @returns {Promise<Socket>} */
function connectOne(url, token) {
  const socket = io(url, {
    auth: { token },
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    parser: { Encoder, Decoder },
  });
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('connect_error', reject);
  });
}

/** @param {readonly Socket[]} sockets @param {string} eventId */
export const subscribe = (sockets, eventId) =>
  inTurns(sockets, (socket) => ask(socket, 'event:subscribe', { eventId }), AT_ONCE);

/** @param {Socket} socket @param {string} message @param {unknown} payload @returns {Promise<any>} */
export async function ask(socket, message, payload) {
  const answer = await socket.timeout(60_000).emitWithAck(message, payload);
  if (answer.ok === false) throw new Error(`${message}: ${JSON.stringify(answer.problem)}`);
  return answer;
}

/** The version in the text of a change. @param {string} text */
export const versionIn = (text) => Number(/"version":(\d+)/.exec(text)?.[1]);

/** @param {readonly Socket[]} sockets */
export const disconnect = (sockets) => sockets.forEach((socket) => socket.disconnect());
