import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Letter, Reply, SendingError, WebhookSender } from '../service/ports.js';
import { hostOf, isLocalName, isPublic } from './addresses.js';
import { fromDns, fromSystem, type Resolve } from './names.js';

export interface SenderSettings {
  /** Whether letters may go to private addresses, this machine's own among them. */
  allowPrivate: boolean;
  /** How long an answer may take, in milliseconds. */
  timeoutMs?: number;
  /** Where the addresses of a name come from. */
  resolve?: Resolve;
}

const TIMEOUT_MS = 10_000;
/** How much of an answer's body is let through, so that its sender need not see a broken connection. */
const MAX_IGNORED_BYTES = 64 * 1024;

const REFUSED = 'ERR_REFUSED_ADDRESS';

/** Sends letters over HTTP and HTTPS, each over a connection of its own. */
export function createSender({
  allowPrivate,
  timeoutMs = TIMEOUT_MS,
  resolve = allowPrivate ? fromSystem() : fromDns(),
}: SenderSettings): WebhookSender {
  const isFit = (host: string): boolean =>
    allowPrivate || (isIP(host) === 0 ? !isLocalName(host) : isPublic(host));

  /** All of a name's addresses must be fit, and the connection goes to these: nobody is asked a second time. */
  const lookupUntil =
    (signal: AbortSignal): LookupFunction =>
    (name, { all }, done) => {
      resolve(name, signal).then(
        (found) => {
          const [first] = found;
          if (!first || !found.every(({ address }) => isFit(address))) {
            done(Object.assign(new Error('The address is refused'), { code: REFUSED }), []);
          } else if (all) {
            done(null, found);
          } else {
            done(null, first.address, first.family);
          }
        },
        (error: unknown) => done(error as NodeJS.ErrnoException, []),
      );
    };

  /** The status of the answer. However slowly it is answered, the connection ends in time. */
  const post = ({ url, headers, body }: Letter, signal: AbortSignal): Promise<number> =>
    new Promise((answer, reject) => {
      const target = new URL(url);
      const request = target.protocol === 'https:' ? requestHttps : requestHttp;
      const end = new AbortController();
      const late = setTimeout(() => end.abort(), timeoutMs).unref();
      const stop = (): void => end.abort();
      signal.addEventListener('abort', stop);
      const options: RequestOptions = {
        method: 'POST',
        agent: false,
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
        lookup: lookupUntil(end.signal),
        signal: end.signal,
      };
      request(target, options)
        .on('response', (response) => {
          answer(response.statusCode ?? 0);
          ignore(response);
        })
        .on('error', reject)
        .on('close', () => {
          clearTimeout(late);
          signal.removeEventListener('abort', stop);
          reject(new Error('There was no answer'));
        })
        .end(body);
    });

  return {
    fault: (url) => (isFit(hostOf(new URL(url))) ? null : 'must not lead to a private or local address'),

    send: async (letter, signal): Promise<Reply> => {
      signal.throwIfAborted();
      try {
        // The system is not asked for the addresses of an address.
        return isFit(hostOf(new URL(letter.url)))
          ? { status: await post(letter, signal) }
          : { error: 'refused-address' };
      } catch (error) {
        signal.throwIfAborted();
        return { error: wordFor(error) };
      }
    },
  };
}

/** Reads on until the answer ends, or is too much. */
function ignore(response: IncomingMessage): void {
  let bytes = 0;
  response
    .on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_IGNORED_BYTES) {
        response.destroy();
      }
    })
    // What it breaks off with no longer matters.
    .on('error', () => undefined);
}

/** In a word, without what it says beside: names and addresses. */
function wordFor(error: unknown): SendingError {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === REFUSED) {
    return 'refused-address';
  }
  if (code === 'ABORT_ERR') {
    return 'timeout';
  }
  if (code === 'ENOTFOUND') {
    return 'name-not-found';
  }
  return NO_TRUST.test(code) ? 'no-trust' : 'no-connection';
}

/** What Node calls a certificate that is not good, or TLS that is not spoken. */
const NO_TRUST = /CERT|SIGNATURE|ERR_TLS|ERR_SSL|EPROTO|HOSTNAME/;
