import { z } from 'zod';
import {
  Answers,
  ClientMessages,
  ConnectErrorSchema,
  HandshakeSchema,
  RefusalSchema,
  ServerMessages,
  type ClientMessage,
  type ServerMessage,
} from '../../protocol/live.js';
import { PatchSchema } from '../../protocol/history.js';
import type { ProblemCode } from '../../protocol/problems.js';
import { problemExample } from '../openapi/problem-examples.js';
import { ACCESS_TOKEN } from '../openapi/samples.js';
import { generate, jsonSchema, schemaRef } from '../openapi/schemas.js';
import type { JsonSchema, Reference } from '../openapi/types.js';
import { packageVersion } from '../openapi/version.js';
import { EXCHANGES, TOLD } from './examples.js';
import { INTRODUCTION, LIMITS, LIMITS_NOTE } from './introduction.js';
import { FROM_CLIENTS, FROM_SERVER, PROBLEMS_OF_ALL, PROBLEMS_OF_HANDSHAKE } from './messages.js';
import type { AsyncApiDocument, Message, Operation } from './types.js';

const CLIENT_MESSAGES = Object.keys(ClientMessages) as ClientMessage[];
const SERVER_MESSAGES = Object.keys(ServerMessages) as ServerMessage[];

/**
 * The AsyncAPI document of the live door: every message that clients send, with its acknowledgement, and every message
 * that the server sends, made from the schemas that check the one and type the other.
 */
export function buildLiveDocument(): AsyncApiDocument {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Convene: the live API',
      version: packageVersion(),
      description: `${INTRODUCTION}\n\n${limits()}`,
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      json: server('/socket.io', 'Messages as JSON', 'For any Socket.IO 4 client.'),
      msgpack: server(
        '/socket.io-msgpack',
        'The same messages as MessagePack',
        'For clients with `socket.io-msgpack-parser`.',
      ),
    },
    channels: {
      handshake: {
        address: '/',
        title: 'The handshake',
        description: 'What Socket.IO sends to enter the default namespace, and the refusal.',
        messages: refs(['connect', 'connect_error']),
      },
      namespace: {
        address: '/',
        title: 'The default namespace',
        description: 'Every message there is, in both directions.',
        messages: refs([...CLIENT_MESSAGES, ...SERVER_MESSAGES]),
      },
      acknowledgement: {
        address: null,
        title: 'Acknowledgements',
        description: 'The one argument of the callback that a client gives with a message.',
        messages: refs(CLIENT_MESSAGES.flatMap((name) => [answerTo(name), refusalOf(name)])),
      },
    },
    operations: operations(),
    components: { schemas: schemas(), messages: messages(), securitySchemes: { token: TOKEN } },
  };
}

const TOKEN = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'An access token, as `auth.token` in the Socket.IO handshake.',
};

const server = (pathname: string, title: string, description: string) => ({
  host: '{host}',
  pathname,
  protocol: 'ws',
  title,
  description: `${description} Socket.IO 4 (Engine.IO 4) over WebSocket or HTTP long-polling; behind TLS \`wss\`.`,
  variables: { host: { default: 'localhost:3000', description: 'Where Convene is' } },
  security: [{ $ref: '#/components/securitySchemes/token' }],
});

const limits = (): string =>
  ['**Limits.**', '', ...LIMITS.map(([what, howMuch]) => `- ${what}: ${howMuch}.`), '', LIMITS_NOTE].join(
    '\n',
  );

/** The name of a message's component, which has no colon. */
const keyOf = (name: string): string => name.replace(':', '.');
const answerTo = (name: string): string => `${name}.answer`;
const refusalOf = (name: string): string => `${name}.refusal`;

const refs = (names: readonly string[]): Record<string, Reference> =>
  Object.fromEntries(names.map((name) => [keyOf(name), { $ref: `#/components/messages/${keyOf(name)}` }]));
const inChannel = (channel: string, ...names: string[]): Reference[] =>
  names.map((name) => ({ $ref: `#/channels/${channel}/messages/${keyOf(name)}` }));
const channelRef = (name: string): Reference => ({ $ref: `#/channels/${name}` });

