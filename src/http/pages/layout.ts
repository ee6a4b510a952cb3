import { html, Html, NOTHING } from './html.js';
import { NOT_SHOWN, type Line, type Row } from './rows.js';
import { STYLE } from './style.js';
import { visible } from './visible.js';

/** A page: its title, what it is about, and what it says. */
export interface Page {
  /** For the browser's tab. */
  title: string;
  heading: string;
  intro: Html;
  main: Html;
  /** Another style than that of all pages. */
  style?: string;
}

const styleElement = (style: string): Html => new Html(`<style>${style}</style>`);

/** A whole document, which needs nothing but itself. */
export const documentOf = ({ title, heading, intro, main, style = STYLE }: Page): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${visible(title)}</title>
        ${styleElement(style)}
      </head>
      <body>
        <header>
          <h1>${words(heading)}</h1>
          <p>${intro}</p>
        </header>
        <main>${main}</main>
      </body>
    </html> `.markup;

/** What somebody wrote, in whatever language and direction. */
export const words = (text: string): Html => html`<bdi lang="">${visible(text)}</bdi>`;

/** What became of a field, below a heading of this level. */
export const rowOf = ({ label, lines }: Row, level: 2 | 3): Html =>
  html` <section>
    ${level === 2 ? html`<h2>${words(label)}</h2>` : html`<h3>${words(label)}</h3>`}
    <div class="lines" lang="">${lines.map(lineOf)}</div>
  </section>`;

function lineOf(line: Line): Html {
  if ('cut' in line) {
    return html`<div class="skipped" lang="en">${NOT_SHOWN}</div> `;
  }
  if ('skipped' in line) {
    return html`<div class="skipped" lang="en">… ${line.skipped} lines as before</div> `;
  }
  const text = html`<span class="text" dir="auto">${timed(line.time, line.pieces.map(pieceOf))}</span>`;
  switch (line.sign) {
    case '+':
      return html`<ins>${sign('+', 'added: ')}${text}</ins> `;
    case '-':
      return html`<del>${sign('−', 'removed: ')}${text}</del> `;
    case ' ':
      return html`<div>${sign(' ', '')}${text}</div> `;
  }
}

/** Not every screen reader says of an element that it is an insertion. */
const sign = (shown: string, said: string): Html =>
  html`<span class="sign" aria-hidden="true">${shown}</span
    >${said === '' ? NOTHING : html`<span class="unseen">${said}</span>`}`;

const pieceOf = ({ text, changed }: { text: string; changed: boolean }): Html =>
  changed ? html`<mark>${visible(text)}</mark>` : html`${visible(text)}`;

const timed = (time: string | undefined, text: Html[]): Html =>
  time === undefined ? html`${text}` : html`<time datetime="${time}">${text}</time>`;
