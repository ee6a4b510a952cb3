import { useState } from 'preact/hooks';
import type { CreatedWebhook, EventView, Kind } from '../../../client/index.js';
import { createWebhook } from '../../state/webhooks.js';
import { useAction } from '../../state/use-action.js';
import { Field } from '../../ui/field.js';
import { SettingsForm } from './form.js';
import { KIND_NAMES, KINDS } from './webhook-words.js';

interface NewWebhookProps {
  /** From which one may be chosen. */
  events: readonly EventView[];
  onMade: (webhook: CreatedWebhook) => void;
  onCancel: () => void;
}

export function NewWebhookForm({ events, onMade, onCancel }: NewWebhookProps) {
  const [kinds, setKinds] = useState<readonly Kind[]>([]);
  const action = useAction();
  const make = (given: (name: string) => string): Promise<boolean> =>
    action.run(async () =>
      onMade(
        await createWebhook({
          url: given('url').trim(),
          events: [...kinds],
          eventId: given('event') || null,
        }),
      ),
    );
  return (
    <div class="once">
      <SettingsForm
        action={action}
        label="Add the webhook"
        tone="primary"
        onCancel={onCancel}
        onSubmit={(given) => void make(given)}
      >
        <Field label="Link" hint="Changes are sent there by POST">
          {(control) => (
            <input
              {...control}
              name="url"
              type="url"
              required
              maxLength={2048}
              placeholder="https://"
              autocomplete="off"
            />
          )}
        </Field>
        <Field label="Of which events">
          {(control) => (
            <select {...control} name="event">
              <option value="">All of my events</option>
              {events.map(({ id, title, start }) => (
                <option key={id} value={id}>
                  {title} ({start.slice(0, 10)})
                </option>
              ))}
            </select>
          )}
        </Field>
        <KindChoice kinds={kinds} onChange={setKinds} />
      </SettingsForm>
    </div>
  );
}

interface KindChoiceProps {
  kinds: readonly Kind[];
  onChange: (kinds: readonly Kind[]) => void;
}

function KindChoice({ kinds, onChange }: KindChoiceProps) {
  return (
    <fieldset class="kinds">
      <legend class="field-label">Of which changes</legend>
      <label class="check">
        <input type="checkbox" checked={kinds.length === 0} onChange={() => onChange([])} />
        Every change
      </label>
      {KINDS.map((kind) => (
        <label key={kind} class="check">
          <input
            type="checkbox"
            checked={kinds.includes(kind)}
            onChange={({ currentTarget }) =>
              onChange(
                currentTarget.checked
                  ? KINDS.filter((one) => one === kind || kinds.includes(one))
                  : kinds.filter((one) => one !== kind),
              )
            }
          />
          {KIND_NAMES[kind]}
        </label>
      ))}
    </fieldset>
  );
}
