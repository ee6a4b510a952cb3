import { calendarView, shown } from '../calendar/navigation.js';
import { openNextHour } from '../form/new-event.js';
import { preferences, viewOf, zoneOf, type View } from '../state/preferences.js';
import { route } from '../state/route.js';
import { useStore } from '../state/use-store.js';
import { Button } from '../ui/button.js';
import { LeftIcon, PlusIcon, RightIcon } from '../ui/icons.js';
import { Logo } from '../ui/logo.js';
import { ZoneSelect } from '../ui/zone-select.js';
import { ConnectionDot } from './connection-dot.js';
import { UserMenu } from './user-menu.js';

const VIEWS: readonly { value: View; label: string }[] = [
  { value: 'month', label: 'Month' },
  { value: 'week', label: 'Week' },
  { value: 'day', label: 'Day' },
  { value: 'list', label: 'List' },
];

export function Header() {
  const isCalendar = useStore(route, ({ page }) => page === '');
  return (
    <header class="header">
      <a class="brand" href="#/" aria-label="Convene, to the calendar">
        <Logo />
        <span>Convene</span>
      </a>
      {isCalendar && <Steering />}
      <div class="header-end">
        {isCalendar && <Zone />}
        <ConnectionDot />
        <UserMenu />
        {isCalendar && (
          <Button tone="primary" class="new-event" onClick={() => openNextHour(calendarView.date())}>
            <PlusIcon />
            <span>New event</span>
          </Button>
        )}
      </div>
    </header>
  );
}

/** Where in time one is, and how much of it one sees. */
function Steering() {
  const title = useStore(shown, (state) => state.title);
  const view = useStore(preferences, viewOf);
  return (
    <nav class="steering" aria-label="Calendar">
      <Button onClick={calendarView.today}>Today</Button>
      <div class="steering-arrows">
        <Button tone="quiet" label="Earlier" onClick={calendarView.prev}>
          <LeftIcon />
        </Button>
        <Button tone="quiet" label="Later" onClick={calendarView.next}>
          <RightIcon />
        </Button>
      </div>
      <h2 class="steering-title" aria-live="polite">
        {title}
      </h2>
      <div class="views" role="group" aria-label="View">
        {VIEWS.map(({ value, label }) => (
          <button
            key={value}
            type="button"
            aria-pressed={value === view}
            onClick={() => calendarView.show(value)}
          >
            {label}
          </button>
        ))}
      </div>
    </nav>
  );
}

function Zone() {
  const zone = useStore(preferences, zoneOf);
  return (
    <ZoneSelect
      label="Time zone in which times are shown"
      value={zone}
      onChange={(timeZone) => preferences.set({ timeZone })}
    />
  );
}
