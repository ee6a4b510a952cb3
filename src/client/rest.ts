import type { Problem } from '../protocol/problems.js';
import { asError, ConveneError } from './errors.js';
import type { Schedule } from './schedule.js';

export interface RequestOptions {
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** Sends a request, with this access token if there is one, and answers the body: parsed where it is JSON. */
export type SendRequest = (
  method: string,
  path: string,
  options?: RequestOptions,
  token?: string,
) => Promise<unknown>;

const REQUEST_MS = 30_000;

export function createRest(url: string, fetch: typeof globalThis.fetch, schedule: Schedule): SendRequest {
  return async (method, path, { query = {}, body, headers = {} } = {}, token) => {
    const abort = new AbortController();
    const stop = schedule.after(REQUEST_MS, () => abort.abort());
    try {
      const response = await fetch(addressOf(url, path, query), {
        method,
        headers: {
          ...(token !== undefined && { Authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        signal: abort.signal,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return await read(response);
    } catch (error) {
      throw asError(error);
    } finally {
      stop();
    }
  };
}

function addressOf(url: string, path: string, query: NonNullable<RequestOptions['query']>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(
    given.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return url + path + (search && `${path.includes('?') ? '&' : '?'}${search}`);
}

async function read(response: Response): Promise<unknown> {
  const text = await response.text();
  const isJson = (response.headers.get('Content-Type') ?? '').includes('json');
  const body: unknown = isJson && text !== '' ? JSON.parse(text) : text === '' ? undefined : text;
  if (response.ok) {
    return body;
  }
  throw refusal(response, body);
}

/** The problem in an answer, or one made of its status where something between has answered. */
function refusal({ status, headers }: Response, body: unknown): ConveneError {
  const after = Number(headers.get('Retry-After') ?? Number.NaN);
  const extras = Number.isFinite(after) ? { retryAfter: after } : {};
  return typeof body === 'object' && body !== null && 'code' in body
    ? ConveneError.of({ ...extras, ...(body as Problem) })
    : new ConveneError(
        status === 429 || status >= 500 ? 'unavailable' : 'network-error',
        `Status ${status}.`,
        {
          ...extras,
          status,
        },
      );
}
