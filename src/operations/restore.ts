import { copyFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { checkData, hasData, installData, keepCopy, lockForRestore } from '../store/embedded/files.js';
import { inWords } from './check.js';
import { checkCopy } from './check-copy.js';
import { CannotBeDone, readOptions, runCommand, say } from './command.js';
import { putSecret, refuseOtherSecret, secretIn } from './secret.js';

const USAGE = 'Usage: npm run restore -- --from BACKUP --to DATA_DIR';

/* Copies a backup into a data directory that has no data, and reads it whole there before it gets its name. */
await runCommand(async () => {
  const { from = '', to = '' } = readOptions(USAGE, ['from', 'to']);
  if (!hasData(from)) {
    throw new CannotBeDone(`There is no backup in ${from}: it has no convene.lmdb.`);
  }
  checkData(from);
  const unlock = await lockForRestore(to);
  const aside = path.join(to, 'convene.lmdb.partial');
  try {
    if (hasData(to)) {
      throw new CannotBeDone(
        `There is data in ${to} already, which is not overwritten. Move it away, or name another directory.`,
      );
    }
    const secret = secretIn(from);
    refuseOtherSecret(secret, to);
    copyFileSync(path.join(from, 'convene.lmdb'), aside);
    keepCopy(aside);
    const figures = await checkCopy(aside);
    putSecret(secret, to);
    installData(aside, to);
    say(`Restored ${from} to ${to}, and checked: ${inWords(figures)}.`);
  } finally {
    rmSync(aside, { force: true });
    await unlock();
  }
});
