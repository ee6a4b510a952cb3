import { useRef, useState } from 'preact/hooks';
import { ConveneError } from '../../client/index.js';
import { register, session, signIn, wasHere } from '../state/session.js';
import { useStore } from '../state/use-store.js';
import { Button } from '../ui/button.js';
import { Field } from '../ui/field.js';
import { BoltIcon, HistoryIcon, MergeIcon } from '../ui/icons.js';
import { Logo } from '../ui/logo.js';
import { wordsFor } from '../words.js';

type Mode = 'register' | 'sign-in';

/** The way in, for those who come back and for those who see it for the first time. */
export function SignIn() {
  const ended = useStore(session, (state) => state.ended);
  const [mode, setMode] = useState<Mode>(wasHere() || ended ? 'sign-in' : 'register');
  return (
    <main class="welcome">
      <section class="welcome-words">
        <p class="brand">
          <Logo />
          <span>Convene</span>
        </p>
        <h1>A calendar that people edit together</h1>
        <ul>
          <li>
            <BoltIcon />
            <span>
              <strong>Live.</strong> Every change is with everybody the moment it is stored.
            </span>
          </li>
          <li>
            <MergeIcon />
            <span>
              <strong>Nothing overwritten.</strong> Edits made at the same time are merged, or shown as a
              choice.
            </span>
          </li>
          <li>
            <HistoryIcon />
            <span>
              <strong>Nothing forgotten.</strong> Every version of every event can be read, compared and
              restored.
            </span>
          </li>
        </ul>
        <p class="welcome-api">
          For programs, too: <a href="/api/docs/">the API</a>.
        </p>
      </section>
      <section class="welcome-form" aria-label={mode === 'register' ? 'New account' : 'Sign in'}>
        {ended && (
          <p class="note" role="status">
            {ended}
          </p>
        )}
        <Form key={mode} mode={mode} />
        <p class="muted">
          {mode === 'register' ? 'You have an account? ' : 'New here? '}
          <button
            type="button"
            class="link"
            onClick={() => setMode(mode === 'register' ? 'sign-in' : 'register')}
          >
            {mode === 'register' ? 'Sign in' : 'Make an account'}
          </button>
        </p>
      </section>
    </main>
  );
}

interface FormState {
  isSending: boolean;
  fault: string;
  /** Whether this Convene wants an invitation. */
  isInvited: boolean;
}

function Form({ mode }: { mode: Mode }) {
  const [state, setState] = useState<FormState>({ isSending: false, fault: '', isInvited: false });
  const form = useRef<HTMLFormElement>(null);
  const isNew = mode === 'register';
  const send = async (): Promise<void> => {
    const data = new FormData(form.current ?? undefined);
    const given = (name: string): string => {
      const value = data.get(name);
      return typeof value === 'string' ? value : '';
    };
    setState({ ...state, isSending: true, fault: '' });
    try {
      await (isNew
        ? register({
            email: given('email').trim(),
            name: given('name'),
            password: given('password'),
            invitation: given('invitation'),
          })
        : signIn(given('who').trim(), given('password')));
    } catch (error) {
      const wants =
        error instanceof ConveneError && error.errors.some(({ pointer }) => pointer === '/invitation');
      setState({ isSending: false, fault: wordsFor(error), isInvited: state.isInvited || wants });
    }
  };
  return (
    <form
      ref={form}
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h2>{isNew ? 'Make an account' : 'Welcome back'}</h2>
      {isNew && (
        <Field label="Your name">
          {(control) => <input {...control} name="name" autocomplete="name" maxLength={100} required />}
        </Field>
      )}
      {isNew ? (
        <Field label="Email">
          {(control) => <input {...control} name="email" type="email" autocomplete="email" required />}
        </Field>
      ) : (
        <Field label="Email or username">
          {(control) => (
            <input {...control} name="who" autocomplete="username" autocapitalize="none" required />
          )}
        </Field>
      )}
      <Field label="Password" hint={isNew ? 'At least 8 characters' : undefined}>
        {(control) => (
          <input
            {...control}
            name="password"
            type="password"
            autocomplete={isNew ? 'new-password' : 'current-password'}
            minLength={isNew ? 8 : 1}
            maxLength={128}
            required
          />
        )}
      </Field>
      {isNew && state.isInvited && (
        <Field label="Invitation code">
          {(control) => <input {...control} name="invitation" autocomplete="off" required />}
        </Field>
      )}
      {state.fault && (
        <p class="alert" role="alert">
          {state.fault}
        </p>
      )}
      <Button type="submit" tone="primary" isDisabled={state.isSending}>
        {isNew ? 'Begin' : 'Sign in'}
      </Button>
    </form>
  );
}
