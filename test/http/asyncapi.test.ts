import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Parser } from '@asyncapi/parser';
import { describe, expect, test } from '@jest/globals';
import { buildLiveDocument } from '../../src/http/asyncapi/document.js';
import { liveDocsPage } from '../../src/http/pages/live-docs.js';
import { createHandlers } from '../../src/live/handlers.js';
import { PROBLEMS } from '../../src/protocol/problems.js';
import { resolved } from '../support/conformity.js';
import { LiveConformity } from '../support/live-conformity.js';

const document = buildLiveDocument();
const conformity = new LiveConformity(document);
const { messages, schemas } = document.components;
const text = JSON.stringify(document);

const namesIn = (action: string): string[] =>
  Object.values(document.operations)
    .filter((one) => one.action === action && one.channel.$ref === '#/channels/namespace')
    .flatMap((one) => one.messages.map(({ $ref }) => messages[$ref.split('/').at(-1) ?? '']!.name))
    .sort();

describe('the document', () => {
  test('is valid AsyncAPI 3 by its own parser, and asks nothing of the network', async () => {
    const references = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, to = '']) => to);
    expect(references.filter((to) => !to.startsWith('#/'))).toEqual([]);
    const { document: parsed, diagnostics } = await new Parser().parse(text);
    // 3 and above are hints.
    expect(
      diagnostics
        .filter(({ severity }) => [0, 1].includes(severity))
        .map((one) => `${one.path.join('/')}: ${one.message}`),
    ).toEqual([]);
    expect(parsed?.operations().length).toBe(Object.keys(document.operations).length);
  });

  test('refers to nothing that it has not, and has nothing that it does not refer to', () => {
    const references = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, to = '']) => to);
    references.forEach((to) => resolved(document, to));
    const components = [
      ...Object.keys(messages).map((name) => `#/components/messages/${name}`),
      ...Object.keys(schemas).map((name) => `#/components/schemas/${name}`),
    ];
    expect(components.filter((one) => !references.includes(one))).toEqual([]);
  });

  test('has every message that the live door takes, and no other', () => {
    const anything: any = new Proxy(() => anything, { get: () => anything });
    expect(namesIn('receive')).toEqual(Object.keys(createHandlers(anything, anything)).sort());
  });

  test('has every message that the server sends, and no other', () => {
    const sources = ['src/live', 'src/service'].flatMap((folder) =>
      readdirSync(folder).map((file) => path.join(folder, file)),
    );
    const named = sources
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/'((?:\w+):(?:\w+))'/g)])
      .map(([, name = '']) => name)
      .filter((name) => !name.startsWith('node:'));
    const taken = new Set(namesIn('receive'));
    expect([...new Set(named)].filter((name) => !taken.has(name)).sort()).toEqual(namesIn('send'));
  });

  test('has examples of every message, all of which fit their schemas', () => {
    for (const [name, { examples }] of Object.entries(messages)) {
      expect({ name, examples: examples.length > 0 }).toEqual({ name, examples: true });
    }
    const sent = namesIn('send').flatMap((name) =>
      messages[name.replace(':', '.')]!.examples.map(({ payload }) =>
        conformity.faultOfMessage(name, payload),
      ),
    );
    const answered = namesIn('receive').flatMap((name) =>
      ['answer', 'refusal'].flatMap((kind) =>
        messages[`${name.replace(':', '.')}.${kind}`]!.examples.map(({ payload }) =>
          conformity.faultOfAnswer(name, payload),
        ),
      ),
    );
    expect([...sent, ...answered].filter((fault) => fault !== null)).toEqual([]);
  });

  test('has an example of each problem that it says there may be', () => {
    const refusals = Object.values(messages).filter((one) => one['x-problems']);
    expect(refusals.length).toBe(namesIn('receive').length + 1);
    for (const { name, examples, 'x-problems': codes = [] } of refusals) {
      expect({ name, codes: examples.map((one) => one.name) }).toEqual({ name, codes: [...codes] });
      expect(codes.filter((code) => !(code in PROBLEMS))).toEqual([]);
    }
  });
});

describe('the page', () => {
  const page = liveDocsPage(document);

  test('has every message, every shape, and a place for each link', () => {
    for (const { name } of Object.values(messages)) {
      expect(page).toContain(name.replace(/\.(answer|refusal)$/, ''));
    }
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const links = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id = '']) => id);
    expect(links.filter((id) => !ids.includes(id))).toEqual([]);
    expect(ids).toEqual(
      expect.arrayContaining([...Object.keys(schemas), ...Object.keys(document.operations)]),
    );
  });

  test('loads nothing, runs nothing, and has each heading at its level', () => {
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|style="|onclick/);
    const levels = [...page.matchAll(/<h([1-6])[ >]/g)].map(([, level]) => Number(level));
    levels.forEach((level, i) => expect(level).toBeLessThanOrEqual((levels[i - 1] ?? 0) + 1));
    // Inline code, emphasis and links were read, not shown as they were written.
    expect(page.slice(page.indexOf('<body'))).not.toMatch(/`|\*\*|\]\(/);
  });
});
