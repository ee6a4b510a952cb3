import type { JsonSchema, Reference } from '../openapi/types.js';

/** A message object: what is sent, with examples of it. */
export interface Message {
  /** As Socket.IO names it; an acknowledgement by what it answers. */
  name: string;
  title?: string;
  summary: string;
  description?: string;
  payload: JsonSchema;
  examples: { name: string; payload: unknown }[];
  /** Of an acknowledgement that refuses: the codes its problem may have. */
  'x-problems'?: readonly string[];
}

/** Seen from the server: `receive` is what clients send, `send` what they are sent. */
export interface Operation {
  action: 'receive' | 'send';
  channel: Reference;
  summary: string;
  messages: Reference[];
  reply?: { channel: Reference; messages: Reference[] };
}

/** AsyncAPI 3, as far as it is looked into here. */
export interface AsyncApiDocument {
  info: { title: string; version: string; description: string; [member: string]: unknown };
  servers: Record<
    string,
    { pathname: string; title: string; description: string; [member: string]: unknown }
  >;
  channels: Record<'handshake' | 'namespace' | 'acknowledgement', Channel>;
  operations: Record<string, Operation>;
  components: {
    schemas: Record<string, JsonSchema>;
    messages: Record<string, Message>;
    [kind: string]: unknown;
  };
  [member: string]: unknown;
}
interface Channel {
  address: string | null;
  title: string;
  description: string;
  messages: Record<string, Reference>;
}
