import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import type { Express } from 'express';
import { createWebApp } from '../../src/http/web-app.js';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

interface Seen {
  prototypes: object[];
  apps: unknown[];
}

/** An app behind a server; what is seen of a request and its answer as the server made them, and in a route. */
async function serve(): Promise<{ app: Express; seen: Seen; url: string }> {
  const { app, messages } = createWebApp();
  const seen: Seen = { prototypes: [], apps: [] };
  const server = createServer(messages, (request, response) => {
    seen.prototypes.push(...[request, response].map((each) => Object.getPrototypeOf(each) as object));
    app(request, response);
  });
  servers.push(server);
  app.get('/:name', (request, response) => {
    seen.prototypes.push(...[request, response].map((each) => Object.getPrototypeOf(each) as object));
    seen.apps.push(request.app, response.app);
    response.status(201).json({ name: request.params.name, accept: request.get('Accept'), ip: request.ip });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { app, seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('requests and answers are Express’s own from the start: it changes the prototype of none', async () => {
  const { app, seen, url } = await serve();
  const answer = await fetch(`${url}/ada`, { headers: { Accept: 'application/json' } });
  expect(answer.status).toBe(201);
  expect(await answer.json()).toEqual({ name: 'ada', accept: 'application/json', ip: '127.0.0.1' });
  expect(seen.prototypes[0]).toBe(seen.prototypes[2]);
  expect(seen.prototypes[1]).toBe(seen.prototypes[3]);
  expect(seen.apps).toEqual([app, app]);
});

test('two apps in a process are told apart', async () => {
  const [one, other] = [await serve(), await serve()];
  await Promise.all([fetch(`${one.url}/x`), fetch(`${other.url}/x`)]);
  expect(one.seen.apps.every((app) => app === one.app)).toBe(true);
  expect(other.seen.apps.every((app) => app === other.app)).toBe(true);
  expect(one.app).not.toBe(other.app);
});
