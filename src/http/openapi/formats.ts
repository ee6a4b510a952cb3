import { JSON_TYPE, MSGPACK_TYPE } from '../body.js';
import type { JsonSchema, Reference } from './types.js';

/** A body or an answer, by media type. */
interface Described {
  description?: string;
  content?: Record<string, { schema: JsonSchema }>;
}

/** What is described as JSON, as MessagePack too: the same values. Examples stay with the JSON: they can be typed. */
export function alsoMessagePack<T extends Described | Reference>(described: T): T {
  const content = 'content' in described ? described.content : undefined;
  const json = content?.[JSON_TYPE];
  return json
    ? { ...described, content: { ...content, [MSGPACK_TYPE]: { schema: json.schema } } }
    : described;
}
