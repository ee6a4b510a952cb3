import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readConfig } from '../src/config.js';

/*
 * The files that a deployment is made of say the same as the program: nobody can be sure to have a Docker here.
 */
interface Service {
  image?: string;
  build?: string;
  restart: string;
  deploy?: { replicas: number };
  stop_grace_period?: string;
  environment?: Record<string, string | number | null>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string | string[]; interval: string; timeout: string; retries: number };
  volumes?: string[];
}

const read = (file: string): string => readFileSync(file, 'utf8');
const compose = parse(read('docker-compose.yml')) as {
  services: Record<'app' | 'proxy' | 'mongo' | 'redis', Service>;
  volumes: Record<string, unknown>;
};
const { app, proxy } = compose.services;
const services = Object.entries<Service>(compose.services);
const environment = app.environment ?? {};

/** The settings there are, as `src/config.ts` reads them. */
const SETTINGS = [...read('src/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): (?:optional|rate)\(/gm)].map(
  ([, name = '']) => name,
);
/** What a container has its own of: where it listens, and a directory that the image names. */
const OWN = ['HOST', 'DATA_DIR', 'NODE_ENV'];

test('every setting can be set in docker-compose.yml, and nothing that is none; .env.example has them too', () => {
  expect(SETTINGS).toContain('RATE_LIMIT_READS');
  expect(Object.keys(environment).sort()).toEqual(SETTINGS.filter((name) => !OWN.includes(name)).sort());
  const example = [...read('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name = '']) => name);
  expect(example.sort()).toEqual(SETTINGS.filter((name) => name !== 'NODE_ENV').sort());
});

test('what docker-compose.yml sets is taken, in production', () => {
  const set = Object.entries(environment).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
  const given = { ...Object.fromEntries(set), JWT_SECRET: 'x'.repeat(32), NODE_ENV: 'production' };
  const texts = Object.entries<string | number>(given).map(([name, value]) => [name, String(value)]);
  expect(readConfig(Object.fromEntries(texts) as NodeJS.ProcessEnv)).toMatchObject({
    port: 3000,
    trustProxy: 1,
    mongodbUri: expect.stringContaining('//mongo:27017/convene?replicaSet=rs0'),
    redisUrl: 'redis://redis:6379',
  });
  expect(environment['JWT_SECRET']).toMatch(/^\$\{JWT_SECRET:\?/);
});

test('every service is started again, is looked after, and waits until what it needs is healthy', () => {
  expect(app.deploy?.replicas).toBe(2);
  const image = read('Dockerfile');
  for (const [name, service] of services) {
    expect({ name, restart: service.restart }).toEqual({ name, restart: 'unless-stopped' });
    const isChecked =
      service.healthcheck !== undefined || (service.build === '.' && /^HEALTHCHECK /m.test(image));
    expect({ name, isChecked }).toEqual({ name, isChecked: true });
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(Object.keys(compose.services)).toContain(other);
      expect({ name, other, condition }).toEqual({ name, other, condition: 'service_healthy' });
    }
  }
  expect(Object.keys(app.depends_on ?? {}).sort()).toEqual(['mongo', 'redis']);
  expect(Object.keys(proxy.depends_on ?? {})).toEqual(['app']);
});

test('a process has the time that a clean end takes before it is killed', () => {
  expect(Number.parseInt(app.stop_grace_period ?? '', 10)).toBeGreaterThanOrEqual(12);
});

test('what is mounted is there, or is a volume', () => {
  const mounts = services.flatMap(([, { volumes = [] }]) =>
    volumes.map((volume) => volume.split(':')[0] ?? ''),
  );
  const volumes = Object.keys(compose.volumes);
  expect(
    mounts.filter((from) => !(from.startsWith('./') ? existsSync(from) : volumes.includes(from))),
  ).toEqual([]);
});

test('the proxy leads to the app by the name and the port that it has', () => {
  const conf = read('deploy/nginx.conf');
  expect(/server (\w+):(\d+) resolve/.exec(conf)?.slice(1)).toEqual(['app', String(environment['PORT'])]);
  expect(proxy.volumes).toEqual(['./deploy/nginx.conf:/etc/nginx/nginx.conf:ro']);
  const [, minor = 0] = (/^nginx:1\.(\d+)/.exec(proxy.image ?? '') ?? []).map(Number);
  expect(minor).toBeGreaterThanOrEqual(28); // `resolve` in an upstream needs 1.27.3
});

test('what the image is built from is not kept from it', () => {
  const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, files = '']) =>
    files.split(' ').slice(0, -1),
  );
  const letIn = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'));
  expect(copied.length).toBeGreaterThan(5);
  expect(letIn.map((line) => line.slice(1)).sort()).toEqual(copied.sort());
});
