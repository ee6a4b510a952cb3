import mongoose from 'mongoose';
import { Unavailable } from '../../service/ports.js';

const { mongo } = mongoose;

/**
 * The server's codes for: not here, not now, or done but not known whether for good (64, which a majority did
 * not confirm in time; 50 and 262, out of time; 112, a transaction that always lost; 14031, a full disk).
 */
const CODES: ReadonlySet<unknown> = new Set([
  6, 7, 50, 64, 89, 91, 112, 133, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 14031,
]);
const LABELS = ['RetryableWriteError', 'TransientTransactionError', 'UnknownTransactionCommitResult'];

/** The driver's errors about a connection that is not there, is going, or was waited for in vain. */
const CONNECTION_ERRORS = [
  mongo.MongoNetworkError,
  mongo.MongoSystemError,
  mongo.MongoNotConnectedError,
  mongo.MongoTopologyClosedError,
  mongo.MongoClientClosedError,
  mongo.MongoExpiredSessionError,
  mongo.MongoWriteConcernError,
  mongoose.Error.MongooseServerSelectionError,
];
/** Those of the network that the driver passes on as they are: a connection that breaks just as it is written to. */
const NETWORK_CODES: ReadonlySet<unknown> = new Set([
  'EPIPE',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);
/** Those that the driver keeps to itself. */
const CONNECTION_ERROR_NAMES = ['MongoWaitQueueTimeoutError', 'MongoPoolClosedError'];

/** Whether an error says that the server could not be reached, or leaves open what became of a write. */
export function isUnavailable(error: unknown): boolean {
  return (
    CONNECTION_ERRORS.some((kind) => error instanceof kind) ||
    (error instanceof Error && CONNECTION_ERROR_NAMES.includes(error.name)) ||
    NETWORK_CODES.has((error as NodeJS.ErrnoException | undefined)?.code) ||
    (error instanceof mongo.MongoError && LABELS.some((label) => error.hasErrorLabel(label))) ||
    (error instanceof mongo.MongoServerError && CODES.has(error.code)) ||
    // How an `insertMany` wraps errors of the connection: as one of the server's, but without its code.
    (error instanceof mongo.MongoBulkWriteError && error.code === undefined) ||
    // Mongoose's own words for a connection that was closed.
    (error instanceof Error && error.constructor === mongoose.Error)
  );
}

const DUPLICATE_KEY = 11_000;
export const isDuplicateKey = (error: unknown): error is mongoose.mongo.MongoServerError =>
  error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY;

/** Whether the server has ended a transaction in a way that another try may not meet with. */
export const isTransient = (error: unknown): boolean =>
  error instanceof mongo.MongoServerError &&
  error.code !== undefined &&
  error.hasErrorLabel('TransientTransactionError');

/** A port whose methods throw {@link Unavailable} where the server cannot be reached. */
export function reachable<Port extends object>(port: Port): Port {
  return Object.fromEntries(
    Object.entries(port).map(([name, member]) => [
      name,
      typeof member === 'function' ? orUnavailable(member as Method) : (member as unknown),
    ]),
  ) as Port;
}

type Method = (...args: unknown[]) => Promise<unknown>;

const orUnavailable =
  <Args extends unknown[], T>(method: (...args: Args) => Promise<T>) =>
  async (...args: Args): Promise<T> => {
    try {
      return await method(...args);
    } catch (error) {
      throw isUnavailable(error) ? new Unavailable('MongoDB cannot be reached', { cause: error }) : error;
    }
  };
