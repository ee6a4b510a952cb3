import type { ComponentChildren } from 'preact';
import { marked, useFieldMark } from '../ui/field-marks.js';
import { Field } from '../ui/field.js';
import { ZoneSelect } from '../ui/zone-select.js';
import type { Wall } from '../time.js';
import type { FormField, FormValues } from './values.js';

interface WhenProps {
  values: FormValues;
  fault: string | undefined;
  isReadOnly: boolean;
  onChange: (values: FormValues) => void;
  onStart: (start: Partial<Wall>) => void;
  onField: ((field: FormField | null) => void) | undefined;
}

/** When it is: from, to, whole days or not, and by whose clocks. */
export function WhenFields({ values, fault, isReadOnly, onChange, onStart, onField }: WhenProps) {
  const { allDay } = values;
  const mark = useFieldMark('when');
  const focus = (field: FormField) => ({
    disabled: isReadOnly,
    onFocus: () => onField?.(field),
    onBlur: () => onField?.(null),
  });
  // An emptied date or time changes nothing: there is none without.
  const given = (
    { currentTarget }: { currentTarget: HTMLInputElement },
    take: (value: string) => void,
  ): void => {
    if (currentTarget.value) {
      take(currentTarget.value);
    }
  };
  return (
    <fieldset {...marked(mark, 'when')}>
      <legend class="sr-only">When</legend>
      <div class="when-row">
        <Field label="Starts" name="startDate">
          {(control) => (
            <input
              {...control}
              {...focus('startDate')}
              type="date"
              value={values.startDate}
              onChange={(event) => given(event, (date) => onStart({ date }))}
            />
          )}
        </Field>
        {!allDay && (
          <Field label="Start time" name="startTime" class="field-bare">
            {(control) => (
              <input
                {...control}
                {...focus('startTime')}
                type="time"
                value={values.startTime}
                onChange={(event) => given(event, (time) => onStart({ time }))}
              />
            )}
          </Field>
        )}
      </div>
      <div class="when-row">
        <Field label="Ends" name="endDate" fault={fault}>
          {(control) => (
            <input
              {...control}
              {...focus('endDate')}
              type="date"
              value={values.endDate}
              min={values.startDate}
              onChange={(event) => given(event, (endDate) => onChange({ ...values, endDate }))}
            />
          )}
        </Field>
        {!allDay && (
          <Field label="End time" name="endTime" class="field-bare">
            {(control) => (
              <input
                {...control}
                {...focus('endTime')}
                type="time"
                value={values.endTime}
                onChange={(event) => given(event, (endTime) => onChange({ ...values, endTime }))}
              />
            )}
          </Field>
        )}
      </div>
      <div class="when-row when-more">
        <Marked name="allDay">
          <label class="check">
            <input
              {...focus('allDay')}
              type="checkbox"
              checked={allDay}
              onChange={() => onChange({ ...values, allDay: !allDay })}
            />
            All day
          </label>
        </Marked>
        {!allDay && (
          <Marked name="timeZone" onFocusIn={focus('timeZone').onFocus} onFocusOut={focus('timeZone').onBlur}>
            <ZoneSelect
              label="Time zone of the event"
              value={values.timeZone}
              isDisabled={isReadOnly}
              onChange={(timeZone) => onChange({ ...values, timeZone })}
            />
          </Marked>
        )}
      </div>
      {mark.below}
    </fieldset>
  );
}

interface MarkedProps {
  name: FormField;
  children: ComponentChildren;
  onFocusIn?: () => void;
  onFocusOut?: () => void;
}

/** A control without a label above it: what is to be seen at it stands behind it. */
function Marked({ name, children, ...focus }: MarkedProps) {
  const mark = useFieldMark(name);
  return (
    <span {...marked(mark, 'marked')} {...focus}>
      {children}
      {mark.tag}
    </span>
  );
}
