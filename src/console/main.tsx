import { render } from 'preact';
import { App } from './app.js';
import { startFailedEdits } from './panel/failed-edits.js';
import { startAuthors } from './state/authors.js';
import { startKeptEdits } from './state/kept-edits.js';
import { startNews } from './state/news.js';
import { startPreferences } from './state/preferences.js';
import { startRoute } from './state/route.js';
import { startSession } from './state/session.js';

startPreferences();
startRoute();
startNews();
startAuthors();
startFailedEdits();
startKeptEdits();
startSession();

const place = document.getElementById('app');
if (place) {
  render(<App />, place);
}
