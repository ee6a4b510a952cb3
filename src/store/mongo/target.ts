import type { Collection, Connection, mongo } from 'mongoose';
import type { Bucket } from '../../calendar/history.js';
import type { Kind, Records, Target, WholeEvent } from '../transfer.js';
import { collectionsOf, type EventDocument, type MetaDocument } from './documents.js';
import { connect } from './connection.js';
import { isUnavailable } from './errors.js';
import { FORMAT, UNFINISHED } from './format.js';
import { newDocument, objectId, toBucket, toEntries, toEvent } from './mapping.js';
import { FormatUnknown, whatIsWrong } from './opening.js';
import {
  toBucketDocument,
  toDelivery,
  toDeliveryDocument,
  toDeparture,
  toDepartureDocument,
  toFeed,
  toFeedDocument,
  toInvitation,
  toInvitationDocument,
  toKey,
  toKeyDocument,
  toLoss,
  toLossDocument,
  toPosition,
  toPositionDocument,
  toSession,
  toSessionDocument,
  toUser,
  toUserDocument,
  toWebhook,
  toWebhookDocument,
} from './records.js';
import { modelsOf } from './schemas.js';

/** A database that is being filled, which no Convene opens meanwhile. */
export interface MongoTarget extends Target {
  /** Whether an earlier, unfinished migration of the same data goes on. */
  continued: boolean;
  /** Makes it a database like any other. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens an empty database to fill it, or one that was begun to be filled with the same data.
 *
 * @param sourceId what the data is known by.
 * @throws an error that says in one line what is wrong, without the address's credentials.
 */
export async function openMongoTarget(uri: string, sourceId: string): Promise<MongoTarget> {
  let connection: Connection | undefined;
  try {
    connection = await connect(uri);
    const continued = await claim(connection, sourceId);
    await Promise.all(Object.values(modelsOf(connection)).map((model) => model.createIndexes()));
    return { ...targetOn(connection), continued };
  } catch (error) {
    await connection?.destroy();
    throw new Error(whatIsWrong(error, uri), { cause: error });
  }
}

type Layout = MetaDocument & { migrationOf?: string };
const metaOf = (connection: Connection): Collection<Layout> => connection.collection<Layout>('meta');

/** Makes the database this migration's. @returns whether it was already. */
async function claim(connection: Connection, sourceId: string): Promise<boolean> {
  const meta = metaOf(connection);
  const layout = await meta.findOne({ _id: 'layout' });
  if (layout?.format === UNFINISHED && layout.migrationOf === sourceId) {
    return true;
  }
  if (layout?.format === UNFINISHED) {
    throw new FormatUnknown(
      'The MongoDB database has an unfinished migration of other data. Name another database.',
    );
  }
  if (layout && layout.format !== FORMAT) {
    throw new FormatUnknown(
      `The MongoDB database has format ${layout.format}; this version of Convene writes format ${FORMAT}. Name another database.`,
    );
  }
  await refuseData(connection);
  const mark = { format: UNFINISHED, migrationOf: sourceId };
  await meta.updateOne({ _id: 'layout' }, { $set: mark }, { upsert: true });
  return false;
}

/** Whatever it is, it is not ours to write to. */
async function refuseData({ db }: Connection): Promise<void> {
  for (const { name } of (await db?.listCollections({}, { nameOnly: true }).toArray()) ?? []) {
    const isOurs = name === 'meta' ? { _id: { $nin: ['layout', 'name'] as never[] } } : {};
    if (!name.startsWith('system.') && (await db?.collection(name).findOne(isOurs))) {
      throw new FormatUnknown(
        `The MongoDB database has data in its collection ${name}; data is carried over into an empty one only. ` +
          'Name another database.',
      );
    }
  }
}

/** How a kind of record lies in its collection. */
interface Shelf<Record, Document extends mongo.Document> {
  collection: Collection<Document>;
  toDocument(record: Record): Document;
  toRecord(document: Document): Record;
  /** Those that a count counts. */
  lasting?: () => mongo.Filter<Document>;
}
type Shelves = { [K in Kind]: Shelf<Records[K], mongo.Document> };

const shelf = <Record, Document extends mongo.Document>(given: Shelf<Record, Document>) =>
  given as unknown as Shelf<Record, mongo.Document>;

const notExpired = () => ({ forgetAt: { $gt: new Date() } });

function shelvesOf(connection: Connection): Shelves {
  const { users, sessions, invitations, feeds, departures, losses, events, buckets, idempotency } =
    collectionsOf(connection);
  const { webhooks, deliveries, webhookPositions } = collectionsOf(connection);
  return {
    users: shelf({ collection: users, toDocument: toUserDocument, toRecord: toUser }),
    sessions: shelf({
      collection: sessions,
      toDocument: toSessionDocument,
      toRecord: toSession,
      lasting: notExpired,
    }),
    invitations: shelf({
      collection: invitations,
      toDocument: toInvitationDocument,
      toRecord: toInvitation,
      lasting: notExpired,
    }),
    feeds: shelf({ collection: feeds, toDocument: toFeedDocument, toRecord: toFeed }),
    webhooks: shelf({ collection: webhooks, toDocument: toWebhookDocument, toRecord: toWebhook }),
    deliveries: shelf({
      collection: deliveries,
      toDocument: toDeliveryDocument,
      toRecord: toDelivery,
      lasting: () => ({ $or: [{ forgetAt: null }, notExpired()] }),
    }),
    webhookPositions: shelf({
      collection: webhookPositions,
      toDocument: toPositionDocument,
      toRecord: toPosition,
    }),
    departures: shelf({ collection: departures, toDocument: toDepartureDocument, toRecord: toDeparture }),
    losses: shelf({
      collection: losses,
      toDocument: toLossDocument,
      toRecord: toLoss,
      lasting: notExpired,
    }),
    events: shelf({ collection: events, toDocument: newDocument, toRecord: toWhole }),
    buckets: shelf({ collection: buckets, toDocument: toBucketDocument, toRecord: toBucket }),
    keys: shelf({
      collection: idempotency,
      toDocument: toKeyDocument,
      toRecord: toKey,
      lasting: notExpired,
    }),
  };
}

function toWhole(document: EventDocument): WholeEvent {
  const { startAt, from, until } = document.span;
  return {
    event: toEvent(document),
    keys: { span: { startAt, from, until }, searchText: document.searchText },
    members: [...document.members].sort((a, b) => (a.userId < b.userId ? -1 : 1)),
    entries: toEntries(document.log),
  };
}

function targetOn(connection: Connection): Omit<MongoTarget, 'continued'> {
  const shelves = shelvesOf(connection);
  const { buckets } = collectionsOf(connection);
  return {
    put: async (kind, records) => {
      const { collection, toDocument } = shelves[kind];
      const documents = records.map(toDocument);
      try {
        await collection.bulkWrite(
          documents.map((document) => ({
            replaceOne: {
              filter: { _id: { $eq: document['_id'] as never } },
              replacement: document,
              upsert: true,
            },
          })),
          { ordered: false },
        );
      } catch (error) {
        throw inWords(error, kind);
      }
    },
    like: async <K extends Kind>(kind: K, records: readonly Records[K][]) => {
      const { collection, toDocument, toRecord } = shelves[kind];
      const ids = records.map((record) => toDocument(record)['_id'] as unknown);
      const found = await collection.find({ _id: { $in: ids as never[] } }).toArray();
      const byId = new Map(found.map((document) => [JSON.stringify(document['_id']), toRecord(document)]));
      return ids.map((id) => byId.get(JSON.stringify(id)));
    },
    count: (kind) => shelves[kind].collection.countDocuments(shelves[kind].lasting?.() ?? {}),
    bucketsOf: (eventId) => bucketsOf(buckets as unknown as Collection, eventId),
    finish: async () => {
      await metaOf(connection).updateOne(
        { _id: 'layout' },
        { $set: { format: FORMAT }, $unset: { migrationOf: 1 } },
      );
    },
    close: () => connection.destroy(),
  };
}

/** The driver's words may have in them what was to be written. */
function inWords(error: unknown, kind: Kind): Error {
  if (isUnavailable(error)) {
    return new Error('MongoDB cannot be reached any more. Run the migration again: it goes on.', {
      cause: error,
    });
  }
  const { code = 'unknown' } = error as { code?: number | string };
  return new Error(`MongoDB did not take some of the ${kind} (its error code: ${code}).`, {
    cause: error,
  });
}

async function* bucketsOf(collection: Collection, eventId: string): AsyncGenerator<Bucket> {
  const found = collection.find(
    { '_id.eventId': objectId(eventId) },
    { sort: { '_id.fromVersion': 1 }, batchSize: 16 },
  );
  for await (const document of found) {
    yield toBucket(document as never);
  }
}
