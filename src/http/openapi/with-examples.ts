import { MSGPACK_TYPE } from '../body.js';
import { ANSWERS, OWN_ANSWERS } from './answers.js';
import type { JsonSchema, Reference, Response } from './types.js';

type Content = NonNullable<Response['content']>;
type Described = Content[string];
type Examples = NonNullable<Described['examples']>;

/**
 * An answer with examples in each format that can be typed: those of its comment, else those of its operation, else those
 * of the components that its schema names.
 */
export function withExamples<T extends Response | Reference>(answer: T, operationId = '', status = ''): T {
  const described = 'content' in answer ? answer.content : undefined;
  if (!described) {
    return answer;
  }
  const own = OWN_ANSWERS[operationId];
  const content = Object.entries(described).map(([type, one]): [string, Described] => {
    const named = own?.[status] ?? own?.[type];
    return [type, exemplified(type, one, named ? asExamples(named) : undefined)];
  });
  return { ...answer, content: Object.fromEntries(content) };
}

function exemplified(type: string, described: Described, own: Examples | undefined): Described {
  if (type === MSGPACK_TYPE || 'example' in described || described.examples) {
    return described;
  }
  const examples = own ?? ofComponents(described.schema);
  return Object.keys(examples).length === 0 ? described : { ...described, examples };
}

const asExamples = (named: Readonly<Record<string, unknown>>): Examples =>
  Object.fromEntries(Object.entries(named).map(([name, value]) => [name, { value }]));

function ofComponents({ $ref, anyOf }: JsonSchema): Examples {
  const schemas = (anyOf ?? [{ $ref }]) as { $ref?: string }[];
  return Object.assign(
    {},
    ...schemas.map((one) => asExamples(ANSWERS[one.$ref?.split('/').at(-1) ?? ''] ?? {})),
  ) as Examples;
}
