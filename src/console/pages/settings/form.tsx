import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Action } from '../../state/use-action.js';
import { Button } from '../../ui/button.js';

interface FormProps {
  action: Action;
  /** Of the button that sends it. */
  label: string;
  tone?: 'plain' | 'primary' | 'danger';
  isDisabled?: boolean;
  /** Where the form can be left. */
  onCancel?: () => void;
  onSubmit: (given: (name: string) => string, form: HTMLFormElement) => void;
  children: ComponentChildren;
}

/** A form of the settings: its fields, what went wrong, and one button. */
export function SettingsForm({ action, label, tone = 'plain', isDisabled = false, ...more }: FormProps) {
  const id = useId();
  return (
    <form
      class="form"
      aria-describedby={action.fault ? id : undefined}
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        const given = (name: string): string => {
          const value = data.get(name);
          return typeof value === 'string' ? value : '';
        };
        more.onSubmit(given, event.currentTarget);
      }}
    >
      {more.children}
      <Fault id={id} text={action.fault} />
      <div class="card-buttons">
        <Button type="submit" tone={tone} isDisabled={isDisabled || action.isBusy}>
          {label}
        </Button>
        {more.onCancel && <Button onClick={more.onCancel}>Cancel</Button>}
      </div>
    </form>
  );
}

/** What went wrong, where something did. */
export function Fault({ text, id }: { text: string; id?: string }) {
  return text ? (
    <p id={id} class="alert" role="alert">
      {text}
    </p>
  ) : null;
}

/** A list that is on its way, could not be had, or is empty: what to say instead. */
export function Waiting({
  data,
  fault,
  none,
}: {
  data: readonly unknown[] | null;
  fault: string;
  none: string;
}) {
  if (fault) {
    return <Fault text={fault} />;
  }
  return data === null ? (
    <p class="muted">Loading …</p>
  ) : data.length === 0 ? (
    <p class="muted">{none}</p>
  ) : null;
}
