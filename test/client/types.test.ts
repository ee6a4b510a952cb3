import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import ts from 'typescript';
import { temporaryDirectory } from '../support/process.js';

/** What somebody may write with the package's types; each line with an `@ts-expect-error` above it must not do. */
const PROGRAM = `
import { ConveneClient, ConveneError } from 'convene/client';
import type {
  Acknowledgement, Answer, Change, ClientMessage, ClientToServer, Content, Diff, EventView, Payload, Presence, Problem,
  ProblemCode, Role, ScheduleConflict, ServerMessage, ServerToClient, SyncAnswer, Told, Tokens, User, WebhookView,
} from 'convene/client';
import { io, type Socket } from 'socket.io-client';

const client = new ConveneClient({ url: 'http://localhost:3000' });
const event = await client.subscribe('66f0c0ffee0123456789abcd');
event.on('change', ({ content, change }) => {
  const title: string = content.title;
  const version: number | undefined = change?.version;
  console.log(title, version);
});
// @ts-expect-error there is no such event
event.on('changed', () => undefined);

// The protocol itself.
const socket: Socket<ServerToClient, ClientToServer> = io('http://localhost:3000', { auth: { token: '' } });
socket.on('event:changed', ({ eventId, version, patch, by }: Change) => console.log(eventId, version, patch.length, by.name));
socket.on('session:ended', ({ reason }) => {
  const known: 'expired' | 'logout' | 'revoked' | 'password-changed' | 'account-deleted' = reason;
  console.log(known);
});
// @ts-expect-error the server sends no such thing
socket.on('event:nothing', () => undefined);
const answer = (await socket.emitWithAck('event:edit', { eventId: event.id, patch: [] })) as Acknowledgement<'event:edit'>;
if (answer.ok) {
  const merged: boolean = answer.merged;
  console.log(merged);
} else {
  const code: ProblemCode = answer.problem.code;
  console.log(code === 'edit-conflict');
  // @ts-expect-error there is no such code
  console.log(code === 'edit-conflicts');
}
// @ts-expect-error an edit has a patch
const wrong: Payload<'event:edit'> = { eventId: '' };

export function told(
  change: Change, view: EventView, present: Presence[], role: Role, problem: Problem, conflict: ScheduleConflict,
  diff: Diff, user: User, tokens: Tokens, content: Content, sync: SyncAnswer, webhook: WebhookView,
): string {
  const joined: Answer<'event:subscribe'> = { version: 1, role, event: view, present };
  const created: Told<'event:created'> = { event: view, by: change.by };
  const names: [ClientMessage, ServerMessage] = ['event:subscribe', 'event:behind'];
  const kinds: 'owner' | 'editor' | 'viewer' = view.role;
  const start: string = content.start;
  const all = [joined.version, created.by.id, names[0], kinds, start, problem.detail, conflict.start, diff.from, user.id];
  return [...all, tokens.expiresIn, sync.nextToken, webhook.url, wrong].join();
}
export const isConflict = (error: unknown): boolean => error instanceof ConveneError && error.code === 'edit-conflict';
`;

let directory: string;
let remove: () => void;

/** The package as somebody has installed it: what it names in \`exports\`, and the packages it brings. */
beforeAll(() => {
  ({ directory, remove } = temporaryDirectory());
  const installed = path.join(directory, 'node_modules/convene');
  mkdirSync(installed, { recursive: true });
  cpSync('package.json', path.join(installed, 'package.json'));
  cpSync(process.env['CONVENE_DIST'] ?? 'dist', path.join(installed, 'dist'), {
    recursive: true,
    filter: (file) => !/\.(m?js|map)$/.test(file),
  });
  symlinkSync(path.resolve('node_modules'), path.join(installed, 'node_modules'));
  symlinkSync(
    path.resolve('node_modules/socket.io-client'),
    path.join(directory, 'node_modules/socket.io-client'),
  );
  writeFileSync(path.join(directory, 'package.json'), '{ "type": "module" }');
  writeFileSync(path.join(directory, 'program.ts'), PROGRAM);
});
afterAll(() => remove());

test.each([
  ['NodeNext', ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
  ['Bundler', ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
])(
  'a program in strict TypeScript has all types from the built package (%s), which is itself without fault',
  (_, module, moduleResolution) => {
    const program = ts.createProgram([path.join(directory, 'program.ts')], {
      strict: true,
      noEmit: true,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
      types: [],
      module,
      moduleResolution,
    });
    const faults = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
      const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
      const where = file ? `${path.relative(directory, file.fileName)}:${line}` : '';
      return `${where} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
    expect(faults).toEqual([]);
  },
  120_000,
);
