import { useRef, useState } from 'preact/hooks';
import { calendarView } from '../calendar/navigation.js';
import { createEvent } from '../state/edits.js';
import { openEvent } from '../state/route.js';
import { useStore } from '../state/use-store.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { wordsFor } from '../words.js';
import { Conflicts } from './conflicts.js';
import { EventFields } from './event-fields.js';
import { closeNewEvent, newEvent } from './new-event.js';
import { contentOfValues, faultsOf, type FormValues } from './values.js';

/** The form of a new event, while it is open. */
export function NewEventDialog() {
  const open = useStore(newEvent, (state) => state.open);
  return open && <NewEventForm values={open.values} />;
}

function NewEventForm({ values: given }: { values: FormValues }) {
  const [values, setValues] = useState(given);
  const [state, setState] = useState<{ isStrict: boolean; isSending: boolean; fault: string | null }>({
    isStrict: false,
    isSending: false,
    fault: null,
  });
  const form = useRef<HTMLFormElement>(null);
  const send = async (): Promise<void> => {
    if (Object.keys(faultsOf(values)).length > 0) {
      setState({ isStrict: true, isSending: false, fault: null });
      setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
      return;
    }
    setState({ isStrict: true, isSending: true, fault: null });
    try {
      const event = await createEvent(contentOfValues(values));
      closeNewEvent();
      calendarView.goTo(values.startDate);
      openEvent(event.id);
    } catch (error) {
      setState({ isStrict: true, isSending: false, fault: wordsFor(error) });
    }
  };
  return (
    <Dialog title="New event" onClose={closeNewEvent}>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <EventFields values={values} onChange={setValues} isStrict={state.isStrict} />
        <Conflicts values={values} ownId={null} />
        {state.fault && (
          <p class="alert" role="alert">
            {state.fault}
          </p>
        )}
        <div class="dialog-buttons">
          <Button onClick={closeNewEvent}>Cancel</Button>
          <Button type="submit" tone="primary" isDisabled={state.isSending}>
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
