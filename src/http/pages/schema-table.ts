import type { JsonSchema } from '../openapi/types.js';
import { html, NOTHING, type Html } from './html.js';
import { inline } from './markdown.js';

/** The members of an object, each with what it may be and what it means; other schemas in a line. */
export function schemaTable(schema: JsonSchema, caption: string): Html {
  const { properties, $ref } = schema;
  if (typeof $ref === 'string' || properties === undefined) {
    return html`<p>${typeOf(schema)}</p>`;
  }
  const members = Object.entries(properties as Record<string, JsonSchema>);
  const required = new Set(schema['required'] as string[] | undefined);
  return members.length === 0
    ? html`<p>Nothing: <code>{}</code></p>`
    : html`<table>
        <caption class="unseen">
          ${caption}
        </caption>
        <thead>
          <tr>
            <th scope="col">Member</th>
            <th scope="col">Type</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          ${members.map(([name, member]) => row(name, member, required.has(name)))}
        </tbody>
      </table>`;
}

const row = (name: string, schema: JsonSchema, isRequired: boolean): Html =>
  html` <tr>
    <th scope="row">
      <code>${name}</code>${isRequired ? NOTHING : html` <span class="optional">optional</span>`}
    </th>
    <td>${typeOf(schema)}${limitsOf(schema)}</td>
    <td>${typeof schema['description'] === 'string' ? inline(schema['description']) : NOTHING}</td>
  </tr>`;

/** What a value may be, in a few words; components are links to where they stand on the page. */
export function typeOf(schema: JsonSchema): Html {
  const { $ref, const: only, enum: values, anyOf, allOf, type, items } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) ?? '';
    return html`<a href="#${name}">${name}</a>`;
  }
  if (only !== undefined) {
    return html`<code>${JSON.stringify(only)}</code>`;
  }
  if (Array.isArray(values)) {
    return joined(
      values.map((value) => html`<code>${JSON.stringify(value)}</code>`),
      ' ',
    );
  }
  const several = (anyOf ?? allOf) as JsonSchema[] | undefined;
  if (several) {
    return joined(several.map(typeOf), ' or ');
  }
  if (type === 'array') {
    return html`list of ${typeOf((items ?? {}) as JsonSchema)}`;
  }
  return html`${named(schema)}`;
}

function named({ type, format, pattern }: JsonSchema): string {
  if (format === 'date-time') {
    return 'instant (RFC 3339)';
  }
  if (format === 'uri') {
    return 'URL';
  }
  if (typeof pattern === 'string' && pattern.includes('{24}')) {
    return 'id';
  }
  if (type === undefined) {
    return 'any value';
  }
  return [type as string | string[]].flat().join(' or ');
}

function limitsOf({ minLength, maxLength, minimum, maxItems }: JsonSchema): Html {
  const said = [
    ...(typeof maxLength === 'number' && maxLength !== 256
      ? [
          `${typeof minLength === 'number' ? `${minLength} to ` : 'at most '}${maxLength.toLocaleString('en')} characters`,
        ]
      : []),
    ...(typeof minimum === 'number' ? [`${minimum} or more`] : []),
    ...(typeof maxItems === 'number' ? [`at most ${maxItems.toLocaleString('en')}`] : []),
  ];
  return said.length === 0 ? NOTHING : html`<span class="limits">, ${said.join(', ')}</span>`;
}

const joined = (parts: readonly Html[], between: string): Html =>
  html`${parts.map((part, i) => (i === 0 ? part : html`${between}${part}`))}`;
