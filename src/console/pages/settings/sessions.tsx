import { endOthers, endSession, sessions, type SessionView } from '../../state/account.js';
import { announce } from '../../state/notices.js';
import { signOut } from '../../state/session.js';
import { useAction } from '../../state/use-action.js';
import { useLoaded } from '../../state/use-loaded.js';
import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { deviceWords } from './device-words.js';
import { Fault, Waiting } from './form.js';

/** Where one is signed in; any of it can be ended from here. */
export function SessionsCard() {
  const { data, fault, reload } = useLoaded(sessions);
  const action = useAction();
  const others = data?.filter(({ current }) => !current) ?? [];
  const end = (work: () => Promise<void>): void =>
    void action.run(async () => {
      await work();
      await reload();
      announce('The session has ended.');
    });
  return (
    <>
      <Waiting data={data} fault={fault} none="" />
      <ul class="rows" aria-label="Sessions">
        {data?.map((one) => (
          <SessionRow
            key={one.id}
            session={one}
            isBusy={action.isBusy}
            onEnd={() => end(() => endSession(one.id))}
          />
        ))}
      </ul>
      <Fault text={action.fault} />
      {others.length > 1 && (
        <div class="card-buttons">
          <Button isDisabled={action.isBusy} onClick={() => end(() => endOthers(others))}>
            Sign out everywhere else
          </Button>
        </div>
      )}
    </>
  );
}

interface RowProps {
  session: SessionView;
  isBusy: boolean;
  onEnd: () => void;
}

function SessionRow({ session, isBusy, onEnd }: RowProps) {
  const { current, userAgent, address, createdAt, lastUsedAt } = session;
  const device = deviceWords(userAgent);
  return (
    <li class="row">
      <div class="row-words">
        <p>
          <strong title={userAgent}>{device}</strong>{' '}
          {current && <span class="badge badge-good">This one</span>}
        </p>
        <p class="row-more">
          {address} · signed in <Ago at={createdAt} isShort /> · used <Ago at={lastUsedAt} isShort />
        </p>
      </div>
      {current ? (
        <Button class="button-small" onClick={() => void signOut()}>
          Sign out
        </Button>
      ) : (
        <Button class="button-small" isDisabled={isBusy} onClick={onEnd}>
          End<span class="sr-only"> the session of {device}</span>
        </Button>
      )}
    </li>
  );
}
