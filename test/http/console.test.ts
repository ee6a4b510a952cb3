import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import express from 'express';
import pino from 'pino';
import request from 'supertest';
import { createConsole } from '../../src/http/console.js';
import { tellCalls } from '../../src/http/call.js';
import { answerProblems, notFound } from '../../src/http/problem-handler.js';

const SCRIPT = `console.log(${'1+'.repeat(500)}1)`;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'convene-console-'));
  writeFileSync(path.join(folder, 'index.html'), '<script src="console/main-A1.js"></script>');
  writeFileSync(path.join(folder, 'main-A1.js'), SCRIPT);
  writeFileSync(path.join(folder, 'main-B2.css'), 'p{}');
});
afterAll(() => rmSync(folder, { recursive: true }));

const log = pino({ level: 'silent' });
const served = (from?: string) => {
  const app = express().disable('etag');
  app.use(
    tellCalls(log, () => undefined),
    createConsole(from),
    notFound,
    answerProblems(log),
  );
  return request(app);
};

describe('the console', () => {
  test('is at /, looked after at each visit', async () => {
    const page = await served(folder).get('/');
    expect(page.status).toBe(200);
    expect(page.type).toBe('text/html');
    expect(page.text).toContain('main-A1.js');
    expect(page.headers['cache-control']).toBe('no-cache');
    const again = await served(folder).get('/').set('If-None-Match', String(page.headers['etag']));
    expect(again.status).toBe(304);
    expect(again.text).toBe('');
  });

  test('lets nothing in but its own files', async () => {
    const { headers } = await served(folder).get('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toMatch(/https?:|\*/);
  });

  test.each([
    ['main-A1.js', 'text/javascript'],
    ['main-B2.css', 'text/css'],
  ])('its %s may be kept for good', async (name, type) => {
    const file = await served(folder).get(`/console/${name}`);
    expect(file).toMatchObject({ status: 200, type });
    expect(file.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  test('goes over the wire small, to those who can unpack it', async () => {
    const zipped = await served(folder).get('/console/main-A1.js').set('Accept-Encoding', 'gzip');
    expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(Number(zipped.headers['content-length'])).toBeLessThan(200);
    expect(zipped.text).toBe(SCRIPT); // unpacked by the one who asked
    const plain = await served(folder).get('/console/main-A1.js').set('Accept-Encoding', 'identity');
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(plain.text).toBe(SCRIPT);
  });

  test('HEAD says what GET would, and other methods are told what there is', async () => {
    const head = await served(folder).head('/');
    expect(head.status).toBe(200);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
    const post = await served(folder).post('/');
    expect(post.status).toBe(405);
    expect(post.headers['allow']).toBe('GET, HEAD, OPTIONS');
  });

  test.each([
    '/console/',
    '/console/index.html',
    '/console/../package.json',
    '/console/%2e%2e/main.js',
    '/other',
  ])('there is nothing else: %s', async (at) => {
    const answer = await served(folder).get(at);
    expect(answer.status).toBe(404);
    expect(answer.type).toBe('application/problem+json');
  });
});

test('where it was not built, the first page says so, and where the API is', async () => {
  const page = await served().get('/');
  expect(page.status).toBe(200);
  expect(page.text).toContain('href="/api/docs/"');
  expect(page.text).not.toContain('<script');
});
