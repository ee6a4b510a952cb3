import { useState } from 'preact/hooks';
import type { CreatedWebhook, WebhookView } from '../../../client/index.js';
import { confirm } from '../../dialogs/ask.js';
import { deleteWebhook, recentEvents, setActive, webhooks } from '../../state/webhooks.js';
import { useAction } from '../../state/use-action.js';
import { useLoaded } from '../../state/use-loaded.js';
import { Button } from '../../ui/button.js';
import { CopyField } from '../../ui/copy-field.js';
import { Deliveries } from './deliveries.js';
import { Once } from './feeds.js';
import { Fault, Waiting } from './form.js';
import { NewWebhookForm } from './new-webhook.js';
import { kindsWords } from './webhook-words.js';

/** Where changes are sent to, for other programs. */
export function WebhooksCard() {
  const { data, fault, reload } = useLoaded(webhooks);
  const events = useLoaded(recentEvents);
  const [made, setMade] = useState<CreatedWebhook | null>(null);
  const [isAdding, add] = useState(false);
  const titleOf = (id: string): string => events.data?.find((one) => one.id === id)?.title ?? 'one event';
  return (
    <>
      <p class="card-words">
        A webhook tells another program of every change, signed, as soon as it is made.
      </p>
      <Waiting data={data} fault={fault} none="There are no webhooks." />
      <ul class="rows" aria-label="Webhooks">
        {data?.map((one) => (
          <Webhook
            key={one.id}
            webhook={one}
            about={one.eventId === null ? 'of all your events' : `of ${titleOf(one.eventId)}`}
            onChanged={reload}
          />
        ))}
      </ul>
      {made ? (
        <Once onDone={() => setMade(null)}>
          <CopyField
            label="Secret of the webhook"
            value={made.secret}
            hint="Deliveries are signed with it. Copy it now: it is not shown again."
          />
        </Once>
      ) : isAdding ? (
        <NewWebhookForm
          events={events.data ?? []}
          onCancel={() => add(false)}
          onMade={(one) => {
            add(false);
            setMade(one);
            void reload();
          }}
        />
      ) : (
        <div class="card-buttons">
          <Button onClick={() => add(true)}>Add a webhook</Button>
        </div>
      )}
    </>
  );
}

interface WebhookProps {
  webhook: WebhookView;
  about: string;
  onChanged: () => Promise<void>;
}

function Webhook({ webhook, about, onChanged }: WebhookProps) {
  const { id, url, active, events } = webhook;
  const [isOpen, open] = useState(false);
  const { isBusy, fault, run } = useAction();
  const remove = async (): Promise<void> => {
    if (await confirm('Delete the webhook?', `${url} is told of nothing more.`, 'Delete')) {
      await run(() => deleteWebhook(id).then(onChanged));
    }
  };
  return (
    <li class="row row-open">
      <div class="row-words">
        <p>
          <strong class="address">{url}</strong>{' '}
          <span class={`badge ${active ? 'badge-good' : 'badge-warn'}`}>{active ? 'Active' : 'Paused'}</span>
        </p>
        <p class="row-more">
          {kindsWords(events)} {about}
        </p>
      </div>
      <div class="row-buttons">
        <Button class="button-small" isPressed={isOpen} onClick={() => open(!isOpen)}>
          Deliveries<span class="sr-only"> to {url}</span>
        </Button>
        <Button
          class="button-small"
          isDisabled={isBusy}
          onClick={() =>
            void run(async () => {
              await setActive(id, !active);
              await onChanged();
            })
          }
        >
          {active ? 'Pause' : 'Resume'}
          <span class="sr-only"> {url}</span>
        </Button>
        <Button class="button-small" isDisabled={isBusy} onClick={() => void remove()}>
          Delete<span class="sr-only"> {url}</span>
        </Button>
      </div>
      <Fault text={fault} />
      {isOpen && <Deliveries webhookId={id} />}
    </li>
  );
}
