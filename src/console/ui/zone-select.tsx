import { useId } from 'preact/hooks';
import { systemZone } from '../state/preferences.js';
import { offsetWords } from '../time.js';

interface ZoneProps {
  label: string;
  value: string;
  isDisabled?: boolean;
  onChange: (zone: string) => void;
}

let zones: readonly string[] | undefined;

/** Every zone that the browser knows; asked for once. */
function knownZones(): readonly string[] {
  zones ??= ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
  return zones;
}

/** A time zone: one's own first, and how far the chosen one is from UTC. */
export function ZoneSelect({ label, value, isDisabled = false, onChange }: ZoneProps) {
  const id = useId();
  const first = [...new Set([systemZone(), value, 'UTC'])];
  const rest = knownZones().filter((zone) => !first.includes(zone));
  return (
    <span class="zone">
      <label for={id} class="sr-only">
        {label}
      </label>
      <select
        id={id}
        value={value}
        disabled={isDisabled}
        title={label}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      >
        <optgroup label="Near">
          {first.map((zone) => (
            <option key={zone} value={zone}>
              {named(zone)} ({offsetWords(zone)})
            </option>
          ))}
        </optgroup>
        <optgroup label="All">
          {rest.map((zone) => (
            <option key={zone} value={zone}>
              {named(zone)}
            </option>
          ))}
        </optgroup>
      </select>
    </span>
  );
}

const named = (zone: string): string => zone.replaceAll('_', ' ');
