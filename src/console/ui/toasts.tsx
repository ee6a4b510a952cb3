import { useEffect, useState } from 'preact/hooks';
import { dismiss, notices, type Toast } from '../state/notices.js';
import { useStore } from '../state/use-store.js';
import { Button } from './button.js';
import { CloseIcon } from './icons.js';

const SHOWN_MS = 8_000;

/** Short notices, and the region from which screen readers take what they say. */
export function Toasts() {
  const toasts = useStore(notices, (state) => state.toasts);
  const said = useStore(notices, (state) => state.said);
  return (
    <>
      <div class="sr-only" role="status" aria-live="polite">
        {said}
      </div>
      <section class="toasts" aria-label="Notices">
        {toasts.map((one) => (
          <Shown key={one.id} {...one} />
        ))}
      </section>
    </>
  );
}

/** It goes after a while, but not while somebody points at it or is in it. */
function Shown({ id, text, tone, action }: Toast) {
  const [isKept, keep] = useState(false);
  useEffect(() => {
    if (isKept) {
      return undefined;
    }
    const timer = setTimeout(() => dismiss(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isKept, id]);
  return (
    <div
      class={`toast toast-${tone}`}
      onMouseEnter={() => keep(true)}
      onMouseLeave={() => keep(false)}
      onFocusIn={() => keep(true)}
      onFocusOut={() => keep(false)}
    >
      <p>{text}</p>
      {action && (
        <Button
          tone="quiet"
          onClick={() => {
            dismiss(id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <Button tone="quiet" label="Dismiss" onClick={() => dismiss(id)}>
        <CloseIcon />
      </Button>
    </div>
  );
}
