import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { buildDocument } from '../../src/http/openapi/document.js';
import type { OpenApiDocument, Operation, Reference, Response } from '../../src/http/openapi/types.js';
import type { Answer, Witness } from './convene.js';

/** Compares answers with what a document says of them. */
export class Conformity {
  private readonly ajv = createAjv();
  private readonly validators = new Map<object, ValidateFunction>();
  private readonly paths: { path: RegExp; operations: Record<string, Operation> }[];

  constructor(readonly document: OpenApiDocument) {
    this.ajv.addSchema({ $id: DOCUMENT, components: document.components });
    this.paths = Object.entries(document.paths)
      .sort(([a], [b]) => parametersIn(a) - parametersIn(b) || b.length - a.length)
      .map(([path, operations]) => ({ path: asPattern(path), operations }));
  }

  /** @throws where the answer is none that the document describes */
  readonly check: Witness = ({ method, path }, answer) => {
    const { pathname } = new URL(path, 'http://convene.test');
    const fault = this.faultOf(method.toLowerCase(), pathname, answer);
    if (fault !== null) {
      const body = JSON.stringify(answer.body ?? null).slice(0, 300);
      throw new Error(`${method} ${path} is not as documented: ${fault} (${answer.status} ${body})`);
    }
  };

  private faultOf(method: string, pathname: string, answer: Answer): string | null {
    if (method === 'options' || UNDOCUMENTED.test(pathname)) {
      return null;
    }
    const operations = this.paths.find(({ path }) => path.test(pathname))?.operations;
    if (!operations) {
      return answer.status === 404 ? this.faultIn('NotFound', answer) : 'the path is not in the document';
    }
    const operation = operations[method === 'head' ? 'get' : method];
    if (!operation) {
      // A path that cannot be read is no path, whatever is asked of it.
      if (answer.status === 404 && isMalformed(pathname)) {
        return this.faultIn('NotFound', answer);
      }
      return answer.status === 405
        ? this.faultIn('MethodNotAllowed', answer)
        : 'the method is not in the document';
    }
    const described = operation.responses[answer.status] ?? this.refusedBody(operation, answer);
    if (!described) {
      return `${operation.operationId} does not answer ${answer.status}`;
    }
    return this.faultAgainst(this.resolve<Response>(described), answer, method === 'head');
  }

  /** A body that a route is sent without taking any is refused like one that cannot be read. */
  private refusedBody(operation: Operation, { status }: Answer): Response | undefined {
    const refusal = {
      400: 'MalformedBody',
      413: 'PayloadTooLarge',
      415: 'UnsupportedMediaType',
      422: 'ValidationFailed',
    };
    const name = status in refusal ? refusal[status as keyof typeof refusal] : '';
    return operation.requestBody ? undefined : this.document.components.responses[name];
  }

  private faultIn(response: string, answer: Answer): string | null {
    return this.faultAgainst(
      this.resolve<Response>({ $ref: `#/components/responses/${response}` }),
      answer,
      false,
    );
  }

  private faultAgainst(described: Response, answer: Answer, withoutBody: boolean): string | null {
    const missing = Object.entries(described.headers ?? {}).find(
      ([name, header]) => this.resolve<{ required?: true }>(header).required && !answer.headers.has(name),
    );
    if (missing) {
      return `it has no ${missing[0]}`;
    }
    const [type = ''] = (answer.headers.get('Content-Type') ?? '').split(';');
    if (!described.content) {
      return answer.body === '' ? null : 'it should have no body';
    }
    const { schema } = described.content[type] ?? {};
    if (!schema) {
      return `its content type is ${type || 'missing'}, not ${Object.keys(described.content).join(' or ')}`;
    }
    // Who has not unpacked MessagePack has no value to look at.
    const isValue = type.endsWith('json') || (type.endsWith('msgpack') && typeof answer.body !== 'string');
    return withoutBody || !isValue ? null : this.invalidity(schema, answer.body);
  }

  /** What is wrong with a value by a schema of the document; null where nothing is. */
  invalidity(schema: object, value: unknown): string | null {
    const validate = this.validators.get(schema) ?? this.ajv.compile(absolute(schema));
    this.validators.set(schema, validate);
    return validate(value) ? null : this.ajv.errorsText(validate.errors, { separator: '; ' });
  }

  /** What a reference into the document leads to; anything else as it is. */
  private resolve<T extends object>(value: T | Reference): T {
    return '$ref' in value ? (resolved(this.document, value.$ref) as T) : value;
  }
}

function isMalformed(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
    return false;
  } catch {
    return true;
  }
}

/** What a reference into a document leads to. @throws where it leads nowhere */
export function resolved(document: object, $ref: string): unknown {
  const segments = $ref.split('/').map((one) => one.replaceAll('~1', '/').replaceAll('~0', '~'));
  const found = segments
    .slice(1)
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document);
  if (segments[0] !== '#' || found === undefined) {
    throw new Error(`The document refers to ${$ref}, which it has not.`);
  }
  return found;
}

const DOCUMENT = 'urn:convene:openapi';

/** Schemas refer into the document that they stand in. */
const absolute = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"${DOCUMENT}#/`)) as object;

/** Pages for people. */
const UNDOCUMENTED = /^\/$|^\/api\/docs/;

export function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true });
  addFormats.default(ajv);
  ajv.addVocabulary(['components']); // where the document keeps its schemas
  return ajv;
}

const parametersIn = (path: string): number => path.split('{').length;

const asPattern = (path: string): RegExp =>
  new RegExp(`^${path.replace(/[.$]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}/?$`);

let conformity: Conformity | undefined;

/** Every answer that a test gets is one that the OpenAPI document describes. */
export const isAsDocumented: Witness = (request, answer) => {
  conformity ??= new Conformity(buildDocument());
  conformity.check(request, answer);
};
