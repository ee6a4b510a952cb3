import { Field } from '../../ui/field.js';

interface VersionFieldProps {
  label: string;
  value: number;
  most: number;
  onChange: (version: number) => void;
}

/** The number of a version; what is none goes back to what it was. */
export function VersionField({ label, value, most, onChange }: VersionFieldProps) {
  return (
    <Field label={label}>
      {(control) => (
        <input
          {...control}
          type="number"
          min={1}
          max={most}
          value={value}
          onChange={({ currentTarget }) => {
            const version = currentTarget.valueAsNumber;
            if (Number.isInteger(version) && version >= 1 && version <= most) {
              onChange(version);
            } else {
              currentTarget.value = String(value);
            }
          }}
        />
      )}
    </Field>
  );
}
