import { useEffect, useState } from 'preact/hooks';
import type { EventView } from '../../../client/index.js';
import { confirm } from '../../dialogs/ask.js';
import { toast } from '../../state/notices.js';
import { preferences, zoneOf } from '../../state/preferences.js';
import { eraseEvent, onTrash, restoreEvent, trash } from '../../state/trash.js';
import { useAction } from '../../state/use-action.js';
import { useLoaded } from '../../state/use-loaded.js';
import { useStore } from '../../state/use-store.js';
import { spanWords } from '../../time.js';
import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { Fault, Waiting } from './form.js';
import { Pager } from './pager.js';

/** Events that were deleted: back into the calendar, or gone for good. */
export function Trash() {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const { data, fault, reload } = useLoaded(() => trash(cursors.at(-1) ?? null), cursors.at(-1));
  const action = useAction();
  useEffect(() => onTrash(() => void reload()), [reload]);
  const after = (work: () => Promise<void>, done: string): Promise<boolean> =>
    action.run(async () => {
      await work();
      toast(done, { about: 'settings' });
      await reload();
    });
  const erase = async ({ id, title }: EventView): Promise<void> => {
    const text = 'It goes with all of its versions, for everybody. Nothing can bring it back.';
    if (await confirm(`Erase ${title} for good?`, text, 'Erase')) {
      await after(() => eraseEvent(id), `Erased ${title}.`);
    }
  };
  const next = data?.nextCursor ?? null;
  return (
    <>
      <Waiting
        data={data?.items ?? null}
        fault={fault}
        none={cursors.length > 0 ? 'No more.' : 'The trash is empty.'}
      />
      <ul class="rows" aria-label="Deleted events">
        {data?.items.map((event) => (
          <Deleted
            key={event.id}
            event={event}
            isBusy={action.isBusy}
            onRestore={() => void after(() => restoreEvent(event.id), `Brought back ${event.title}.`)}
            onErase={() => void erase(event)}
          />
        ))}
      </ul>
      <Fault text={action.fault} />
      <Pager cursors={cursors} next={next} onTurn={setCursors} />
    </>
  );
}

interface DeletedProps {
  event: EventView;
  isBusy: boolean;
  onRestore: () => void;
  onErase: () => void;
}

function Deleted({ event, isBusy, onRestore, onErase }: DeletedProps) {
  const zone = useStore(preferences, zoneOf);
  const { title, deletedAt } = event;
  return (
    <li class="row">
      <div class="row-words">
        <p>
          <strong>{title}</strong>
        </p>
        <p class="row-more">
          {spanWords(event, zone)}
          {deletedAt && (
            <>
              {' '}
              · deleted <Ago at={deletedAt} isShort />
            </>
          )}
        </p>
      </div>
      <Button class="button-small" isDisabled={isBusy} onClick={onRestore}>
        Restore<span class="sr-only"> {title}</span>
      </Button>
      <Button class="button-small" isDisabled={isBusy} onClick={onErase}>
        Erase<span class="sr-only"> {title} for good</span>
      </Button>
    </li>
  );
}
