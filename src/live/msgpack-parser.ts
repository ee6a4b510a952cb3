import * as library from 'socket.io-msgpack-parser';
import { isObject, own } from '../calendar/json.js';
import { readMessagePack, writeMessagePack } from '../protocol/msgpack.js';

/*
 * The `parser` of a Socket.IO server for clients with socket.io-msgpack-parser: a packet is one MessagePack map,
 * `{type, nsp, data?, id?}`. It is as strict as Socket.IO's own parser is with JSON: a frame that a JSON client could
 * not have sent throws, and Socket.IO then ends that connection ("parse error"). What a JSON client could have sent
 * passes, and is answered by the same checks as its message.
 */

/** Names that Socket.IO's own parser refuses, since they mean something to it; and Node's `error`. */
const RESERVED = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
  'error',
]);

export interface Packet {
  type: library.PacketType;
  nsp: string;
  data?: unknown;
  id?: number;
}

/** The library's would write integers from 2⁶⁴ on as other numbers, and undefined as an extension. */
export class Encoder {
  encode({ type, nsp, data, id }: Packet): Buffer[] {
    return [writeMessagePack({ type, nsp, data, id })];
  }
}

/** Emits `decoded` with the packet of each frame. */
export class Decoder extends library.Decoder {
  /** @throws Error for a frame that is no packet */
  override add(frame: unknown): void {
    const packet = packetOf(frame);
    this.checkPacket(packet);
    checkStrictly(packet);
    this.emit('decoded', packet);
  }
}

/** The members that a packet has, of those that the client sent (its library adds `options`). */
function packetOf(frame: unknown): Record<string, unknown> {
  const sent = frame instanceof Uint8Array ? readMessagePack(frame) : null;
  if (!isObject(sent)) {
    throw new Error('a packet must be a MessagePack map');
  }
  const entries = ['type', 'nsp', 'data', 'id'].map((name) => [name, own(sent, name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** What the library's check leaves open. */
function checkStrictly({ type, data, id }: Record<string, unknown>): void {
  if (id !== undefined && (!Number.isSafeInteger(id) || Number(id) < 0)) {
    throw new Error('invalid packet id');
  }
  if (type === library.PacketType.EVENT && !isEventName((data as unknown[])[0])) {
    throw new Error('invalid event name');
  }
}

/** A number is one to Socket.IO; that we have no such message is for its answer to say. */
const isEventName = (name: unknown): boolean =>
  typeof name === 'number' || (typeof name === 'string' && !RESERVED.has(name));
