import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { copyData, hasData, installData } from '../store/embedded/files.js';
import { inWords } from './check.js';
import { checkCopy } from './check-copy.js';
import { CannotBeDone, dataDirectory, readOptions, runCommand, say } from './command.js';
import { putSecret, refuseOtherSecret, secretIn } from './secret.js';

const USAGE = 'Usage: npm run backup -- [--from DATA_DIR] --to DIRECTORY';

/*
 * Copies a data directory, running or not, into a new directory of the same layout. The copy is read whole before it
 * gets its name: a directory without `convene.lmdb` is no backup.
 */
await runCommand(async () => {
  const { from = dataDirectory(), to = '' } = readOptions(USAGE, ['to'], ['from']);
  if (!hasData(from)) {
    throw new CannotBeDone(`There is no data in ${from}. Name the data directory with --from.`);
  }
  if (hasData(to)) {
    throw new CannotBeDone(`There is a backup in ${to} already. Name another directory.`);
  }
  const secret = process.env['JWT_SECRET'] ? null : secretIn(from);
  refuseOtherSecret(secret, to);
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const aside = path.join(to, 'convene.lmdb.partial');
  try {
    await copyData(from, aside);
    const figures = await checkCopy(aside);
    putSecret(secret, to);
    installData(aside, to);
    say(`Backed up ${from} to ${to}, and checked: ${inWords(figures)}.`);
    say(
      secret === null
        ? 'It has no secret in it.'
        : 'The secret that signs the tokens is in it: keep it safe.',
    );
  } finally {
    rmSync(aside, { force: true });
  }
});
