import mongoose from 'mongoose';
import { isUnavailable } from './errors.js';

/** A database whose layout this version does not know. */
export class FormatUnknown extends Error {
  override name = 'FormatUnknown';
}

const AUTHENTICATION_FAILED: readonly unknown[] = [18, 8000];
const UNAUTHORIZED = 13;
const INDEX_CONFLICTS: readonly unknown[] = [85, 86];

/** In one line, without credentials: what kept the store from opening, and how to mend it. */
export function whatIsWrong(error: unknown, uri: string): string {
  const { message, name } = error as Error;
  const code = error instanceof mongoose.mongo.MongoServerError ? error.code : undefined;
  const host = hostsOf(uri);
  if (error instanceof FormatUnknown) {
    return message;
  }
  if (name === 'MongoParseError' || host === '') {
    return `MONGODB_URI cannot be read${inBrackets(message, uri)}. It looks like mongodb://host:27017/convene.`;
  }
  if (AUTHENTICATION_FAILED.includes(code)) {
    return `MongoDB at ${host} refuses the user name or the password in MONGODB_URI. Correct them, or its authSource.`;
  }
  if (code === UNAUTHORIZED) {
    return `MongoDB at ${host} does not let this user work with the database: it needs the role readWrite on it.`;
  }
  if (INDEX_CONFLICTS.includes(code)) {
    return `The database at ${host} has other indexes than Convene's (${message}). Drop those, or name another database in MONGODB_URI.`;
  }
  if (isUnavailable(error) || /^(querySrv|queryTxt|getaddrinfo) /.test(message)) {
    return `MongoDB at ${host} cannot be reached${inBrackets(message, uri)}. Start it, or correct MONGODB_URI; without MONGODB_URI Convene uses its embedded store.`;
  }
  return `MongoDB at ${host} cannot be used${inBrackets(message, uri)}.`;
}

const hostsOf = (uri: string): string => /^mongodb(?:\+srv)?:\/\/(?:[^/?]*@)?([^/?@]+)/.exec(uri)?.[1] ?? '';

/** The driver's words in brackets, unless they repeat something of what stands in front of the host. */
function inBrackets(message: string, uri: string): string {
  const userInfo = /\/\/(.*)@/s.exec(uri)?.[1] ?? '';
  const secrets = userInfo.split(/[:@]/).flatMap((secret) => [secret, decoded(secret)]);
  const tells = secrets.some((secret) => secret !== '' && message.includes(secret));
  return tells ? '' : ` (${message})`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
