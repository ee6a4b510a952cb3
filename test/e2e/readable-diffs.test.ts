import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem, mannerly } from '../support/answers.js';
import { findChromium, visit } from '../support/chromium.js';
import { Convene, type Answer, type Person } from '../support/convene.js';

let convene: Convene;
let ada: Person;
let bob: Person;
let url: string;

const HOSTILE = `</title><script>alert(1)</script><img src=x onerror="alert('1')"> & \u001b[31m \u202egnp`;
const LINES = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`);

/** Versions: 1 created, 2 shared, 3 Bob's edit, 4 Ada's lines, 5 an occurrence moved, 6 a hostile title. */
beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = mannerly;
  ada = await convene.person({ username: 'ada', name: 'Ada' });
  bob = await convene.person({ username: 'bob', name: `Bob <b>"O'Hara"</b>` });
  const event = await ada.createEvent({
    timeZone: 'Europe/Berlin',
    recurrence: 'FREQ=WEEKLY;COUNT=5',
    description: LINES.join('\n'),
  });
  await ada.share(event, bob, 'editor');
  url = `/api/events/${event.id}`;
  await bob.patch(
    url,
    { title: 'Design review II', tags: ['x'] },
    { 'Edit-Note': encodeURIComponent('as <agreed>') },
  );
  await ada.patch(url, { description: LINES.with(9, 'line ten').join('\n') });
  await ada.patch(`${url}/occurrences/2026-03-09T16:00:00`, {
    start: '2026-03-09T15:30:00Z',
  });
  await ada.patch(url, { title: HOSTILE });
});
afterAll(() => convene.close());

const get = (path: string, accept?: string): Promise<Answer> =>
  ada.get(url + path, accept === undefined ? undefined : { headers: { Accept: accept } });
const typeOf = ({ headers }: Answer): string => headers.get('Content-Type') ?? '';
const nextOf = ({ headers }: Answer): string | undefined =>
  /^<(\?[^>]+)>; rel="next"$/.exec(headers.get('Link') ?? '')?.[1];

describe('as text', () => {
  test('the changelog is told line by line, for a terminal', async () => {
    const answer = await get('/changelog?format=text');
    expect(answer.status).toBe(200);
    expect(typeOf(answer)).toBe('text/plain; charset=utf-8');
    const body: string = answer.body;
    expect(body.replace(/\d+ \w+ \d{4}, \d\d:\d\d ·/g, 'WHEN ·')).toContain(
      [
        'Version 5 · WHEN · Ada (ada)',
        '  9 March 2026: start 16:00 → 16:30, end → 17:00',
        '  occurrence Mon 9 March 2026, 16:00 › start',
        '    - Mon 9 March 2026, 16:00',
        '    + Mon 9 March 2026, 16:30',
        '  occurrence Mon 9 March 2026, 16:00 › end',
        '    + Mon 9 March 2026, 17:00',
        '',
        'Version 4 · WHEN · Ada (ada)',
        '  Changed description',
        '  description',
        '      … 6 lines as before',
        '      line 7',
        '      line 8',
        '      line 9',
        '    - line 10',
        '    + line ten',
        '      line 11',
        '      line 12',
        '      line 13',
        '      … 7 lines as before',
        '',
        `Version 3 · WHEN · Bob <b>"O'Hara"</b> (bob)`,
        '  Changed title and tags',
        '  “as <agreed>”',
        '  title',
        '    - Design review',
        '    + Design review II',
        '  tags',
        '    + x',
        '',
      ].join('\n'),
    );
  });

  test('a diff is told in either direction', async () => {
    const answer = await get('/diff/3/1?format=text');
    expect(typeOf(answer)).toBe('text/plain; charset=utf-8');
    expect(answer.body.split('\n').slice(1)).toEqual([
      'Times in Europe/Berlin',
      '',
      '  title',
      '    - Design review II',
      '    + Design review',
      '  tags',
      '    - x',
      '',
    ]);
    expect((await get('/diff/2/2?format=text')).body).toContain('Nothing was changed.');
  });

  test('no character of somebody’s commands the terminal', async () => {
    for (const path of ['/changelog?format=text', '/diff/1/6?format=text']) {
      const { body } = await get(path);
      expect(body).toContain('\\u{1b}[31m \\u{202e}gnp');
      // eslint-disable-next-line no-control-regex -- these are what is looked for
      expect(body).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
  });
});

describe('as a page', () => {
  test('nothing that somebody wrote is markup', async () => {
    for (const path of ['/changelog?format=html', '/diff/1/6?format=html']) {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      expect(typeOf(answer)).toBe('text/html; charset=utf-8');
      expect(answer.body).toMatch(/^<!doctype html>\s*<html lang="en">/);
      expect(answer.body).not.toMatch(/<script|<img|<b>|<agreed>|<\/title><|javascript:/);
      expect(answer.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    }
    expect((await get('/changelog?format=html')).body).toContain('as &lt;agreed&gt;');
  });

  test('allows itself its own style, and nothing else', async () => {
    const { headers, body } = await get('/changelog?format=html');
    const [, style = ''] = /<style>([^]*?)<\/style>/.exec(body) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers.get('Content-Security-Policy')?.split('; ').slice(0, 2)).toEqual([
      "default-src 'none'",
      `style-src 'sha256-${hash}'`,
    ]);
    const tags: string = (body.match(/<[^>]*>/g) ?? []).join('\n') + style;
    expect(tags).not.toMatch(/ style=| on\w+=|<link|<script|@import|url\(|https?:\/\/\S+["')]/);
  });

  test('says what is new and what is old by elements and signs, and times for machines', async () => {
    const { body } = await get('/diff/1/5?format=html');
    const text = body
      .replace(/<span class="unseen">.*?<\/span>/g, '')
      .replace(/ (lang|dir)="\w*"|\n\s*(?=>)/g, '');
    expect(text).toContain('<h2><bdi>description</bdi></h2>');
    expect(text).toContain(
      '<del><span class="sign" aria-hidden="true">−</span><span class="text">line <mark>10</mark></span></del>',
    );
    expect(text).toContain(
      '<ins><span class="sign" aria-hidden="true">+</span><span class="text">line <mark>ten</mark></span></ins>',
    );
    expect(text).toContain('<time datetime="2026-03-09T15:30:00Z">Mon 9 March 2026, 16:30</time>');
    expect(body.match(/<h1>/g)).toHaveLength(1);
  });

  const chromium = findChromium();
  (chromium === null ? test.skip : test)(
    'a browser shows it as it is meant, without a complaint',
    async () => {
      const answer = await get('/changelog?format=html');
      const server = createServer((_request, response) => {
        response.writeHead(200, {
          'Content-Type': typeOf(answer),
          'Content-Security-Policy': answer.headers.get('Content-Security-Policy') ?? '',
        });
        response.end(answer.body);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        const { port } = server.address() as AddressInfo;
        const { dom, console: said } = await visit(chromium ?? '', `http://127.0.0.1:${port}/`);
        expect(said.filter((line) => !line.includes('favicon'))).toEqual([]);
        expect(dom).toContain('<article aria-labelledby="version-6">');
        expect(dom).not.toContain('<script');
      } finally {
        server.closeAllConnections();
        server.close();
      }
    },
    60_000,
  );
});

