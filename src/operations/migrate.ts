import { hasData, openData } from '../store/embedded/files.js';
import { openMongoTarget, type MongoTarget } from '../store/mongo/target.js';
import type { Source } from '../store/transfer.js';
import { carry } from './carry.js';
import { inWords } from './check.js';
import { CannotBeDone, dataDirectory, readOptions, runCommand, say } from './command.js';
import { createProgress } from './progress.js';
import { verify } from './verify.js';

const USAGE = 'Usage: npm run migrate -- [--from DATA_DIR] --to mongodb://HOST/DATABASE';

/* Copies a data directory into an empty MongoDB database, and compares the two. */
await runCommand(async () => {
  const { from = dataDirectory(), to = '' } = readOptions(USAGE, ['to'], ['from']);
  if (!hasData(from)) {
    throw new CannotBeDone(`There is no data in ${from}. Name the data directory with --from.`);
  }
  const source = await openData(from);
  try {
    const target = await openMongoTarget(to, source.id);
    try {
      await migrate(source, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
});

async function migrate(source: Source, target: MongoTarget): Promise<void> {
  if (target.continued) {
    say('This migration was begun before; it goes on.');
  }
  const progress = createProgress();
  await carry(source, target, progress);
  const { figures, faults } = await verify(source, target, progress);
  say(`The same in both: ${inWords(figures)}.`);
  if (faults.count > 0) {
    const said = [`Not the same: ${faults.count} differences. The database is not ready to be used.`];
    throw new CannotBeDone([...said, ...faults.first].join('\n'));
  }
  await target.finish();
  say('Everything was carried over. Start Convene with MONGODB_URI set to the database.');
}
