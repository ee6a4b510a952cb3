import { openCopy } from '../store/embedded/files.js';
import { checkSource, type Figures } from './check.js';
import { CannotBeDone } from './command.js';
import { createProgress } from './progress.js';

/** Reads a data file whole. @throws CannotBeDone with what is wrong with it */
export async function checkCopy(file: string): Promise<Figures> {
  const source = openCopy(file);
  try {
    const { figures, faults } = await checkSource(source, createProgress());
    if (faults.count > 0) {
      throw new CannotBeDone([`The data is not whole (${faults.count} faults):`, ...faults.first].join('\n'));
    }
    return figures;
  } finally {
    await source.close();
  }
}
