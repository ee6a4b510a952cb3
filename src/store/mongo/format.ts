import { FormatUnknown } from './opening.js';
import type { Models } from './schemas.js';

/** The layout of the data; a database with another one is refused. */
export const FORMAT = 1;
/** In place of it while a migration is filling the database: no version of Convene opens that. */
export const UNFINISHED = 0;

/** Puts the format on record in a new database. @throws FormatUnknown */
export async function checkFormat(meta: Models['Meta']): Promise<void> {
  const found = await meta
    .findOneAndUpdate(
      { _id: 'layout' },
      { $setOnInsert: { format: FORMAT } },
      { upsert: true, returnDocument: 'after' },
    )
    .lean();
  if (found.format === UNFINISHED) {
    throw new FormatUnknown(
      'The MongoDB database is filled by a migration that has not ended. Let it end, or run it again (npm run migrate); ' +
        'or name another database in MONGODB_URI.',
    );
  }
  if (found.format !== FORMAT) {
    throw new FormatUnknown(
      `The data in the MongoDB database has format ${found.format}; this version of Convene reads format ${FORMAT}. ` +
        'Use the version that wrote it, or name another database in MONGODB_URI.',
    );
  }
}
