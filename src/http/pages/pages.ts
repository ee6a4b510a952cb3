import type { Comparison, ToldEntry, ToldPage } from '../../service/history.js';
import { html, NOTHING, type Html } from './html.js';
import { documentOf, rowOf, words } from './layout.js';
import { rowsOf, showingIn, type Showing } from './rows.js';
import { showMoment } from './times.js';

const NO_CHANGE = html`<p>Nothing was changed.</p>`;

/** The changelog as a page; `older` is where the next one is. */
export function changelogPage({ event, items }: ToldPage, older: string | null): string {
  const showing = showingIn(event.timeZone);
  return documentOf({
    title: `Changelog of ${event.title} – Convene`,
    heading: event.title,
    intro: html`Changelog, newest first. Times are those of ${event.timeZone}.`,
    main: html` ${
      items.length === 0
        ? NO_CHANGE
        : html`<ol class="log">
            ${items.map((entry) => entryOf(entry, showing))}
          </ol>`
    }
    ${older === null ? NOTHING : html`<nav aria-label="Pages"><a href="${older}" rel="next">Older changes</a></nav>`}`,
  });
}

/** The difference between two versions as a page. */
export function diffPage({ event, from, to, changes }: Comparison): string {
  const rows = rowsOf(changes, showingIn(event.timeZone));
  return documentOf({
    title: `${event.title}, from version ${from} to ${to} – Convene`,
    heading: event.title,
    intro: html`What changed from version ${from} to version ${to}. Times are those of ${event.timeZone}.`,
    main: rows.length === 0 ? NO_CHANGE : html`${rows.map((row) => rowOf(row, 2))}`,
  });
}

const entryOf = ({ version, at, by, summary, note, changes }: ToldEntry, showing: Showing): Html =>
  html` <li>
    <article aria-labelledby="version-${version}">
      <h2 id="version-${version}">${words(summary)} <span class="version">version ${version}</span></h2>
      <p class="by">
        ${words(by.name || by.username)}, <time datetime="${at}">${showMoment(at, showing.timeZone)}</time>
      </p>
      ${note === undefined ? NOTHING : html`<blockquote>${words(note)}</blockquote>`}
      ${rowsOf(changes, showing).map((row) => rowOf(row, 3))}
    </article>
  </li>`;
