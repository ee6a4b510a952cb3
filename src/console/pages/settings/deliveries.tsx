import { useEffect, useState } from 'preact/hooks';
import type { DeliveryView } from '../../../client/index.js';
import { deliveries, replay, type DeliveryState } from '../../state/webhooks.js';
import { useAction } from '../../state/use-action.js';
import { useLoaded } from '../../state/use-loaded.js';
import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { Field } from '../../ui/field.js';
import { Fault, Waiting } from './form.js';
import { Pager } from './pager.js';
import { attemptWords, KIND_NAMES, STATE_NAMES } from './webhook-words.js';

/** How often it is looked again while something waits. */
const AGAIN_MS = 3_000;
const BADGES = { delivered: 'badge-good', pending: 'badge-warn', dead: 'badge-bad' } as const;

/** What became of telling a webhook; any of it can be sent again. */
export function Deliveries({ webhookId }: { webhookId: string }) {
  const [state, setState] = useState<DeliveryState | ''>('');
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1) ?? null;
  const { data, fault, reload } = useLoaded(
    () => deliveries(webhookId, state, cursor),
    `${state}/${cursor ?? ''}`,
  );
  const action = useAction();
  useAgain(data?.items.some((one) => one.state === 'pending') ?? false, reload);
  const next = data?.nextCursor ?? null;
  return (
    <div class="deliveries">
      <div class="deliveries-head">
        <Field label="Deliveries">
          {(control) => (
            <select
              {...control}
              value={state}
              onChange={({ currentTarget }) => {
                setCursors([]);
                setState(currentTarget.value as DeliveryState | '');
              }}
            >
              <option value="">All</option>
              <option value="pending">Waiting</option>
              <option value="delivered">Delivered</option>
              <option value="dead">Given up</option>
            </select>
          )}
        </Field>
        <Button onClick={() => void reload()}>Refresh</Button>
      </div>
      <Waiting data={data?.items ?? null} fault={fault} none="There are none." />
      <ul class="rows" aria-label="Deliveries">
        {data?.items.map((one) => (
          <Delivery
            key={one.id}
            delivery={one}
            isBusy={action.isBusy}
            onReplay={() => void action.run(() => replay(webhookId, one.id).then(reload))}
          />
        ))}
      </ul>
      <Fault text={action.fault} />
      <Pager cursors={cursors} next={next} onTurn={setCursors} />
    </div>
  );
}

function useAgain(isWaiting: boolean, reload: () => Promise<void>): void {
  useEffect(() => {
    if (!isWaiting) {
      return undefined;
    }
    const timer = setInterval(() => void (document.hidden || reload()), AGAIN_MS);
    return () => clearInterval(timer);
  }, [isWaiting, reload]);
}

interface DeliveryProps {
  delivery: DeliveryView;
  isBusy: boolean;
  onReplay: () => void;
}

function Delivery({ delivery, isBusy, onReplay }: DeliveryProps) {
  const { state, kind, version, createdAt, nextAttemptAt } = delivery;
  return (
    <li class="row">
      <div class="row-words">
        <p>
          <span class={`badge ${BADGES[state]}`}>{STATE_NAMES[state]}</span> {KIND_NAMES[kind]}{' '}
          <span class="muted">v{version}</span>
        </p>
        <p class="row-more">
          <Ago at={createdAt} isShort />
          {attemptWords(delivery) !== null && ` · ${attemptWords(delivery) ?? ''}`}
          {state === 'pending' && nextAttemptAt !== null && (
            <>
              {' '}
              · next <Ago at={nextAttemptAt} isShort />
            </>
          )}
        </p>
      </div>
      <Button class="button-small" isDisabled={isBusy} onClick={onReplay}>
        Send again<span class="sr-only"> version {version}</span>
      </Button>
    </li>
  );
}
