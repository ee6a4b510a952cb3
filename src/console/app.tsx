import { Calendar } from './calendar/calendar.js';
import { QuestionDialog } from './dialogs/question.js';
import { NewEventDialog } from './form/new-event-dialog.js';
import { Header } from './header/header.js';
import { SignIn } from './pages/sign-in.js';
import { PAGES } from './pages/pages.js';
import { Panel } from './panel/panel.js';
import { FirstSteps } from './calendar/first-steps.js';
import { route } from './state/route.js';
import { session } from './state/session.js';
import { useStore } from './state/use-store.js';
import { Toasts } from './ui/toasts.js';
import { BARS } from './header/bars.js';

export function App() {
  const isSignedIn = useStore(session, ({ user }) => user !== null);
  return (
    <>
      {isSignedIn ? <Home /> : <SignIn />}
      <Toasts />
    </>
  );
}

/** The calendar with its panel, or another page in their place. The calendar stays: one comes back to where it was. */
function Home() {
  const name = useStore(route, ({ page }) => page);
  const page = PAGES.find((one) => one.name === name);
  return (
    <div class="home">
      <a class="skip" href="#main" onClick={skip}>
        To the content
      </a>
      <Header />
      {BARS.map((one) => (
        <one.View key={one.name} />
      ))}
      <main id="main" tabIndex={-1} class="home-main">
        <div class="home-calendar" hidden={page !== undefined}>
          <div class="home-sheet">
            <h1 class="sr-only">Calendar</h1>
            <Calendar />
            <FirstSteps />
          </div>
          <Panel />
        </div>
        {page && <page.View />}
      </main>
      <NewEventDialog />
      <QuestionDialog />
    </div>
  );
}

function skip(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
