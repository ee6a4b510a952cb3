import { FORMAT, META, type Environment } from './environment.js';
import type { Stored } from './event-table.js';
import { indexEntries, updateKey, type Indexed } from './indexes.js';
import { memberTable } from './member-table.js';

/** So many events in one transaction. */
const PAGE = 500;

/**
 * Brings data of an earlier format to the present one. Format 1 had no index by the last update, and what is in the
 * trash in that of its owner alone. Both are made anew from the events; a crash in between leaves format 1, which is
 * begun with again.
 */
export async function upgrade(environment: Environment): Promise<void> {
  const meta = environment.table<unknown>(META);
  if (meta.get('format') === FORMAT) {
    return;
  }
  const events = environment.table<Stored>('events');
  const members = memberTable(environment);
  const updated = environment.table<true>('updated');
  const trash = environment.table<Indexed>('trash');

  const index = ({ span, ...event }: Stored): void => {
    updated.putSync(updateKey(event), true);
    if (event.deletedAt !== null) {
      for (const { key, value } of indexEntries({ event, span }, members.of(event.id))) {
        trash.putSync(key, value);
      }
    }
  };

  await environment.write(() => {
    updated.clearSync();
    trash.clearSync();
  });
  let page: Stored[];
  let after = '';
  do {
    page = [...events.getRange({ start: after, exclusiveStart: true, limit: PAGE })].map(
      ({ value }) => value,
    );
    await environment.write(() => page.forEach(index));
    after = page.at(-1)?.id ?? after;
  } while (page.length === PAGE);
  await environment.write(() => meta.putSync('format', FORMAT));
}
