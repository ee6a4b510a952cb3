import type { Request } from 'express';
import { readMessagePack } from '../protocol/msgpack.js';
import { problem } from '../protocol/problems.js';

export const JSON_TYPE = 'application/json';
export const MERGE_PATCH_TYPE = 'application/merge-patch+json';
export const JSON_PATCH_TYPE = 'application/json-patch+json';
export const MSGPACK_TYPE = 'application/msgpack';
export type JsonType = typeof JSON_TYPE | typeof MERGE_PATCH_TYPE | typeof JSON_PATCH_TYPE;
export const CALENDAR_TYPE = 'text/calendar';
export type MediaType = JsonType | typeof MSGPACK_TYPE | typeof CALENDAR_TYPE;

/** What a route says of its body. */
export interface BodyRule {
  /**
   * The content types that it takes; where plain JSON is one, MessagePack is another, and means the same. Without this
   * there is no body, or an empty object.
   */
  consumes?: readonly (JsonType | typeof CALENDAR_TYPE)[];
  /** In bytes; without this 1 MiB. */
  maxBytes?: number;
  /** It may be left out. */
  bodyOptional?: true;
}

export interface ReadBody {
  contentType: MediaType | undefined;
  /** The value in it; undefined where there is no body. */
  body: unknown;
}

/**
 * A request's body, decoded by its content type.
 *
 * @throws unsupported-media-type; malformed-body; validation-failed where a route without a body is sent one
 */
export function readBody(request: Request, route: BodyRule): ReadBody {
  const bytes: unknown = request.body;
  const header = request.get('Content-Type');
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) {
    if (!route.consumes || (route.bodyOptional && header === undefined)) {
      return { contentType: undefined, body: undefined };
    }
    throw problem('malformed-body', 'A body is needed, and there is none.');
  }
  const contentType = contentTypeOf(header, typesOf(route));
  const body = valueOf(contentType, bytes);
  if (!route.consumes && !(typeof body === 'object' && body !== null && Object.keys(body).length === 0)) {
    throw problem('validation-failed', 'This takes no body.', {
      errors: [{ pointer: '', message: 'must be left out' }],
    });
  }
  return { contentType, body };
}

function valueOf(contentType: MediaType, bytes: Buffer): unknown {
  switch (contentType) {
    case MSGPACK_TYPE:
      return parseMessagePack(bytes);
    case CALENDAR_TYPE:
      return decodeText(bytes);
    default:
      return parseJson(bytes);
  }
}

/** Every content type that a route takes. */
export const typesOf = ({ consumes = [JSON_TYPE] }: BodyRule): readonly MediaType[] =>
  consumes.includes(JSON_TYPE) ? [...consumes, MSGPACK_TYPE] : consumes;

function contentTypeOf(header: string | undefined, consumes: readonly MediaType[]): MediaType {
  const [type = '', ...parameters] = (header ?? '').toLowerCase().split(';');
  const known = consumes.find((candidate) => candidate === type.trim());
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/.exec(parameter)?.[1])
    .find(Boolean);
  if (known === undefined || (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')) {
    throw problem('unsupported-media-type', `The body must be ${consumes.join(' or ')}, in UTF-8.`);
  }
  return known;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decodeText(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw problem('malformed-body', 'The body is not valid UTF-8.');
  }
}

function parseJson(bytes: Buffer): unknown {
  const text = decodeText(bytes);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw problem('malformed-body', 'The body is not valid JSON.');
  }
}

function parseMessagePack(bytes: Buffer): unknown {
  try {
    return readMessagePack(bytes);
  } catch {
    throw problem('malformed-body', 'The body is not valid MessagePack, or says what JSON cannot.');
  }
}
