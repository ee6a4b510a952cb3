import { changeNames, changePassword } from '../../state/account.js';
import { toast } from '../../state/notices.js';
import { session } from '../../state/session.js';
import { useAction } from '../../state/use-action.js';
import { useStore } from '../../state/use-store.js';
import { Field } from '../../ui/field.js';
import { SettingsForm } from './form.js';

const TAKEN = { 'already-registered': 'Somebody has this username already.' };
export const WRONG = { 'invalid-credentials': 'Your password is not right.' };

/** What one is called, and by what one signs in. */
export function Profile() {
  const user = useStore(session, (state) => state.user);
  const action = useAction();
  return (
    <SettingsForm
      action={action}
      label="Save names"
      onSubmit={(given) =>
        void action.run(async () => {
          await changeNames({ name: given('name').trim(), username: given('username').trim() });
          toast('Saved your names.', { about: 'settings' });
        }, TAKEN)
      }
    >
      <Field label="Email">
        {(control) => <input {...control} value={user?.email ?? ''} readOnly class="is-fixed" />}
      </Field>
      <div class="field-row">
        <Field label="Name" hint="As others see you">
          {(control) => (
            <input {...control} name="name" autocomplete="name" maxLength={100} defaultValue={user?.name} />
          )}
        </Field>
        <Field label="Username" hint="3 to 32 letters, digits, . _ -">
          {(control) => (
            <input
              {...control}
              name="username"
              autocomplete="username"
              autocapitalize="none"
              minLength={3}
              maxLength={32}
              required
              defaultValue={user?.username}
            />
          )}
        </Field>
      </div>
    </SettingsForm>
  );
}

/** A new password; it ends every other session. */
export function Password() {
  const user = useStore(session, (state) => state.user);
  const action = useAction();
  return (
    <SettingsForm
      action={action}
      label="Change password"
      onSubmit={(given, form) =>
        void action.run(async () => {
          await changePassword(given('current'), given('password'));
          form.reset();
          toast('Your password is changed. You are signed out everywhere else.', { about: 'settings' });
        }, WRONG)
      }
    >
      <input type="text" autocomplete="username" value={user?.username ?? ''} readOnly hidden />
      <div class="field-row">
        <Field label="Current password">
          {(control) => (
            <input {...control} name="current" type="password" autocomplete="current-password" required />
          )}
        </Field>
        <Field label="New password" hint="At least 8 characters">
          {(control) => (
            <input
              {...control}
              name="password"
              type="password"
              autocomplete="new-password"
              minLength={8}
              maxLength={128}
              required
            />
          )}
        </Field>
      </div>
    </SettingsForm>
  );
}