function operations(): Record<string, Operation> {
  const connect: Operation = {
    action: 'receive',
    channel: channelRef('handshake'),
    summary: 'Connect',
    messages: inChannel('handshake', 'connect'),
    reply: { channel: channelRef('handshake'), messages: inChannel('handshake', 'connect_error') },
  };
  const received = CLIENT_MESSAGES.map((name): [string, Operation] => [
    keyOf(name),
    {
      action: 'receive',
      channel: channelRef('namespace'),
      summary: FROM_CLIENTS[name].summary,
      messages: inChannel('namespace', name),
      reply: {
        channel: channelRef('acknowledgement'),
        messages: inChannel('acknowledgement', answerTo(name), refusalOf(name)),
      },
    },
  ]);
  const sent = SERVER_MESSAGES.map((name): [string, Operation] => [
    keyOf(name),
    {
      action: 'send',
      channel: channelRef('namespace'),
      summary: FROM_SERVER[name].summary,
      messages: inChannel('namespace', name),
    },
  ]);
  return { connect, ...Object.fromEntries([...received, ...sent]) };
}

function messages(): Record<string, Message> {
  const all = [...handshake(), ...CLIENT_MESSAGES.flatMap(exchange), ...SERVER_MESSAGES.map(told)];
  return Object.fromEntries(all.map((message) => [keyOf(message.name), message]));
}

const handshake = (): Message[] => [
  {
    name: 'connect',
    summary: 'Connect',
    description: 'Socket.IO’s own; clients give it as `auth`.',
    payload: jsonSchema(HandshakeSchema, 'input'),
    examples: [{ name: 'signed in', payload: { token: ACCESS_TOKEN } }],
  },
  {
    name: 'connect_error',
    summary: 'The connection was refused',
    description: 'Socket.IO’s own; `data` is a member of the error that clients get.',
    payload: jsonSchema(ConnectErrorSchema, 'output'),
    'x-problems': PROBLEMS_OF_HANDSHAKE,
    examples: PROBLEMS_OF_HANDSHAKE.map((code) => {
      const data = problemExample(code, 'connect');
      return { name: code, payload: { message: data.title, data } };
    }),
  },
];

/** A message of a client's, with what it is answered. */
function exchange(name: ClientMessage): Message[] {
  const { summary, description, problems } = FROM_CLIENTS[name];
  const codes: ProblemCode[] = [...problems, ...PROBLEMS_OF_ALL];
  const answer = z.strictObject({ ok: z.literal(true), ...Answers[name].shape });
  const exchanges: readonly { name: string; payload: unknown; answer: object }[] = EXCHANGES[name];
  return [
    {
      name,
      summary,
      description,
      payload: requestSchema(name),
      examples: exchanges.map((one) => ({ name: one.name, payload: one.payload })),
    },
    {
      name: answerTo(name),
      summary: `Answer to ${name}`,
      payload: jsonSchema(answer, 'output'),
      examples: exchanges.map((one) => ({ name: one.name, payload: { ok: true, ...one.answer } })),
    },
    {
      name: refusalOf(name),
      summary: `Refusal of ${name}`,
      description: `The problem’s code is one of ${codes.map((code) => `\`${code}\``).join(', ')}.`,
      payload: schemaRef('Refusal'),
      'x-problems': codes,
      examples: codes.map((code) => ({
        name: code,
        payload: { ok: false, problem: problemExample(code, name) },
      })),
    },
  ];
}

function told(name: ServerMessage): Message {
  const { summary, description, to } = FROM_SERVER[name];
  return {
    name,
    summary,
    description: `${description} To: ${to}.`,
    payload: jsonSchema(ServerMessages[name], 'output'),
    examples: Object.entries<unknown>(TOLD[name]).map(([example, payload]) => ({ name: example, payload })),
  };
}

/** What a message takes. A patch is read by the calendar, which tells more exactly what is wrong with one. */
function requestSchema(name: ClientMessage): JsonSchema {
  const schema = jsonSchema(ClientMessages[name], 'input');
  const properties = Object.entries(schema['properties'] as Record<string, JsonSchema>).map(
    ([field, { description, ...own }]): [string, JsonSchema] => [
      field,
      {
        ...(field === 'patch' ? schemaRef('Patch') : own),
        ...(description !== undefined && { description }),
      },
    ],
  );
  return { ...schema, properties: Object.fromEntries(properties) };
}

const schemas = (): Record<string, JsonSchema> =>
  generate(
    [PatchSchema, RefusalSchema, ...Object.values(Answers), ...Object.values(ServerMessages)],
    'output',
  );
