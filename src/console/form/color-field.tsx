import { PALETTE } from '../calendar/colors.js';

interface ColorProps {
  value: string | null;
  isReadOnly: boolean;
  onChange: (color: string | null) => void;
}

/** A colour of the palette, or none. One that came from elsewhere is kept, and shown beside them. */
export function ColorField({ value, isReadOnly, onChange }: ColorProps) {
  const known = [{ name: 'Default', value: null }, ...PALETTE];
  const all = known.some((one) => one.value === value) ? known : [...known, { name: value ?? '', value }];
  return (
    <fieldset class="colors">
      <legend>Colour</legend>
      <div class="colors-row">
        {all.map((one) => (
          <label key={one.value ?? 'none'} class="color" title={one.name}>
            <input
              type="radio"
              name="color"
              class="sr-only"
              checked={one.value === value}
              disabled={isReadOnly}
              aria-label={one.name}
              onChange={() => onChange(one.value)}
            />
            <span style={{ background: one.value ?? 'var(--event)' }} />
          </label>
        ))}
      </div>
    </fieldset>
  );
}
