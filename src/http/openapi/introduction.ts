export const TAGS = [
  { name: 'Accounts', description: 'Registering, signing in and out' },
  { name: 'Events', description: 'Creating, reading, editing and deleting events' },
  { name: 'Occurrences', description: 'One occurrence of a series, or all from one on' },
  { name: 'Schedule', description: 'What overlaps, and who is busy when' },
  { name: 'Sharing', description: 'Who may do what with an event' },
  { name: 'History', description: 'What an event was, and who changed it' },
  { name: 'Interchange', description: 'Events as iCalendar, out and in' },
  { name: 'Webhooks', description: 'Changes, sent to a URL of one’s own' },
  { name: 'System', description: 'The service itself' },
];

export const INTRODUCTION = `
Event calendars that several people edit at the same time, with the history of every event.

**To try it here:** send *Register*, copy \`accessToken\` from the answer, press **Authorize** and paste it. From
then on every route can be tried; the examples can be sent as they are. A token lasts 15 minutes: *Login* gives a
new one.

**Live.** What happens to events is told over Socket.IO as it happens: [the live API](/api/docs/live).

**Bodies** are UTF-8 JSON of at most 1 MiB. Unknown fields are refused, never dropped. Ids are 24 hexadecimal
digits; instants are RFC 3339.

**MessagePack.** Whatever is \`application/json\` may be sent as \`application/msgpack\`, and is answered so where
\`Accept\` likes it better: the same values, checks and limits. What JSON cannot say (binary, extensions, dates, NaN,
keys that are no strings) is 400 \`malformed-body\`. A \`PATCH\` in MessagePack is a merge patch. The \`ETag\` is
the version, in either format. A request repeated with its \`Idempotency-Key\` gets the first answer in its first
format.

**Errors** are \`application/problem+json\` (RFC 9457) whatever \`Accept\` says. \`code\` is a stable word; \`errors\`
point at each fault, with a JSON Pointer into the body or a parameter's name. A method that a path does not take is
405, with \`Allow\`. An event that the caller is no member of does not exist for them: 404; one on which their role
is too low: 403.

**Limits.** Every answer below \`/api\` says in \`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\`
(seconds) how much may still be asked; over it is 429 \`rate-limited\`, with \`Retry-After\`.

**Lists** answer \`{items, nextCursor}\`. The cursor leads to the next page, and is \`null\` on the last.

**Sending again.** A \`POST\` of somebody who is signed in may carry an \`Idempotency-Key\` of the client's choice. Sent
again within 24 hours it is not carried out again: the first answer comes back byte for byte, with
\`Idempotency-Replayed: true\`. The key belongs to its user and to method, path, query and body, as they were spelled;
anything else with it is 422 \`idempotency-mismatch\`. While the first is running, the second waits for it, and after
some seconds is 409 \`idempotency-in-progress\`. What was refused is not remembered, and may be sent again with its key.

**Editing at the same time.** Each change of an event raises its \`version\`, which is its \`ETag\`. An edit may say
which version it was made on: \`If-Match: "7"\` is strict (412 if the event has another by now), \`?baseVersion=7\`
merges (409 \`edit-conflict\` only where both changed the same field). With neither, the edit applies to the current
version.
`.trim();
