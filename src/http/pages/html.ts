/** Markup, as against text: only {@link html} makes it, of templates in our own code. */
export class Html {
  constructor(readonly markup: string) {}
}

type Value = string | number | Html | Html[];

/**
 * A piece of a page. Whatever is put into the template is text and stays text, in an element and in a quoted attribute
 * alike, unless it is {@link Html} itself.
 */
export function html(template: TemplateStringsArray, ...values: Value[]): Html {
  const parts = template.map((markup, i) => markup + markupOf(i < values.length ? values[i] : ''));
  return new Html(parts.join(''));
}

function markupOf(value: Value | undefined): string {
  if (value instanceof Html) {
    return value.markup;
  }
  return Array.isArray(value) ? value.map(({ markup }) => markup).join('') : escape(String(value ?? ''));
}

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (one) => ESCAPED[one] ?? '');

export const NOTHING = new Html('');
