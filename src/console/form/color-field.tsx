import { PALETTE } from '../calendar/colors.js';
import { marked, useFieldMark } from '../ui/field-marks.js';

interface ColorProps {
  value: string | null;
  isReadOnly: boolean;
  onChange: (color: string | null) => void;
  onField: ((field: 'color' | null) => void) | undefined;
}

/** A colour of the palette, or none. One that came from elsewhere is kept, and shown beside them. */
export function ColorField({ value, isReadOnly, onChange, onField }: ColorProps) {
  const mark = useFieldMark('color');
  const known = [{ name: 'Default', value: null }, ...PALETTE];
  const all = known.some((one) => one.value === value) ? known : [...known, { name: value ?? '', value }];
  return (
    <fieldset
      {...marked(mark, 'colors')}
      onFocusIn={() => onField?.('color')}
      onFocusOut={() => onField?.(null)}
    >
      <legend>
        <span class="field-head">
          Colour
          {mark.tag}
        </span>
      </legend>
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
      {mark.below}
    </fieldset>
  );
}
