import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../ui/button.js';
import { CloseIcon } from '../../ui/icons.js';
import { HistoryEntry } from './entry.js';
import type { HistoryProps } from './shown.js';
import type { History } from './use-history.js';

/** Every version, newest first; the older ones come as one reads on. */
export function Timeline({ event, history, show }: HistoryProps & { history: History }) {
  const [picked, pick] = useState<number | null>(null);
  const seen = useFirst(history.entries[0]?.version);
  const { entries, older, isLoading, fault } = history;
  const compare = (version: number): void =>
    picked === null
      ? pick(version)
      : show({ view: 'compare', from: Math.min(picked, version), to: Math.max(picked, version) });
  return (
    <>
      <div class="history-head">
        <p class="muted" aria-live="polite">
          {event.version === 1 ? 'One version' : `${event.version.toLocaleString('en')} versions`}
        </p>
        {event.version > 1 && picked === null && (
          <Button
            class="button-small"
            onClick={() => show({ view: 'compare', from: event.version - 1, to: event.version })}
          >
            Compare versions
          </Button>
        )}
      </div>
      {picked !== null && <Picked version={picked} onCancel={() => pick(null)} />}
      <ol class="timeline" aria-label="Versions, newest first">
        {entries.map((entry) => (
          <HistoryEntry
            key={entry.version}
            event={event}
            entry={entry}
            isNew={seen !== undefined && entry.version > seen}
            picked={picked}
            onCompare={compare}
            show={show}
          />
        ))}
      </ol>
      {fault && (
        <p class="alert" role="alert">
          {fault}
        </p>
      )}
      {isLoading && entries.length === 0 && <p class="muted">Loading …</p>}
      {(older ?? fault) && <Older isLoading={isLoading} isAuto={fault === ''} onMore={history.more} />}
    </>
  );
}

/** The newest version when the list was first there: what is newer has come while one looks. */
function useFirst(version: number | undefined): number | undefined {
  const first = useRef(version);
  first.current ??= version;
  return first.current;
}

function Picked({ version, onCancel }: { version: number; onCancel: () => void }) {
  return (
    <div class="history-picked" role="status">
      <p>Version {version} is chosen. Choose another to compare it with.</p>
      <Button tone="quiet" label="Do not compare" onClick={onCancel}>
        <CloseIcon />
      </Button>
    </div>
  );
}

/** Asks for older versions once it is to be seen, or by hand. */
function Older({ isLoading, isAuto, onMore }: { isLoading: boolean; isAuto: boolean; onMore: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  const more = useRef(onMore);
  more.current = onMore;
  useEffect(() => {
    const element = place.current;
    if (!element || !isAuto || isLoading) {
      return undefined;
    }
    const observer = new IntersectionObserver(
      ([seen]) => {
        if (seen?.isIntersecting) {
          more.current();
        }
      },
      { rootMargin: '200px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [isAuto, isLoading]);
  return (
    <div class="history-older" ref={place}>
      <Button onClick={onMore} isDisabled={isLoading}>
        {isLoading ? 'Loading …' : isAuto ? 'Show older versions' : 'Try again'}
      </Button>
    </div>
  );
}