describe('the pages of the changelog', () => {
  test.each(['text', 'html'])('lead from one to the next as %s', async (format) => {
    const versions: string[] = [];
    let query: string | undefined = `?format=${format}&limit=2`;
    let pages = 0;
    while (query !== undefined) {
      const answer: Answer = await get(`/changelog${query}`);
      expect(typeOf(answer)).toContain(format);
      versions.push(...[...answer.body.matchAll(/(?:^Version |version-)(\d+)(?: ·|">)/gm)].map(([, v]) => v));
      query = nextOf(answer);
      if (query !== undefined) {
        const shown: string =
          format === 'html' ? `href="${query.replaceAll('&', '&amp;')}"` : `Older: ${query}`;
        expect(answer.body).toContain(shown);
      }
      pages += 1;
    }
    expect(pages).toBe(3);
    expect(versions.filter((version, i) => version !== versions[i - 1])).toEqual([
      '6',
      '5',
      '4',
      '3',
      '2',
      '1',
    ]);
  });

  test('keep to the field that was asked for', async () => {
    const first = await get('/changelog?format=text&field=title&limit=1');
    expect(first.body).toContain('Version 6');
    const second = await get(`/changelog${nextOf(first)}`);
    expect(second.body).toContain('Version 3');
    expect(second.body).not.toContain('  tags\n');
  });
});

describe('the format', () => {
  const CHANGELOG = '/changelog';
  const DIFF = '/diff/1/3';

  test.each([CHANGELOG, DIFF])('of %s is JSON where nothing else is asked for', async (path) => {
    for (const accept of [undefined, '*/*', 'application/json', 'application/json, text/plain, */*']) {
      const answer = await get(path, accept);
      expect(typeOf(answer)).toMatch(/^application\/json\b/);
    }
    expect(typeOf(await get(`${path}?format=json`, 'text/html, */*'))).toMatch(/^application\/json\b/);
    const { body } = await get(CHANGELOG);
    expect(Object.keys(body.items[0])).toEqual(['version', 'at', 'by', 'kind', 'summary', 'changes']);
    expect(Object.keys((await get(DIFF)).body)).toEqual(['from', 'to', 'patch', 'changes']);
  });

  test.each([CHANGELOG, DIFF])('of %s may be asked for by Accept', async (path) => {
    const browser = await get(path, 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8');
    expect(typeOf(browser)).toMatch(/^text\/html\b/);
    expect(browser.headers.get('Vary')).toMatch(/\bAccept\b/);
    expect(typeOf(await get(path, 'text/plain'))).toMatch(/^text\/plain\b/);
    // What the query says goes first.
    expect(typeOf(await get(`${path}?format=text`, 'text/html'))).toMatch(/^text\/plain\b/);
    expectProblem(await get(path, 'image/png'), 406, 'not-acceptable');
  });

  test.each([CHANGELOG, DIFF])('of %s is none that there is not', async (path) => {
    for (const format of ['xml', 'HTML', '', 'pdf']) {
      expectProblem(await get(`${path}?format=${format}`), 422, 'validation-failed', 'format');
    }
    expectProblem(await get(`${path}?format=text&format=html`), 422, 'validation-failed', 'format');
  });

  test('of a refusal is a problem', async () => {
    expectProblem(await get('/diff/1/99?format=html'), 404, 'version-not-found');
    expectProblem(await get('/changelog?format=html&field=nothing'), 422, 'validation-failed', 'field');
    expectProblem(await get('/changelog?format=text&cursor=x'), 422, 'validation-failed', 'cursor');
    const stranger = await convene.person();
    expectProblem(await stranger.get(`${url}/changelog?format=html`), 404, 'not-found');
    expectProblem(await convene.anonymous.get(`${url}/diff/1/2?format=text`), 401, 'unauthenticated');
  });

  test('HEAD is answered with the headers alone', async () => {
    const answer = await ada.send('HEAD', `${url}/changelog?format=html`);
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(typeOf(answer)).toBe('text/html; charset=utf-8');
  });
});
