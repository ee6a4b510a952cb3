import type { Request } from 'express';
import { writeMessagePack } from '../protocol/msgpack.js';
import { JSON_TYPE, MSGPACK_TYPE } from './body.js';
import type { EncodedAnswer } from './kept-answer.js';

/** JSON's content type in an answer: the parameter is there to be read, and to be asked for. */
const JSON_IN_UTF8 = `${JSON_TYPE}; charset=utf-8`;

/** What every value can be answered in; what the client has no preference about is JSON. */
export const VALUE_TYPES = [JSON_TYPE, MSGPACK_TYPE] as const;

/** Of JSON, MessagePack and what else there is, the media type that the client likes best; false where it takes none. */
export function preferredType(request: Request, others: readonly string[] = []): string | false {
  const { accept } = request.headers;
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) {
    return JSON_TYPE;
  }
  const type = request.accepts([JSON_TYPE, JSON_IN_UTF8, MSGPACK_TYPE, ...others]);
  return type === JSON_IN_UTF8 ? JSON_TYPE : type;
}

/** A value's content type and bytes: MessagePack where that was preferred, else JSON. */
export const encodeValue = (
  value: unknown,
  preferred: string,
): { type: string; body: EncodedAnswer['body'] } =>
  preferred === MSGPACK_TYPE
    ? { type: MSGPACK_TYPE, body: writeMessagePack(value) }
    : { type: JSON_IN_UTF8, body: JSON.stringify(value) };
