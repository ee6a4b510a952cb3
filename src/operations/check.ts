import { KINDS, type Source } from '../store/transfer.js';
import { number, type Progress } from './progress.js';
import { HistoryBroken, versionsOf } from './versions.js';

/** How many there are of what. */
export type Figures = Record<string, number>;

/** What is wrong: how much there is of it, and the first of it in words. */
export class Faults {
  count = 0;
  readonly first: string[] = [];

  add(what: string): void {
    this.count += 1;
    if (this.first.length < MAX_TOLD) {
      this.first.push(what);
    }
  }
}

const MAX_TOLD = 20;

/** Reads every record of a store, and replays every event's log. */
export async function checkSource(
  source: Source,
  progress: Progress,
): Promise<{ figures: Figures; faults: Faults }> {
  const faults = new Faults();
  const figures: Figures = {};
  for (const kind of KINDS) {
    figures[kind] = 0;
    progress.step(`checking ${kind}`, source.count(kind));
    for (const record of source.all(kind)) {
      figures[kind] += 1;
      if ('members' in record) {
        figures['versions'] = (figures['versions'] ?? 0) + (await checkLog(source, record, faults));
      }
      progress.add(1);
    }
  }
  progress.end();
  return { figures, faults };
}

/** @returns how many versions there are. */
async function checkLog(
  source: Source,
  whole: Parameters<typeof versionsOf>[0],
  faults: Faults,
): Promise<number> {
  let count = 0;
  try {
    for await (const version of versionsOf(whole, source.bucketsOf(whole.event.id))) {
      count = version.entry.version;
    }
  } catch (error) {
    if (!(error instanceof HistoryBroken)) {
      throw error;
    }
    faults.add(error.message);
  }
  return count;
}

/** `1,204 users, 3 sessions, …` */
export const inWords = (figures: Figures): string =>
  Object.entries(figures)
    .map(([name, count]) => `${number(count)} ${name}`)
    .join(', ');
