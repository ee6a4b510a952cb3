import { useState } from 'preact/hooks';
import type { CreatedFeed } from '../../../client/index.js';
import { confirm } from '../../dialogs/ask.js';
import { createFeed, feeds, revokeFeed, type FeedView } from '../../state/exchange.js';
import { useAction } from '../../state/use-action.js';
import { useLoaded } from '../../state/use-loaded.js';
import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { CopyField } from '../../ui/copy-field.js';
import { Field } from '../../ui/field.js';
import { Fault, SettingsForm, Waiting } from './form.js';

/** Addresses to which other calendar programs subscribe. */
export function FeedsCard() {
  const { data, fault, reload } = useLoaded(feeds);
  const [made, setMade] = useState<CreatedFeed | null>(null);
  const action = useAction();
  const revoke = async ({ id, label }: FeedView): Promise<void> => {
    if (await confirm(`Revoke ${label}?`, 'Programs that use this address see nothing more.', 'Revoke')) {
      await action.run(async () => {
        await revokeFeed(id);
        setMade((one) => (one?.id === id ? null : one));
        await reload();
      });
    }
  };
  return (
    <>
      <p class="card-words">
        A feed is an address by which another calendar program, such as that of a phone, shows your events.
        Whoever has it can read all of them.
      </p>
      <Waiting data={data} fault={fault} none="There are no feeds." />
      <ul class="rows" aria-label="Feeds">
        {data?.map((one) => (
          <li key={one.id} class="row">
            <div class="row-words">
              <p>
                <strong>{one.label}</strong>
              </p>
              <p class="row-more">
                made <Ago at={one.createdAt} isShort /> ·{' '}
                {one.lastUsedAt === null ? (
                  'not used yet'
                ) : (
                  <>
                    read <Ago at={one.lastUsedAt} isShort />
                  </>
                )}
              </p>
            </div>
            <Button class="button-small" isDisabled={action.isBusy} onClick={() => void revoke(one)}>
              Revoke<span class="sr-only"> {one.label}</span>
            </Button>
          </li>
        ))}
      </ul>
      {made ? (
        <Once onDone={() => setMade(null)}>
          <CopyField
            label={`Address of ${made.label}`}
            value={new URL(made.url, location.origin).href}
            hint="Copy it now: it is not shown again."
          />
        </Once>
      ) : (
        <NewFeed
          onMade={(one) => {
            setMade(one);
            void reload();
          }}
        />
      )}
      <Fault text={action.fault} />
    </>
  );
}

function NewFeed({ onMade }: { onMade: (feed: CreatedFeed) => void }) {
  const action = useAction();
  return (
    <SettingsForm
      action={action}
      label="Make a feed"
      onSubmit={(given) => void action.run(async () => onMade(await createFeed(given('label').trim())))}
    >
      <Field label="Label" hint="What it is for, such as Phone">
        {(control) => <input {...control} name="label" maxLength={100} required autocomplete="off" />}
      </Field>
    </SettingsForm>
  );
}

/** Something that is shown once, until the person has it. */
export function Once({ onDone, children }: { onDone: () => void; children: preact.ComponentChildren }) {
  return (
    <div class="once" role="group" aria-label="Shown once">
      {children}
      <div class="card-buttons">
        <Button tone="primary" onClick={onDone}>
          I have it
        </Button>
      </div>
    </div>
  );
}
