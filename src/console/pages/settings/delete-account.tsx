import { useState } from 'preact/hooks';
import { confirm } from '../../dialogs/ask.js';
import { deleteAccount } from '../../state/account.js';
import { useAction } from '../../state/use-action.js';
import { Field } from '../../ui/field.js';
import { SettingsForm } from './form.js';
import { WRONG } from './profile.js';

/** The way out for good: what becomes of one's events is said beforehand. */
export function DeleteAccount() {
  const [isHandedOver, handOver] = useState(true);
  const action = useAction();
  const remove = async (password: string, heir: string): Promise<void> => {
    const text = isHandedOver
      ? `Your events become those of ${heir}. Your account does not come back.`
      : 'Every event of yours goes with its history, for everybody. Nothing can bring them back.';
    if (await confirm('Delete your account?', text, 'Delete account')) {
      await action.run(() => deleteAccount(password, isHandedOver ? heir : null), WRONG);
    }
  };
  return (
    <SettingsForm
      action={action}
      label="Delete account"
      tone="danger"
      onSubmit={(given) => void remove(given('password'), given('heir').trim())}
    >
      <fieldset class="choices">
        <legend class="field-label">What becomes of your events?</legend>
        <label class="choice">
          <input type="radio" name="events" checked={isHandedOver} onChange={() => handOver(true)} />
          <span>
            Somebody else takes them over
            <small>Whoever they are shared with keeps them.</small>
          </span>
        </label>
        <label class="choice">
          <input type="radio" name="events" checked={!isHandedOver} onChange={() => handOver(false)} />
          <span>
            They are erased
            <small>With their history, for everybody.</small>
          </span>
        </label>
      </fieldset>
      <div class="field-row">
        {isHandedOver && (
          <Field label="Who takes them over" hint="Their email or username">
            {(control) => (
              <input {...control} name="heir" required autocomplete="off" autocapitalize="none" />
            )}
          </Field>
        )}
        <Field label="Your password">
          {(control) => (
            <input {...control} name="password" type="password" autocomplete="current-password" required />
          )}
        </Field>
      </div>
    </SettingsForm>
  );
}
