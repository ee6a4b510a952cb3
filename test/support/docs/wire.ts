import { buildDocument } from '../../../src/http/openapi/document.js';
import { Conformity, resolved } from '../conformity.js';
import { liveConformity } from '../live-conformity.js';

const rest = new Conformity(buildDocument());
const live = liveConformity();

/** What is wrong with a value by a component of either document; null where nothing is. */
export function faultBySchema(name: string, value: unknown): string | null {
  const schema = rest.document.components.schemas[name];
  const messages = live.document.components.schemas[name];
  if (schema) {
    return rest.invalidity(schema, value);
  }
  return messages
    ? live.faultAgainst(messages, value)
    : `neither the OpenAPI nor the AsyncAPI document has a schema named ${name}`;
}

/** The faults of a request as it goes over the wire: it has to be a route's, and its JSON what the route takes. */
export function faultOfRequest(text: string, schemaName: string): string | null {
  const [head = '', ...rest_] = text.trim().split('\n\n');
  const body = rest_.join('\n\n').trim();
  const [, method = '', target = ''] = /^([A-Z]+) (\/\S*)/.exec(head) ?? [];
  if (method === '') {
    return /^HTTP\/1\.1 \d{3}/.test(head) ? null : 'it begins with no METHOD /path';
  }
  if (schemaName !== '') {
    return faultBySchema(schemaName, JSON.parse(body));
  }
  const { pathname } = new URL(target, 'http://convene.test');
  const operation: any = Object.entries(rest.document.paths)
    .filter(([path]) =>
      new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
    )
    .map(([, operations]) => operations[method.toLowerCase()])
    .find((one) => one !== undefined);
  if (!operation) {
    return `there is no route ${method} ${pathname}`;
  }
  if (body === '') {
    return null;
  }
  const [type = ''] = /^content-type: *(\S+?);?\s*$/im.exec(head)?.slice(1) ?? [];
  const taken: any = operation.requestBody && resolved(rest.document, operation.requestBody.$ref);
  const described = taken?.content[type];
  return described
    ? rest.invalidity(described.schema, JSON.parse(body))
    : `the route takes no ${type || 'body'}`;
}

/**
 * The faults of a live session: `→ message {…}` is sent, `← message {…}` told, `← {…}` answers what was sent last.
 * Where something is left out (`…`), what is there has to fit.
 */
export function faultsOfSession(text: string): string[] {
  let asked = '';
  return text.split('\n').flatMap((line) => {
    const [, arrow, message = '', json] = /^([→←]) (?:([a-z]+:[a-z]+) )?(\{.*\})$/.exec(line) ?? [];
    if (json === undefined) {
      return line.trim() === '' || /^ +… .* …$/.test(line) ? [] : [`${line}: is no line of a session`];
    }
    const value: unknown = JSON.parse(json.replaceAll(/,…|…,|…/g, ''));
    const name = message === '' ? `${asked}.answer` : message;
    asked = arrow === '→' ? message : asked;
    const payload = live.document.components.messages[name.replace(':', '.')]?.payload;
    const fault = payload
      ? live.faultAgainst(json.includes('…') ? relaxed(payload) : payload, value)
      : `there is no message ${name}`;
    return fault === null ? [] : [`${line}: ${fault}`];
  });
}

/** A schema that asks for no member, down to the last; what it refers to stands in its place. */
function relaxed(schema: unknown, depth = 0): object {
  if (typeof schema !== 'object' || schema === null || depth > 12) {
    return {};
  }
  const { $ref, required: _, ...others } = schema as Record<string, unknown>;
  if (typeof $ref === 'string') {
    return relaxed(resolved(live.document, $ref), depth);
  }
  const inside = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.map((one) => (typeof one === 'object' ? relaxed(one, depth + 1) : one));
    }
    return typeof value === 'object' && value !== null ? relaxed(value, depth + 1) : value;
  };
  return Object.fromEntries(Object.entries(others).map(([key, value]) => [key, inside(value)]));
}
