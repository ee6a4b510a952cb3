/** The content's fields, in the order in which they are told. Light: the client in a browser reads it too. */
export const CONTENT_FIELDS = [
  'title',
  'description',
  'location',
  'url',
  'start',
  'end',
  'timeZone',
  'allDay',
  'status',
  'busy',
  'tags',
  'color',
  'recurrence',
  'overrides',
  'metadata',
] as const;
export type ContentField = (typeof CONTENT_FIELDS)[number];
export const isContentField = (name: string): name is ContentField =>
  (CONTENT_FIELDS as readonly string[]).includes(name);

/** What a field is where a client leaves it out; title, start and end have no default. */
export const DEFAULTS = {
  description: '',
  location: '',
  url: null,
  timeZone: 'UTC',
  allDay: false,
  status: 'confirmed',
  busy: true,
  tags: [],
  color: null,
  recurrence: null,
  overrides: {},
  metadata: {},
} as const satisfies { [field in ContentField]?: unknown };
