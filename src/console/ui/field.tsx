import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  label: string;
  /** Why what stands there cannot be taken. */
  fault?: string | undefined;
  hint?: string | undefined;
  class?: string;
  /** Draws the control with what connects it to its label and its fault. */
  children: (control: {
    id: string;
    'aria-describedby'?: string;
    'aria-invalid'?: true;
  }) => ComponentChildren;
}

/** A labelled control, with a hint and what is wrong with it. */
export function Field({ label, fault, hint, children, ...more }: FieldProps) {
  const id = useId();
  const note = fault ?? hint;
  return (
    <div class={`field ${more.class ?? ''}`}>
      <label for={id}>{label}</label>
      {children({
        id,
        ...(note && { 'aria-describedby': `${id}-note` }),
        ...(fault && { 'aria-invalid': true }),
      })}
      {note && (
        <p id={`${id}-note`} class={fault ? 'fault' : 'hint'}>
          {note}
        </p>
      )}
    </div>
  );
}
