import { useEffect, useRef } from 'preact/hooks';
import type { LiveEvent } from '../../client/index.js';
import type { FormField } from '../form/values.js';
import { route } from '../state/route.js';

/** The focus jumps from field to field: it is told where it has come to rest. */
const REST_MS = 200;

/** Tells the others which field one is in. @returns to be called with it, and with null where one leaves */
export function useFocusTold(event: LiveEvent): (field: FormField | null) => void {
  const told = useRef<FormField | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      // Closed, the panel has told already that one is not here any more.
      if (told.current !== null && event.closed === null && route.get().eventId === event.id) {
        told.current = null;
        void event.setPresence({ open: true });
      }
    },
    [event],
  );
  return (field) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      if (field !== told.current && event.closed === null) {
        told.current = field;
        void event.setPresence(field === null ? { open: true } : { open: true, field });
      }
    }, REST_MS);
  };
}
