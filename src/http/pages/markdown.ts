import { html, NOTHING, type Html } from './html.js';

/**
 * The little of Markdown that our own descriptions are written in: paragraphs, lists of one level, `code`, **strong**
 * and [links](./). It is for our texts alone: an address is taken as it is.
 */
export const markdown = (text: string): Html =>
  html`${text
    .trim()
    .split(/\n{2,}/)
    .map(block)}`;

function block(text: string): Html {
  const items = text.split(/^- /m).slice(1);
  return text.startsWith('- ')
    ? html`<ul>
        ${items.map((item) => html`<li>${inline(item.trim())}</li> `)}
      </ul>`
    : html`<p>${inline(text)}</p> `;
}

const PIECE =
  /`(?<code>[^`]+)`|\*\*(?<strong>[^*]+)\*\*|\*(?<em>[^*]+)\*|\[(?<link>[^\]]+)\]\((?<to>[^)]+)\)/g;

/** A line of text with its code, emphases and links. */
export function inline(text: string): Html {
  const pieces: Html[] = [];
  let from = 0;
  for (const match of text.matchAll(PIECE)) {
    pieces.push(html`${text.slice(from, match.index)}`, piece(match.groups ?? {}));
    from = match.index + match[0].length;
  }
  return html`${pieces}${text.slice(from)}`;
}

function piece({ code, strong, em, link, to }: Record<string, string | undefined>): Html {
  if (code !== undefined) {
    return html`<code>${code}</code>`;
  }
  if (strong !== undefined) {
    return html`<strong>${strong}</strong>`;
  }
  if (em !== undefined) {
    return html`<em>${em}</em>`;
  }
  return link === undefined ? NOTHING : html`<a href="${to ?? ''}">${link}</a>`;
}
