import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';

/** Which rooms may know which, as CONTRIBUTING.md says; a file beside the rooms is a room of its own. */
const MAY_KNOW: Record<string, string[]> = {
  calendar: [],
  protocol: ['calendar'],
  interchange: ['calendar'],
  service: ['calendar', 'protocol', 'interchange'],
  gate: ['service', 'protocol', 'calendar'],
  http: ['gate', 'service', 'protocol', 'calendar'],
  live: ['gate', 'service', 'protocol', 'calendar'],
  store: ['service/ports', 'calendar'],
  webhooks: ['service/ports'],
  client: ['protocol', 'calendar'],
  console: ['client', 'protocol', 'calendar/text-diff'],
  operations: ['store', 'calendar'],
  demo: ['app', 'config', 'log', 'client'],
  metrics: ['service', 'gate', 'calendar'],
  'config.ts': [],
  'log.ts': [],
  'app.ts': ['*'],
  'main.ts': ['app', 'config', 'log'],
};

/** Packages that only these rooms may know. */
const PACKAGES: Record<string, string[]> = {
  express: ['http'],
  'socket.io': ['live'],
  mongoose: ['store/mongo'],
  dataloader: ['store/mongo'],
  lmdb: ['store/embedded'],
  jsonwebtoken: ['service'],
  ioredis: ['gate', 'live'],
  'prom-client': ['metrics'],
  'rate-limiter-flexible': ['gate'],
  'socket.io-client': ['client'],
  'ical.js': ['interchange'],
  'ipaddr.js': ['webhooks'],
  preact: ['console'],
  fullcalendar: ['console'],
};

const source = path.resolve('src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.tsx?$/.test(file),
);

const importsOf = (file: string): string[] =>
  [
    ...readFileSync(path.join(source, file), 'utf8').matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'/gms),
  ].map((match) => match[1] ?? '');
const roomOf = (file: string): string => file.split(path.sep)[0] ?? '';
const resolved = (file: string, specifier: string): string =>
  path.join(path.dirname(file), specifier).replace(/\.js$/, '');

test('a room knows only the rooms that it may know', () => {
  const trespasses = files.flatMap((file) => {
    const room = roomOf(file);
    const allowed = MAY_KNOW[room] ?? [];
    return importsOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => resolved(file, specifier))
      .filter((target) => roomOf(target) !== room)
      .filter(
        (target) => !allowed.some((one) => one === '*' || target === one || target.startsWith(`${one}/`)),
      )
      .map(
        (target) => `${file} imports ${target}: ${room} may know ${allowed.join(', ') || 'nothing of ours'}`,
      );
  });
  expect(trespasses).toEqual([]);
});

test('the two doors do not know each other, nor a store; the two stores do not know each other', () => {
  const pairs = [
    ['http', 'live'],
    ['http', 'store'],
    ['live', 'store'],
    [path.join('store', 'mongo'), path.join('store', 'embedded')],
  ];
  const trespasses = files.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => resolved(file, specifier))
      .filter((target) =>
        pairs.some(
          ([a = '', b = '']) =>
            (file.startsWith(a) && target.startsWith(b)) || (file.startsWith(b) && target.startsWith(a)),
        ),
      )
      .map((target) => `${file} imports ${target}`),
  );
  expect(trespasses).toEqual([]);
});

test('a package that belongs to one room is imported there alone', () => {
  const trespasses = files.flatMap((file) =>
    importsOf(file)
      .filter(
        (specifier) => PACKAGES[specifier] && !PACKAGES[specifier].some((room) => file.startsWith(room)),
      )
      .map((specifier) => `${file} imports ${specifier}`),
  );
  expect(trespasses).toEqual([]);
});

test('no file imports itself by a detour', () => {
  const graph = new Map(
    files.map((file) => [
      file.replace(/\.tsx?$/, ''),
      importsOf(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => resolved(file, specifier)),
    ]),
  );
  const done = new Set<string>();
  const cycle = (file: string, trail: string[]): string[] | null => {
    if (trail.includes(file)) {
      return [...trail.slice(trail.indexOf(file)), file];
    }
    if (done.has(file)) {
      return null;
    }
    const found =
      (graph.get(file) ?? []).map((target) => cycle(target, [...trail, file])).find(Boolean) ?? null;
    done.add(file);
    return found;
  };
  expect([...graph.keys()].map((file) => cycle(file, [])).filter(Boolean)).toEqual([]);
});

test('no file is longer than a person reads in one sitting', () => {
  const long = files.filter((file) => readFileSync(path.join(source, file), 'utf8').split('\n').length > 400);
  expect(long).toEqual([]);
});
