/** What no message says by itself, in the Markdown that `pages/markdown.ts` reads, too. */
export const INTRODUCTION = `
Everything that happens to an event reaches whoever may see it at once, over Socket.IO 4 in its default namespace. REST
([its own page](/api/docs/)) and sockets are two doors onto one service: an edit through either is authorised, merged,
stored and broadcast by the same code, and is the same entry of the event's log.

**Two formats.** On the path \`/socket.io\` messages are JSON; clients with \`socket.io-msgpack-parser\` find the same on
\`/socket.io-msgpack\`. Binary, dates, NaN and keys that are no strings are malformed in either.

**Connecting.** The handshake carries an access token: \`io(url, {auth: {token}})\`. A minute before the token expires
the server sends \`session:expiring\`; \`session:renew\` with a fresh token of the same user keeps the connection. Every
socket hears what concerns its user; what happens to one event is heard by whoever has subscribed to it.

**Asking.** Each message takes one object, and an acknowledgement if the client wants the answer: \`{ok: true, …}\` or
\`{ok: false, problem}\`, with the problem object (RFC 9457) that REST would answer. Unknown fields are refused. A
message that is malformed is answered with \`validation-failed\`, and the socket goes on.

**Versions.** Each change of an event makes its version one higher. A client at version *n* that applies the patches of
*n+1*, *n+2*, … has the server's content exactly. After the answer to \`event:subscribe\` each later version comes once
and in order; whoever sees a gap, or comes back after a lost connection, subscribes again with \`sinceVersion\`. An
acknowledged change is stored durably. Its acknowledgement and its \`event:changed\` come in either order: the version
makes them one. Once access is taken away, nothing of the event is sent to that user any more.
`.trim();

/** What there is at most: of what, and how much. */
export const LIMITS: readonly (readonly [what: string, howMuch: string])[] = [
  ['A message', '64 KiB; above, the connection ends'],
  ['Subscriptions of a socket', '500, then `too-many-subscriptions`'],
  ['Edits and rollbacks of a user', '20 a second on average, 60 at once'],
  ['Other messages of a socket', '50 a second'],
  ['New connections from one address', '1,000 a minute'],
  ['Operations of a patch', '1,000'],
  ['A presence state', '1 KiB as JSON'],
  ['People listed as present', '50, the most recent; `total` says how many there are'],
  ['Changes in an answer to `event:subscribe`', '200; further behind, it has the event itself'],
  ['A connection that says not who it is', 'ended after 10 seconds'],
  [
    'What waits for a client that does not read',
    '4 MiB; then its connection is ended, and it catches up by version',
  ],
];

export const LIMITS_NOTE =
  'Over a rate the answer is `rate-limited` with `retryAfter` in seconds, and the connection stays; a new connection is refused with it. These are the defaults: whoever runs the server sets the rates.';
