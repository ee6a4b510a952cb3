import { diffOf, diffPageOf } from '../../state/history.js';
import { useAction } from '../../state/use-action.js';
import { useLoaded } from '../../state/use-loaded.js';
import { Button } from '../../ui/button.js';
import { saveFile } from '../../ui/save-file.js';
import { DownloadIcon, LeftIcon, SwapIcon } from '../../ui/icons.js';
import { Changes } from './changes.js';
import type { HistoryProps } from './shown.js';
import { VersionField } from './version-field.js';

const SHOWN = 100;

/** Any two versions against each other, in either direction. */
export function Compare({ event, from, to, show }: HistoryProps & { from: number; to: number }) {
  const { data, fault } = useLoaded(() => diffOf(event.id, from, to), `${from}/${to}`);
  const { isBusy, fault: pageFault, run } = useAction();
  const compare = (some: { from?: number; to?: number }): void =>
    show({ view: 'compare', from, to, ...some });
  const name = `versions ${from} and ${to}`;
  return (
    <section class="compare" aria-label={`Comparison of ${name}`}>
      <div class="history-head">
        <Button class="button-small" onClick={() => show({ view: 'list' })}>
          <LeftIcon /> All versions
        </Button>
        <Button
          class="button-small"
          isDisabled={isBusy || !data}
          onClick={() =>
            void run(async () =>
              saveFile(`versions-${from}-${to}.html`, 'text/html', await diffPageOf(event.id, from, to)),
            )
          }
        >
          <DownloadIcon /> As a page
        </Button>
      </div>
      <div class="compare-versions">
        <VersionField
          label="From version"
          value={from}
          most={event.version}
          onChange={(one) => compare({ from: one })}
        />
        <Button tone="quiet" label="The other way round" onClick={() => compare({ from: to, to: from })}>
          <SwapIcon />
        </Button>
        <VersionField
          label="To version"
          value={to}
          most={event.version}
          onChange={(one) => compare({ to: one })}
        />
      </div>
      {(fault || pageFault) && (
        <p class="alert" role="alert">
          {fault || pageFault}
        </p>
      )}
      <div aria-live="polite">
        {data ? (
          data.changes.length === 0 ? (
            <p class="muted">There is no difference between {name}.</p>
          ) : (
            <Changes key={`${from}/${to}`} changes={data.changes} most={SHOWN} />
          )
        ) : (
          !fault && <p class="muted">Comparing …</p>
        )}
      </div>
    </section>
  );
}
