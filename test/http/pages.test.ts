import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { changesBetween } from '../../src/calendar/changelog.js';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { html } from '../../src/http/pages/html.js';
import { changelogPage, diffPage } from '../../src/http/pages/pages.js';
import { changelogText, diffPlain } from '../../src/http/pages/plain.js';
import type { ToldEntry, ToldPage } from '../../src/service/history.js';
import { pair, PATIENCE, runs } from '../support/arbitraries.js';

const START = { start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z' };

/** Texts that would be markup, attributes, addresses or commands, if they were taken for any. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        '</title>',
        '</style>',
        '<!--',
        ']]>',
        '&lt;',
        '&#60;',
        'javascript:alert(1)',
        '\u001b]0;x\u0007',
        '\u202e',
        '\u2066',
        '\r',
        '\u0085',
        '`${x}`',
      ),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom('<', '>', '&', '"', "'", '/', '='),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts) => parts.join('').replaceAll(/[\n\0]/g, '') || 'x');

const tagsOf = (page: string): string[] => page.match(/<[^>]*>/g) ?? [];

interface Told {
  title: string;
  name: string;
  note: string;
  key: string;
}

/** A page of a changelog with these texts wherever somebody's text may be. */
function pageOf({ title, name, note, key }: Told): ToldPage {
  const to = {
    ...parseContent({ title: 'x', ...START }),
    title,
    location: title,
    url: title,
    tags: [title],
    metadata: { [key]: title },
    overrides: { [key]: { [key]: title, title } },
  } as Content;
  const entry: ToldEntry = {
    version: 2,
    at: '2026-03-02T15:00:00.000Z',
    by: { id: '6'.repeat(24), username: name, name },
    kind: 'edit',
    summary: title,
    changes: changesBetween({}, to).filter(({ field }) => field !== 'description'),
    note,
  };
  return { event: { title, timeZone: 'UTC' }, items: [entry], nextCursor: null };
}

/** What no line of text may hold: whatever moves a cursor, colours, or turns the direction. */
// eslint-disable-next-line no-control-regex -- these are what is looked for
const COMMANDS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

describe('what people wrote', () => {
  test('stays text in a template, in elements and attributes alike', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string()), (text) => {
        const { markup } = html`<a title="${text}">${text}</a>`;
        const [, inTitle = '', inside = ''] = /^<a title="([^"<>']*)">([^"<>']*)<\/a>$/s.exec(markup) ?? [];
        const read = (escaped: string): string =>
          escaped
            .replaceAll('&lt;', '<')
            .replaceAll('&gt;', '>')
            .replaceAll('&quot;', '"')
            .replaceAll('&#39;', "'")
            .replaceAll('&amp;', '&');
        expect([read(inTitle), read(inside)]).toEqual([text, text]);
      }),
      runs(500),
    );
  });

  test(
    'adds no tag and no attribute to a page, wherever it stands',
    () => {
      const told = fc.record({ title: hostile, name: hostile, note: hostile, key: hostile });
      const plain = tagsOf(changelogPage(pageOf({ title: 'x', name: 'x', note: 'x', key: 'x' }), '?a=1'));
      fc.assert(
        fc.property(told, (texts) => {
          const page = changelogPage(pageOf(texts), '?a=1');
          expect(tagsOf(page)).toEqual(plain);
          expect(page.slice(page.indexOf('</style>'))).not.toMatch(COMMANDS);
          const text = changelogText(pageOf(texts), null);
          expect(text).not.toMatch(COMMANDS);
          // Nobody's text begins a line: none of it passes for ours.
          expect(text.split('\n').filter((line) => /^Version /.test(line))).toHaveLength(1);
        }),
        runs(300),
      );
    },
    PATIENCE,
  );

  test('adds nothing to the address of the next page', () => {
    fc.assert(
      fc.property(hostile, (older) => {
        const plain = pageOf({ title: 'x', name: 'x', note: 'x', key: 'x' });
        const [links, others] = [true, false].map((link) =>
          tagsOf(changelogPage(plain, older)).filter((tag) => tag.startsWith('<a ') === link),
        );
        expect(links).toEqual([expect.stringMatching(/^<a href="[^"]*" rel="next">$/)]);
        expect(others).toEqual(tagsOf(changelogPage(plain, '?a')).filter((tag) => !tag.startsWith('<a ')));
      }),
      runs(200),
    );
  });
});

test(
  'every change of every two contents is told',
  () => {
    fc.assert(
      fc.property(pair, ([from, to]) => {
        const changes = changesBetween(from, to);
        const comparison = { event: to, from: 1, to: 2, patch: [], changes };
        const [text, page] = [diffPlain(comparison), diffPage(comparison)];
        expect(text.includes('Nothing was changed.')).toBe(changes.length === 0);
        expect(page.match(/<section>/g)?.length ?? 0).toBeGreaterThanOrEqual(changes.length);
        if (changes.some(({ field }) => field === 'title')) {
          expect(text).toContain(`- ${from.title}`);
          expect(text).toContain(`+ ${to.title}`);
        }
      }),
      runs(300),
    );
  },
  PATIENCE,
);

test('a page that would be too long is cut, and says so, in bounded time', () => {
  const lines = (factor: number): string =>
    Array.from({ length: 10_000 }, (_, i) => String((i * i * factor) % 7)).join('\n');
  const [first, second] = [3, 5].map((factor) =>
    parseContent({ title: 'x', ...START, description: lines(factor).slice(0, 19_999) }),
  ) as [Content, Content];
  const [item] = pageOf({ title: 'x', name: 'x', note: 'x', key: 'x' }).items as [ToldEntry];
  const changes = changesBetween(first, second);
  const items = Array.from({ length: 200 }, (_, i) => ({ ...item, version: 200 - i, changes }));
  const told: ToldPage = { event: { title: 'x', timeZone: 'UTC' }, items, nextCursor: null };
  const before = process.cpuUsage();
  const [page, text] = [changelogPage(told, null), changelogText(told, null)];
  // Microseconds of work, however busy the machine is otherwise.
  expect(process.cpuUsage(before).user).toBeLessThan(6_000_000);
  expect(page.length).toBeLessThan(10_000_000);
  expect(page.match(/the rest is not shown/g)?.length).toBeGreaterThan(100);
  expect(text).toContain('the rest is not shown');
  expect(page.match(/<article/g)).toHaveLength(200);
});
