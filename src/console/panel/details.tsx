import { useEffect, useState } from 'preact/hooks';
import type { Content } from '../../client/index.js';
import { askScope, confirm } from '../dialogs/ask.js';
import { Conflicts } from '../form/conflicts.js';
import { EventFields } from '../form/event-fields.js';
import { changedFields, faultsOf, type FormValues } from '../form/values.js';
import { changeEvent, deleteEvent, type Scope, type Target } from '../state/edits.js';
import { Button } from '../ui/button.js';
import { FieldMarks } from '../ui/field-marks.js';
import { TrashIcon } from '../ui/icons.js';
import { wordsFor } from '../words.js';
import { useDraft } from './draft.js';
import { useMarks } from './field-marks.js';
import { KeptText } from './kept-text.js';
import { NoteField } from './history/note-field.js';
import { openTab } from './open-tab.js';
import type { SectionProps } from './section-props.js';
import { useFocusTold } from './use-focus-told.js';

/** The fields of the event, to be read or changed, and what can be done with the whole. */
export function Details(props: SectionProps) {
  const { event, occurrence } = props;
  const shown: Content = occurrence ?? event.content;
  const draft = useDraft(event.id, occurrence?.recurrenceId ?? null, shown);
  const markOf = useMarks(props, draft);
  const tellFocus = useFocusTold(event);
  const [state, setState] = useState({ isStrict: false, isSending: false, fault: '' });
  // What was wrong with it was said of what stood there then.
  useEffect(() => setState((now) => (now.fault ? { ...now, fault: '' } : now)), [draft.mine]);
  const [note, setNote] = useState('');
  const isReadOnly = event.role === 'viewer';
  const target: Target = {
    eventId: event.id,
    title: shown.title,
    recurrenceId: occurrence?.recurrenceId ?? null,
    scope: 'all',
    ...(occurrence && { baseVersion: occurrence.version }),
  };
  const save = async (): Promise<void> => {
    if (draft.conflicts.length > 0) {
      openTab(event.id, 'details', '.choice-box');
      return;
    }
    if (Object.keys(faultsOf(draft.values)).length > 0) {
      setState({ isStrict: true, isSending: false, fault: '' });
      return;
    }
    const scope = await scopeFor(target, draft.stored, draft.merged);
    if (!scope) {
      return;
    }
    setState({ isStrict: true, isSending: true, fault: '' });
    try {
      const fields = changedFields(draft.stored, draft.merged);
      await changeEvent({ ...target, scope, note: note.trim() }, fields, `Saved ${draft.values.title}.`);
      draft.saved(draft.merged);
      setNote('');
      setState({ isStrict: false, isSending: false, fault: '' });
    } catch (error) {
      setState({ isStrict: true, isSending: false, fault: wordsFor(error) });
    }
  };
  return (
    <form
      class="details"
      noValidate
      onSubmit={(submitted) => {
        submitted.preventDefault();
        void save();
      }}
    >
      {isReadOnly && <p class="note">You may look at this event; its owner decides who may change it.</p>}
      {isReadOnly && draft.isChanged && <KeptText draft={draft} />}
      <FieldMarks.Provider value={markOf}>
        <EventFields
          values={isReadOnly ? draft.stored : draft.values}
          onChange={draft.change}
          isStrict={state.isStrict}
          isReadOnly={isReadOnly}
          onField={tellFocus}
        />
      </FieldMarks.Provider>
      {draft.isChanged && !isReadOnly && <Conflicts values={draft.merged} ownId={event.id} />}
      {draft.isChanged && !isReadOnly && <NoteField value={note} onChange={setNote} />}
      {state.fault && draft.conflicts.length === 0 && (
        <p class="alert" role="alert">
          {state.fault}
        </p>
      )}
      {!isReadOnly && (
        <div class={`details-buttons ${draft.isChanged ? 'is-changed' : ''}`}>
          {event.role === 'owner' || occurrence ? (
            <Button
              tone="quiet"
              class="details-delete"
              onClick={() => void remove(target, event.role === 'owner')}
            >
              <TrashIcon /> Delete
            </Button>
          ) : (
            <span />
          )}
          {draft.isChanged && <Button onClick={() => draft.clear()}>Discard</Button>}
          <Button type="submit" tone="primary" isDisabled={!draft.isChanged || state.isSending}>
            Save
          </Button>
        </div>
      )}
    </form>
  );
}

/** Of an occurrence it is asked how far the change goes: what belongs to the series cannot be one occurrence's. */
async function scopeFor(target: Target, before: FormValues, now: FormValues): Promise<Scope | null> {
  if (target.recurrenceId === null) {
    return 'all';
  }
  const fields = changedFields(before, now);
  const isOfSeries = ['recurrence', 'timeZone', 'allDay'].some((field) => field in fields);
  return askScope('Change', target.title, isOfSeries ? ['following', 'all'] : undefined);
}

async function remove(target: Target, isOwner: boolean): Promise<void> {
  if (target.recurrenceId !== null) {
    const scope = await askScope('Delete', target.title, isOwner ? undefined : ['this', 'following']);
    if (scope) {
      await deleteEvent({ ...target, scope });
    }
  } else if (
    await confirm(
      `Delete ${target.title}?`,
      'It goes to the trash, for everybody. You can bring it back.',
      'Delete',
    )
  ) {
    await deleteEvent(target);
  }
}
