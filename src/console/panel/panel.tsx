import { useEffect, useRef } from 'preact/hooks';
import { occurrenceOf, occurrences } from '../state/occurrences.js';
import { preferences, zoneOf } from '../state/preferences.js';
import { openCalendar, openEvent, route } from '../state/route.js';
import { useLiveEvent } from '../state/use-live.js';
import { useStore } from '../state/use-store.js';
import { spanWords } from '../time.js';
import { Button } from '../ui/button.js';
import { CloseIcon, RepeatIcon } from '../ui/icons.js';
import { Tabs } from '../ui/tabs.js';
import { wordsFor } from '../words.js';
import { forgetTab, openTab, shownTab } from './open-tab.js';
import type { SectionProps } from './section-props.js';
import { BANNERS, SECTIONS } from './sections.js';

/** The event that is open, beside the calendar. */
export function Panel() {
  const eventId = useStore(route, (state) => state.eventId);
  const recurrenceId = useStore(route, (state) => state.recurrenceId);
  return eventId === null ? null : <OpenPanel key={eventId} eventId={eventId} recurrenceId={recurrenceId} />;
}

function OpenPanel({ eventId, recurrenceId }: { eventId: string; recurrenceId: string | null }) {
  const { event, closed, error } = useLiveEvent(eventId);
  const items = useStore(occurrences, (state) => state.items);
  const found = recurrenceId === null ? undefined : occurrenceOf(items, eventId, recurrenceId);
  const panel = useFocusInside();
  useEffect(() => {
    void event?.setPresence({ open: true });
    return () => void event?.setPresence(null);
  }, [event]);
  useEffect(() => forgetTab, []);
  useEffect(() => {
    if (closed !== null && closed !== 'closed') {
      openCalendar();
    }
  }, [closed]);
  return (
    <aside class="panel" aria-label="Event" ref={panel} tabIndex={-1} onKeyDown={closeOnEscape}>
      {error ? (
        <Unavailable text={wordsFor(error)} />
      ) : event ? (
        <Sections event={event} occurrence={event.content.recurrence && found ? found : null} />
      ) : (
        <p class="panel-wait muted">Opening …</p>
      )}
    </aside>
  );
}

function closeOnEscape(event: KeyboardEvent): void {
  if (event.key === 'Escape' && !event.defaultPrevented) {
    openCalendar();
  }
}

/** The focus goes into the panel when it opens, and back when it closes. */
function useFocusInside() {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus();
      }
    };
  }, []);
  return panel;
}

function Sections(props: SectionProps) {
  const { id } = props.event;
  const chosen = useStore(shownTab, ({ eventId, name }) => (eventId === id ? name : null));
  const section = SECTIONS.find(({ name }) => name === chosen) ?? SECTIONS[0];
  return (
    <>
      <Head {...props} />
      {BANNERS.map(({ name, View }) => (
        <View key={name} {...props} />
      ))}
      <Tabs
        tabs={SECTIONS}
        open={section?.name ?? ''}
        onOpen={(name) => openTab(id, name)}
        label="About the event"
      >
        {section && <section.View {...props} />}
      </Tabs>
    </>
  );
}

function Head({ event, occurrence }: SectionProps) {
  const zone = useStore(preferences, zoneOf);
  const { title, start, end, allDay } = occurrence ?? event.content;
  return (
    <header class="panel-head">
      <span
        class="panel-mark"
        style={{ background: (occurrence ?? event.content).color ?? 'var(--event)' }}
      />
      <div class="panel-title">
        <h2>{title || 'Untitled'}</h2>
        <p>{spanWords({ start, end, allDay }, zone)}</p>
        {event.content.recurrence && (
          <p class="panel-series">
            <RepeatIcon />
            {occurrence ? (
              <>
                One of a series ·{' '}
                <button type="button" class="link" onClick={() => openEvent(event.id)}>
                  open the series
                </button>
              </>
            ) : (
              'The whole series'
            )}
          </p>
        )}
      </div>
      <Button tone="quiet" label="Close the event" onClick={openCalendar}>
        <CloseIcon />
      </Button>
    </header>
  );
}

function Unavailable({ text }: { text: string }) {
  return (
    <div class="panel-wait">
      <p role="alert">{text}</p>
      <Button onClick={openCalendar}>Back to the calendar</Button>
    </div>
  );
}
