import type { AsyncApiDocument, Message, Operation } from '../asyncapi/types.js';
import type { JsonSchema, Reference } from '../openapi/types.js';
import { DOCS_STYLE } from './docs-style.js';
import { html, NOTHING, type Html } from './html.js';
import { jsonText } from './json-text.js';
import { documentOf } from './layout.js';
import { inline, markdown } from './markdown.js';
import { schemaTable, typeOf } from './schema-table.js';
import { policyFor } from './style.js';

export const DOCS_POLICY = policyFor(DOCS_STYLE);

/** One operation with its messages in full. */
interface Told {
  id: string;
  operation: Operation;
  message: Message;
  answer: Message | undefined;
  refusal: Message | undefined;
}

/** The live API as a page: all of it is in the AsyncAPI document. */
export function liveDocsPage(document: AsyncApiDocument): string {
  const told = Object.entries(document.operations).map(([id, operation]) => inFull(document, id, operation));
  const schemas = Object.entries(document.components.schemas);
  const connecting = told.filter(({ id }) => id === 'connect');
  const received = told.filter(({ id, operation }) => operation.action === 'receive' && id !== 'connect');
  const sent = told.filter(({ operation }) => operation.action === 'send');
  const { title, version, description } = document.info;
  return documentOf({
    title,
    heading: title,
    intro: html`Version ${version}, of
      <a href="../asyncapi.json">an AsyncAPI ${String(document['asyncapi'])} document</a>. REST is at
      <a href="./">the other page</a>.`,
    style: DOCS_STYLE,
    main: html`<div class="columns">
      <nav class="contents" aria-label="Contents">
        ${contents('Begin', [['about', 'About'], ...linksTo(connecting)])}
        ${contents('Clients send', linksTo(received))} ${contents('The server sends', linksTo(sent))}
        ${contents(
          'Shapes',
          schemas.map(([name]) => [name, name]),
        )}
      </nav>
      <div>
        <section aria-labelledby="about">
          <h2 id="about">About</h2>
          <div class="text-part">${markdown(description)}</div>
          ${connecting.map(messagePart)}
        </section>
        <section aria-labelledby="from-clients">
          <h2 id="from-clients">What clients send</h2>
          ${received.map(messagePart)}
        </section>
        <section aria-labelledby="from-server">
          <h2 id="from-server">What the server sends</h2>
          ${sent.map(messagePart)}
        </section>
        <section aria-labelledby="shapes">
          <h2 id="shapes">Shapes</h2>
          ${schemas.map(shapePart)}
        </section>
      </div>
    </div>`,
  });
}

function inFull({ components, channels }: AsyncApiDocument, id: string, operation: Operation): Told {
  const found = ({ $ref }: Reference): Message | undefined => {
    const [, , channel = '', , key = ''] = $ref.split('/');
    const name = channels[channel as keyof typeof channels].messages[key]?.$ref.split('/').at(-1) ?? '';
    return components.messages[name];
  };
  const [message] = operation.messages.map(found);
  if (!message) {
    throw new Error(`The operation ${id} has no message`);
  }
  const replies = (operation.reply?.messages ?? []).map(found);
  const isRefusal = (one: Message | undefined): boolean => one?.['x-problems'] !== undefined;
  return {
    id,
    operation,
    message,
    answer: replies.find((one) => !isRefusal(one)),
    refusal: replies.find(isRefusal),
  };
}

type Link = readonly [id: string, text: string];

const linksTo = (told: readonly Told[]): Link[] => told.map(({ id, message }) => [id, message.name]);

const contents = (heading: string, links: readonly Link[]): Html =>
  html`<h2>${heading}</h2>
    <ul>
      ${links.map(([id, text]) => html`<li><a href="#${id}">${text}</a></li> `)}
    </ul> `;

const messagePart = ({ id, message, answer, refusal }: Told): Html =>
  html` <article aria-labelledby="${id}">
    <h3 id="${id}">
      <a href="#${id}"><code>${message.name}</code></a> ${message.summary}
    </h3>
    ${message.description === undefined ? NOTHING : html`<p class="text-part">${inline(message.description)}</p>`}
    <h4>Payload</h4>
    ${schemaTable(message.payload, `Payload of ${message.name}`)}
    ${
      answer
        ? html`<h4>Answer</h4>
            ${schemaTable(answer.payload, `Answer to ${message.name}`)}`
        : NOTHING
    }
    ${refusal ? refusalPart(refusal) : NOTHING} ${examplesOf(message, answer)}
  </article>`;

const refusalPart = ({ name, payload, 'x-problems': codes = [] }: Message): Html =>
  html`<h4>Or a refusal</h4>
    ${name === 'connect_error' ? schemaTable(payload, 'The connect_error') : NOTHING}
    <p class="codes">
      ${name === 'connect_error' ? html`<code>connect_error</code>` : typeOf(payload)}, whose problem is one
      of ${codes.map((code, i) => html`${i === 0 ? '' : ', '}<code>${code}</code>`)}
    </p>`;

/** Each with its answer, where it has one. */
const examplesOf = ({ examples }: Message, answer: Message | undefined): Html =>
  html`${examples.map(
    ({ name, payload }, i) =>
      html`<details>
        <summary>Example: ${name}</summary>
        <pre
          tabindex="0"
        ><code>${asked(payload, answer !== undefined)}${answered(answer?.examples[i])}</code></pre>
      </details> `,
  )}`;

const arrow = (shown: string, said: string): Html =>
  html`<span class="who"><span aria-hidden="true">${shown}</span><span class="unseen">${said}</span></span> `;

const asked = (payload: unknown, isAnswered: boolean): Html =>
  html`${isAnswered ? arrow('→', 'sent: ') : NOTHING}${jsonText(payload)}`;

const answered = (example: { payload: unknown } | undefined): Html =>
  example ? html`${'\n'}${arrow('←', 'answered: ')}${jsonText(example.payload)}` : NOTHING;

const shapePart = ([name, schema]: [string, JsonSchema]): Html =>
  html` <article aria-labelledby="${name}">
    <h3 id="${name}"><a href="#${name}">${name}</a></h3>
    ${typeof schema['title'] === 'string' ? html`<p>${schema['title']}.</p>` : NOTHING}
    ${schemaTable(schema, `Members of ${name}`)}
  </article>`;
