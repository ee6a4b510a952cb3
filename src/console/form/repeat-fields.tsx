import { addDays } from '../time.js';
import { Field } from '../ui/field.js';
import { DAY_NAMES, DAYS, repeatWords, rruleOf, weekDays, type Repeat, type RepeatKind } from './repeat.js';
import type { FormValues } from './values.js';

interface RepeatProps {
  values: FormValues;
  fault: string | undefined;
  isReadOnly: boolean;
  onChange: (repeat: Repeat) => void;
  onField: ((field: 'repeat' | null) => void) | undefined;
}

const KINDS: readonly { value: RepeatKind; label: string }[] = [
  { value: 'none', label: 'Does not repeat' },
  { value: 'daily', label: 'Daily' },
  { value: 'weekly', label: 'Weekly' },
  { value: 'monthly', label: 'Monthly, on this date' },
  { value: 'monthly-nth', label: 'Monthly, on this weekday' },
  { value: 'yearly', label: 'Yearly' },
  { value: 'custom', label: 'By a rule (RRULE)' },
];
const UNITS: Readonly<Record<string, string>> = {
  daily: 'days',
  weekly: 'weeks',
  monthly: 'months',
  'monthly-nth': 'months',
  yearly: 'years',
};

/** Whether and how it repeats: the usual choices, and any rule as text. */
export function RepeatFields({ values, fault, isReadOnly, onChange, onField }: RepeatProps) {
  const { repeat, startDate } = values;
  const set = (change: Partial<Repeat>): void => onChange({ ...repeat, ...change });
  const choose = (kind: RepeatKind): void =>
    set({ kind, ...(kind === 'custom' && { text: rruleOf(repeat, startDate) ?? 'FREQ=WEEKLY' }) });
  const isSimple = repeat.kind !== 'none' && repeat.kind !== 'custom';
  return (
    <div class="repeat" onFocusIn={() => onField?.('repeat')} onFocusOut={() => onField?.(null)}>
      <Field label="Repeats" name="repeat" hint={isSimple ? repeatWords(repeat, startDate) : undefined}>
        {(control) => (
          <select
            {...control}
            value={repeat.kind}
            disabled={isReadOnly}
            onChange={({ currentTarget }) => choose(currentTarget.value as RepeatKind)}
          >
            {KINDS.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
      {repeat.kind === 'weekly' && <Days {...{ repeat, startDate, isReadOnly, set }} />}
      {isSimple && !isReadOnly && <Bounds {...{ repeat, startDate, set }} />}
      {repeat.kind === 'custom' && (
        <Field label="Rule" fault={fault} hint="As in iCalendar, such as FREQ=MONTHLY;BYDAY=-1FR">
          {(control) => (
            <input
              {...control}
              class="code"
              value={repeat.text}
              disabled={isReadOnly}
              spellcheck={false}
              onInput={({ currentTarget }) => set({ text: currentTarget.value })}
            />
          )}
        </Field>
      )}
    </div>
  );
}

interface PartProps {
  repeat: Repeat;
  startDate: string;
  set: (change: Partial<Repeat>) => void;
}

function Days({ repeat, startDate, isReadOnly, set }: PartProps & { isReadOnly: boolean }) {
  const chosen = weekDays(repeat, startDate);
  return (
    <fieldset class="days">
      <legend class="sr-only">On these days</legend>
      {DAYS.map((day, index) => (
        <label key={day} class="day" title={DAY_NAMES[index]}>
          <input
            type="checkbox"
            class="sr-only"
            checked={chosen.includes(day)}
            disabled={isReadOnly}
            aria-label={DAY_NAMES[index]}
            onChange={() =>
              set({ days: chosen.includes(day) ? chosen.filter((one) => one !== day) : [...chosen, day] })
            }
          />
          <span aria-hidden>{DAY_NAMES[index]?.slice(0, 2)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Bounds({ repeat, startDate, set }: PartProps) {
  const number = ({ currentTarget }: { currentTarget: HTMLInputElement }, most: number): number =>
    Math.min(most, Math.max(1, Math.trunc(currentTarget.valueAsNumber) || 1));
  return (
    <div class="bounds">
      <Field label={`Every … ${UNITS[repeat.kind] ?? ''}`}>
        {(control) => (
          <input
            {...control}
            type="number"
            min={1}
            max={1000}
            value={repeat.interval}
            onChange={(event) => set({ interval: number(event, 1000) })}
          />
        )}
      </Field>
      <Field label="Stops">
        {(control) => (
          <select
            {...control}
            value={repeat.ends}
            onChange={({ currentTarget }) =>
              set({
                ends: currentTarget.value as Repeat['ends'],
                until: repeat.until || addDays(startDate, 90),
              })
            }
          >
            <option value="never">never</option>
            <option value="until">on a date</option>
            <option value="count">after so many</option>
          </select>
        )}
      </Field>
      {repeat.ends === 'until' && (
        <Field label="Last day">
          {(control) => (
            <input
              {...control}
              type="date"
              min={startDate}
              value={repeat.until}
              onChange={({ currentTarget }) => set({ until: currentTarget.value })}
            />
          )}
        </Field>
      )}
      {repeat.ends === 'count' && (
        <Field label="Times">
          {(control) => (
            <input
              {...control}
              type="number"
              min={1}
              max={10_000}
              value={repeat.count}
              onChange={(event) => set({ count: number(event, 10_000) })}
            />
          )}
        </Field>
      )}
    </div>
  );
}
