import { useContext, useEffect, useId, useRef } from 'preact/hooks';
import { FieldMarks } from '../ui/field-marks.js';
import { Field } from '../ui/field.js';
import { ColorField } from './color-field.js';
import { RepeatFields } from './repeat-fields.js';
import { faultsOf, startOf, tagsOf, withStart, type FormField, type FormValues } from './values.js';
import { WhenFields } from './when-fields.js';

export interface FormProps {
  values: FormValues;
  onChange: (values: FormValues) => void;
  /** Whether what is wrong is told: not before somebody has tried to send it. */
  isStrict: boolean;
  isReadOnly?: boolean;
  /** Fields of the series, which one occurrence cannot have of its own, are left out. */
  isOccurrence?: boolean;
  /** The field that one is in; null when one leaves it. For telling others. */
  onField?: (field: FormField | null) => void;
}

/** Every field of an event. */
export function EventFields(props: FormProps) {
  const { values, onChange, isStrict, isReadOnly = false, onField } = props;
  const faults = isStrict ? faultsOf(values) : {};
  const markOf = useContext(FieldMarks);
  const isMarked = (['url', 'tags', 'status', 'busy'] as const).some((field) => markOf(field)?.below);
  const set = (change: Partial<FormValues>): void => onChange({ ...values, ...change });
  const text = (field: 'title' | 'location' | 'url' | 'description' | 'tags') => ({
    value: values[field],
    disabled: isReadOnly,
    onInput: (event: { currentTarget: { value: string } }) => set({ [field]: event.currentTarget.value }),
    onFocus: () => onField?.(field),
    onBlur: () => onField?.(null),
  });
  return (
    <div class="form">
      <Field label="Title" name="title" fault={faults.title} class="field-title">
        {(control) => (
          <input
            {...control}
            {...text('title')}
            placeholder="What is it?"
            maxLength={200}
            autocomplete="off"
            autofocus={!values.title}
          />
        )}
      </Field>
      <WhenFields
        values={values}
        fault={faults.endDate}
        isReadOnly={isReadOnly}
        onChange={onChange}
        onStart={(start) => onChange(withStart(values, { ...startOf(values), ...start }))}
        onField={onField}
      />
      {!props.isOccurrence && (
        <RepeatFields
          values={values}
          fault={faults.repeat}
          isReadOnly={isReadOnly}
          onChange={(repeat) => set({ repeat })}
          onField={onField}
        />
      )}
      <Field label="Location" name="location">
        {(control) => (
          <input {...control} {...text('location')} maxLength={500} placeholder="A room, an address" />
        )}
      </Field>
      <Field label="Description" name="description">
        {(control) => <textarea {...control} {...text('description')} rows={3} maxLength={20_000} />}
      </Field>
      <ColorField
        value={values.color}
        isReadOnly={isReadOnly}
        onChange={(color) => set({ color })}
        onField={onField}
      />
      <More
        isOpen={
          values.url !== '' ||
          values.tags !== '' ||
          values.status !== 'confirmed' ||
          !values.busy ||
          faults.url !== undefined ||
          isMarked
        }
        isNeeded={isMarked || faults.url !== undefined}
      >
        <Field label="Link" name="url" fault={faults.url}>
          {(control) => (
            <input {...control} {...text('url')} type="url" maxLength={2048} placeholder="https://" />
          )}
        </Field>
        <Field
          label="Tags"
          name="tags"
          hint={tagsOf(values.tags).length > 1 ? undefined : 'Separated by commas'}
        >
          {(control) => <input {...control} {...text('tags')} />}
        </Field>
        <StatusFields {...props} />
      </More>
    </div>
  );
}

function StatusFields({ values, onChange, isReadOnly, onField }: FormProps) {
  const select = (field: 'status' | 'busy') => ({
    disabled: isReadOnly,
    onFocus: () => onField?.(field),
    onBlur: () => onField?.(null),
  });
  return (
    <div class="field-row">
      <Field label="Status" name="status">
        {(control) => (
          <select
            {...control}
            {...select('status')}
            value={values.status}
            onChange={({ currentTarget }) =>
              onChange({ ...values, status: currentTarget.value as FormValues['status'] })
            }
          >
            <option value="confirmed">Confirmed</option>
            <option value="tentative">Tentative</option>
            <option value="cancelled">Cancelled</option>
          </select>
        )}
      </Field>
      <Field label="Shown as" name="busy">
        {(control) => (
          <select
            {...control}
            {...select('busy')}
            value={values.busy ? 'busy' : 'free'}
            onChange={({ currentTarget }) => onChange({ ...values, busy: currentTarget.value === 'busy' })}
          >
            <option value="busy">Busy</option>
            <option value="free">Free</option>
          </select>
        )}
      </Field>
    </div>
  );
}

interface MoreProps {
  isOpen: boolean;
  /** Something in it is to be seen now, even where somebody has folded it away. */
  isNeeded: boolean;
  children: preact.ComponentChildren;
}

/** What few events need is folded away until one does. */
function More({ isOpen, isNeeded, children }: MoreProps) {
  const id = useId();
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (isNeeded) {
      details.current?.setAttribute('open', '');
    }
  }, [isNeeded]);
  return (
    <details class="more" open={isOpen} id={id} ref={details}>
      <summary>Link, tags, status</summary>
      {children}
    </details>
  );
}
