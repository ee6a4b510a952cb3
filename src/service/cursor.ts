import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { refuseFields } from '../calendar/errors.js';

/** Makes and reads the cursors of one kind of list. */
export interface Cursors {
  /** @param query what the list was asked for, and by whom: the cursor is good for the same query only. */
  make(position: unknown, query: unknown): string;
  /** @throws validation-failed (pointer `cursor`, or what they are called) for one that is damaged, or of another query. */
  read(cursor: string, query: unknown): unknown;
}

const MAC_BYTES = 16;

/**
 * Cursors that name a position, sealed with a key so that none can be made up or carried over to another query.
 *
 * @param pointer the name of the parameter that they come in
 */
export function createCursors(key: Buffer, pointer = 'cursor'): Cursors {
  const mac = (body: Buffer, query: unknown): Buffer => {
    const bound = createHash('sha256').update(JSON.stringify(query)).digest();
    return createHmac('sha256', key).update(bound).update(body).digest().subarray(0, MAC_BYTES);
  };
  return {
    make: (position, query) => {
      const body = Buffer.from(JSON.stringify(position));
      return Buffer.concat([mac(body, query), body]).toString('base64url');
    },
    read: (cursor, query) => {
      const bytes = Buffer.from(cursor, 'base64url');
      const body = bytes.subarray(MAC_BYTES);
      // Decoding passes over characters that are none of base64url.
      const whole = bytes.length > MAC_BYTES && bytes.toString('base64url') === cursor;
      if (!whole || !timingSafeEqual(bytes.subarray(0, MAC_BYTES), mac(body, query))) {
        throw refuseFields([{ pointer, message: 'is damaged, or belongs to another query' }]);
      }
      return JSON.parse(body.toString()) as unknown;
    },
  };
}
