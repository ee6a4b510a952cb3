import { useId } from 'preact/hooks';
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
      <Field label="Title" fault={faults.title} class="field-title">
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
        />
      )}
      <Field label="Location">
        {(control) => (
          <input {...control} {...text('location')} maxLength={500} placeholder="A room, an address" />
        )}
      </Field>
      <Field label="Description">
        {(control) => <textarea {...control} {...text('description')} rows={3} maxLength={20_000} />}
      </Field>
      <ColorField value={values.color} isReadOnly={isReadOnly} onChange={(color) => set({ color })} />
      <More
        isOpen={
          values.url !== '' ||
          values.tags !== '' ||
          values.status !== 'confirmed' ||
          !values.busy ||
          faults.url !== undefined
        }
      >
        <Field label="Link" fault={faults.url}>
          {(control) => (
            <input {...control} {...text('url')} type="url" maxLength={2048} placeholder="https://" />
          )}
        </Field>
        <Field label="Tags" hint={tagsOf(values.tags).length > 1 ? undefined : 'Separated by commas'}>
          {(control) => <input {...control} {...text('tags')} />}
        </Field>
        <StatusFields {...props} />
      </More>
    </div>
  );
}

function StatusFields({ values, onChange, isReadOnly }: FormProps) {
  return (
    <div class="field-row">
      <Field label="Status">
        {(control) => (
          <select
            {...control}
            value={values.status}
            disabled={isReadOnly}
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
      <Field label="Shown as">
        {(control) => (
          <select
            {...control}
            value={values.busy ? 'busy' : 'free'}
            disabled={isReadOnly}
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

/** What few events need is folded away until one does. */
function More({ isOpen, children }: { isOpen: boolean; children: preact.ComponentChildren }) {
  const id = useId();
  return (
    <details class="more" open={isOpen} id={id}>
      <summary>Link, tags, status</summary>
      {children}
    </details>
  );
}
