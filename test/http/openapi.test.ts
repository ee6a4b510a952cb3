import SwaggerParser from '@apidevtools/swagger-parser';
import { describe, expect, test } from '@jest/globals';
import { buildDocument } from '../../src/http/openapi/document.js';
import { problemExample } from '../../src/http/openapi/problem-examples.js';
import { PROBLEMS, type ProblemCode } from '../../src/protocol/problems.js';
import { Conformity, resolved } from '../support/conformity.js';

const document: any = buildDocument();
const conformity = new Conformity(document);
const inFull = (value: any): any => (value?.$ref ? resolved(document, value.$ref) : value);
const operations = Object.entries<any>({ ...document.paths, ...document.webhooks }).flatMap(([at, methods]) =>
  Object.entries<any>(methods).map(([method, operation]) => ({
    where: `${method.toUpperCase()} ${at}`,
    operation,
  })),
);

/** Every example of a media type, parameter or header, however it is given. */
function examplesOf(described: any): unknown[] {
  const { example, examples, schema } = described;
  return [
    ...(example === undefined ? [] : [example]),
    ...Object.values<any>(examples ?? {}).map(({ value }) => value),
    ...(schema?.examples ?? []),
  ];
}

/** What is wrong with these: each has examples, and all of them fit the schema. */
const faults = (places: [where: string, described: any][], advice: string): string[] =>
  places.flatMap(([where, described]) => {
    const examples = examplesOf(described);
    return examples.length === 0
      ? [`${where} has no example. ${advice}`]
      : examples.flatMap((example) => {
          const fault = conformity.invalidity(described.schema, example);
          return fault === null ? [] : [`${where}: an example does not fit its schema: ${fault}`];
        });
  });

/** MessagePack is the JSON beside it, which people can read. */
const mediaTypes = (where: string, body: any): [string, any][] =>
  Object.entries<any>(inFull(body)?.content ?? {})
    .filter(([type]) => type !== 'application/msgpack')
    .map(([type, described]) => [`${where}, ${type}`, described]);

test('the document is valid by its own tools', async () => {
  await SwaggerParser.validate(JSON.parse(JSON.stringify(document)), { resolve: { external: false } });
});

describe('there are examples, and they fit', () => {
  test('of every answer of every route', () => {
    const places = operations.flatMap(({ where, operation }) =>
      Object.entries<any>(operation.responses).flatMap(([status, answer]) =>
        mediaTypes(`${where} ${status}`, answer),
      ),
    );
    expect(places.length).toBeGreaterThan(200);
    const advice =
      'Add one for its component to ANSWERS in src/http/openapi/answers.ts, or `example:` to the comment of the route.';
    expect(faults(places, advice)).toEqual([]);
  });

  test('of every body that a route takes', () => {
    const places = operations.flatMap(({ where, operation }) =>
      mediaTypes(`the body of ${where}`, operation.requestBody),
    );
    expect(places.length).toBeGreaterThan(15);
    const advice =
      'Add one to EXAMPLES in src/http/openapi/examples.ts, and name it in requestBodies in shared.ts.';
    expect(faults(places, advice)).toEqual([]);
  });

  test('of every header and every parameter in a path, and each says what it is', () => {
    const answered = operations.flatMap(({ where, operation }) =>
      Object.entries<any>(operation.responses).flatMap(([status, answer]) =>
        Object.entries<any>(inFull(answer).headers ?? {}).map(([name, header]): [string, any] => [
          `the header ${name} of ${where} ${status}`,
          inFull(header),
        ]),
      ),
    );
    const asked = operations.flatMap(({ where, operation }) =>
      operation.parameters
        .map(inFull)
        .filter((one: any) => one.in !== 'query')
        .map((one: any): [string, any] => [`the ${one.in} parameter ${one.name} of ${where}`, one]),
    );
    expect(answered.length).toBeGreaterThan(100);
    expect(asked.length).toBeGreaterThan(50);
    expect(faults([...answered, ...asked], 'Add `example` in src/http/openapi/shared.ts.')).toEqual([]);
    const silent = [...answered, ...asked].filter(([, { description }]) => !description);
    expect(silent.map(([where]) => where)).toEqual([]);
  });

  test.each(Object.keys(PROBLEMS) as ProblemCode[])('of the problem %s, with all that it brings', (code) => {
    const example = problemExample(code);
    expect(example).toMatchObject({
      code,
      status: PROBLEMS[code].status,
      instance: expect.stringMatching(/^\//),
    });
    const schema = document.components.schemas.Problem;
    expect(conformity.invalidity(schema, example)).toBeNull();
    // Where it is answered, its own members are there too.
    const answers = Object.values<any>(document.components.responses).filter(
      ({ content }) => content?.['application/problem+json']?.examples[code],
    );
    for (const { content } of answers) {
      const described = content['application/problem+json'];
      expect(described.examples[code].value).toEqual(JSON.parse(JSON.stringify(example)));
      expect(conformity.invalidity(described.schema, example)).toBeNull();
    }
  });

  test('and a missing or a wrong one would be noticed', () => {
    const schema = { type: 'integer' };
    expect(faults([['GET /x 200', { schema }]], 'Add one.')).toEqual(['GET /x 200 has no example. Add one.']);
    expect(faults([['GET /x 200', { schema, examples: { a: { value: 'x' } } }]], '')).toEqual([
      'GET /x 200: an example does not fit its schema: data must be integer',
    ]);
  });
});
