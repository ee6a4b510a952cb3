import {
  Calendar as FullCalendar,
  type CalendarOptions,
  type EventDisplayInfo,
  type PluginInput,
} from 'fullcalendar';
import dayGrid from 'fullcalendar/daygrid';
import interaction from 'fullcalendar/interaction';
import list from 'fullcalendar/list';
import breezy from 'fullcalendar/themes/breezy';
import timeGrid from 'fullcalendar/timegrid';
import { useEffect, useRef } from 'preact/hooks';
import { PeopleIcon, RepeatIcon } from '../ui/icons.js';
import { dragged, selected } from './gestures.js';
import { itemOf, type ItemProps } from './items.js';
import { calendarView } from './navigation.js';
import { occurrences, showWindow } from '../state/occurrences.js';
import { isNarrow, preferences, viewOf, zoneOf, type View } from '../state/preferences.js';
import { openEvent } from '../state/route.js';
import { useStore } from '../state/use-store.js';
import { wallIn } from '../time.js';

const VIEWS: Readonly<Record<View, string>> = {
  month: 'dayGridMonth',
  week: 'timeGridWeek',
  day: 'timeGridDay',
  list: 'agenda',
};
const DAY_MS = 86_400_000;

/** The calendar itself: FullCalendar, given what the state holds. */
export function Calendar() {
  const place = useRef<HTMLDivElement>(null);
  const calendar = useRef<FullCalendar | null>(null);
  const items = useStore(occurrences, (state) => state.items);
  const zone = useStore(preferences, zoneOf);
  const view = useStore(preferences, viewOf);

  useEffect(() => {
    if (!place.current) {
      return undefined;
    }
    const made = new FullCalendar(place.current, optionsFor(zone, VIEWS[view]));
    calendar.current = made;
    calendarView.attach(made);
    made.render();
    return () => {
      calendarView.attach(null);
      made.destroy();
    };
  }, []);
  useEffect(() => calendar.current?.setOption('events', items.map(itemOf)), [items]);
  useEffect(() => calendar.current?.setOption('timeZone', zone), [zone]);
  useEffect(() => {
    if (calendar.current && calendar.current.view.type !== VIEWS[view]) {
      calendar.current.changeView(VIEWS[view]);
    }
  }, [view]);
  return <div class="calendar" ref={place} />;
}

const optionsFor = (timeZone: string, initialView: string): CalendarOptions => ({
  plugins: [breezy, dayGrid, timeGrid, list, interaction] as PluginInput[],
  initialView,
  timeZone,
  locale: navigator.language,
  firstDay: 1,
  headerToolbar: false,
  height: '100%',
  nowIndicator: true,
  navLinks: true,
  navLinkDayClick: (date: Date) => calendarView.showDay(date),
  editable: true,
  selectable: true,
  selectMirror: true,
  unselectAuto: true,
  longPressDelay: 350,
  eventResizableFromStart: true,
  eventInteractive: true,
  dayMaxEvents: true,
  scrollTime: '07:30:00',
  slotEventOverlap: false,
  eventTimeFormat: { hour: 'numeric', minute: '2-digit' },
  slotHeaderFormat: { hour: 'numeric', minute: '2-digit' },
  noEventsText: 'Nothing planned in this time.',
  eventDisplay: 'block',
  eventMinHeight: 20,
  slotMinHeight: 40,
  eventContent: Item,
  eventClass: 'item',
  eventInnerClass: 'item-inner',
  listItemEventClass: 'list-item',
  listDaysClass: 'list-days',
  listItemEventTimeClass: 'list-time',
  views: {
    agenda: {
      type: 'list',
      duration: { days: 28 },
      listDayFormat: { weekday: 'long' },
      listDayAltFormat: { day: 'numeric', month: 'short' },
      titleFormat: { day: 'numeric', month: 'short', year: 'numeric' },
    },
  },
  // What is to be read is part of what is said, and a list has no buttons for children.
  navLinkHint: (day: string, date: Date) => `${dayName(date, timeZone)}, ${day}`,
  dayCellDidMount: ({ el }) => el.removeAttribute('aria-label'),
  eventDidMount: ({ el }) => el.matches('[role=list] > *') && el.parentElement?.setAttribute('role', 'group'),
  viewDidMount: ({ el, view }) => view.type.startsWith('timeGrid') && scrollByKeys(el),
  datesSet: ({ start, end, view }) => {
    // A day more at each end: all-day events are dates, which begin elsewhere earlier.
    const wide = (date: Date, by: number): string => new Date(date.getTime() + by).toISOString();
    showWindow(wide(start, -DAY_MS), wide(end, DAY_MS));
    calendarView.moved(view.title);
  },
  eventClick: ({ event, jsEvent }) => {
    jsEvent.preventDefault();
    const { occurrence, isSeries } = event.extendedProps as ItemProps;
    openEvent(occurrence.eventId, isSeries ? occurrence.recurrenceId : null);
  },
  select: (info) => selected(info, () => calendar(info.view).unselect()),
  eventDrop: (info) => void dragged(info, false),
  eventResize: (info) => void dragged(info, true),
});

/** Where there are no events, nothing in the day takes the focus: something must, to be scrolled by keys. */
function scrollByKeys(element: HTMLElement): void {
  for (const part of element.querySelectorAll<HTMLElement>('[style*=overflow]')) {
    const row = part.style.overflowY === 'auto' ? part.querySelector<HTMLElement>('[role=row]') : null;
    row?.setAttribute('tabindex', '0');
  }
}

/** As the calendar's own headers say it: “Mon 16”. */
const dayName = (date: Date, timeZone: string): string =>
  `${new Intl.DateTimeFormat(navigator.language, { weekday: 'short', timeZone }).format(date)} ${wallIn(timeZone, date).date.slice(8).replace(/^0/, '')}`;

const calendar = (view: { calendar: unknown }): { unselect(): void } => view.calendar as { unselect(): void };

/** What stands in an item: its time and title, and whether it recurs or is somebody else's. */
function Item({ event, timeText, timeClass, titleClass }: EventDisplayInfo) {
  const { isShared, isSeries } = event.extendedProps as Partial<ItemProps>;
  return (
    <>
      {timeText && <span class={timeClass}>{timeText}</span>}
      <span class={titleClass}>
        {event.title || (isNarrow() ? 'New' : 'New event')}
        {isSeries && <RepeatIcon />}
        {isSeries && <span class="sr-only">, recurring</span>}
        {isShared && <PeopleIcon />}
        {isShared && <span class="sr-only">, shared with you</span>}
      </span>
    </>
  );
}
