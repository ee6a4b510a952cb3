import { Field } from '../../ui/field.js';

const MOST = 200;

/** Why one changes it, for those who read the history. */
export function NoteField({ value, onChange }: { value: string; onChange: (note: string) => void }) {
  return (
    <Field label="Note (optional)" hint="Why you change it: it stands in the history">
      {(control) => (
        <input
          {...control}
          value={value}
          maxLength={MOST}
          autocomplete="off"
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )}
    </Field>
  );
}
