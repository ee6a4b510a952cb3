import { decode, encode } from '@msgpack/msgpack';
import { buildDocument } from '../../src/http/openapi/document.js';
import { isAsDocumented, resolved } from './conformity.js';
import type { Answer, Person } from './convene.js';

export const MSGPACK = 'application/msgpack';

export interface PackedRequest {
  /** A value to pack. */
  body?: unknown;
  /** Bytes in its place. */
  raw?: Uint8Array;
  headers?: Record<string, string>;
}

/** An answer, its body unpacked by its content type, and the bytes it was. */
export interface PackedAnswer extends Answer {
  bytes: Buffer<ArrayBuffer>;
}

/** What an ordinary client's library makes of a value. */
export const pack = (value: unknown): Uint8Array<ArrayBuffer> => encode(value, { maxDepth: 1_000 });

/** Sends a request in MessagePack, and asks for an answer in it. Problems come as JSON. */
export async function ask(
  { convene, tokens }: Person,
  method: string,
  path: string,
  { body, raw, headers = {} }: PackedRequest = {},
): Promise<PackedAnswer> {
  const bytes = raw ?? (body === undefined ? undefined : pack(body));
  const response = await fetch(convene.url + path, {
    method,
    headers: {
      Accept: MSGPACK,
      ...(tokens && { Authorization: `Bearer ${tokens.accessToken}` }),
      ...(bytes && { 'Content-Type': MSGPACK }),
      ...headers,
    },
    redirect: 'manual',
    ...(bytes && { body: new Uint8Array(bytes) }),
  });
  const received = Buffer.from(await response.arrayBuffer());
  const { status, headers: answered } = response;
  const answer = { status, headers: answered, bytes: received, body: unpacked(answered, received) };
  isAsDocumented({ method, path }, answer);
  return answer;
}

function unpacked(headers: Headers, bytes: Buffer): unknown {
  const type = headers.get('Content-Type') ?? '';
  if (bytes.length === 0) {
    return '';
  }
  return type === MSGPACK
    ? decode(bytes)
    : type.includes('json')
      ? JSON.parse(bytes.toString())
      : bytes.toString();
}

const document = buildDocument();

/** Every operation that is documented. */
export const operations = Object.entries(document.paths).flatMap(([at, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ at, method: method.toUpperCase(), operation })),
);

/** What a reference into the document leads to; anything else as it is. */
export const refer = (value: any): any => (value?.$ref ? resolved(document, value.$ref) : value);
