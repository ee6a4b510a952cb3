import { render } from 'preact';
import { App } from './app.js';
import { startNews } from './state/news.js';
import { startPreferences } from './state/preferences.js';
import { startRoute } from './state/route.js';
import { startSession } from './state/session.js';

startPreferences();
startRoute();
startNews();
startSession();

const place = document.getElementById('app');
if (place) {
  render(<App />, place);
}
