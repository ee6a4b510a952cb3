import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { marked, useFieldMark } from './field-marks.js';

interface FieldProps {
  label: string;
  /** By which it can be marked. */
  name?: string;
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
export function Field({ label, name, fault, hint, children, ...more }: FieldProps) {
  const id = useId();
  const mark = useFieldMark(name);
  const note = fault ?? hint;
  return (
    <div {...marked(mark, `field ${more.class ?? ''}`)}>
      <span class="field-head">
        <label for={id}>{label}</label>
        {mark.tag}
      </span>
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
      {mark.below}
    </div>
  );
}
