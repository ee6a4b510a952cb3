import type { Content, GivenEdit, Operation } from '../../../src/client/index.js';
import type { Chance } from './chance.js';

/** An edit that somebody might make of this content, as their `n`th. */
export function anyEdit(content: Content, chance: Chance, n: string): GivenEdit {
  return chance.pick(EDITS)(content, chance, n);
}

type Make = (content: Content, chance: Chance, n: string) => GivenEdit;
const KEYS = 'abcdefghijklmnop'.split('');
const DAYS = ['2026-03-03', '2026-03-04', '2026-03-05'] as const;

/** The more often a kind is named, the more often it is made. */
const EDITS: readonly Make[] = [
  (_, __, n) => ({ title: `title ${n}` }),
  (_, __, n) => ({ location: `place ${n}` }),
  (_, chance) => ({ status: chance.pick(['confirmed', 'tentative', 'cancelled']) }),
  (_, chance) => ({ color: chance.pick(['red', '#00ff00', null]), busy: chance.happens(0.8) }),
  (_, chance, n) => ({ url: chance.pick([`https://example.org/${n}`, null]) }),
  tags,
  tags,
  lines,
  lines,
  lines,
  metadata,
  metadata,
  metadata,
  overrides,
  overrides,
  times,
  operations,
  operations,
  invalid,
];

function tags({ tags: now }: Content, chance: Chance, n: string): GivenEdit {
  const kept = now.filter(() => chance.happens(0.8)).slice(-6);
  return { tags: chance.happens(0.7) ? [...kept, `tag ${n}`] : kept };
}

function lines({ description }: Content, chance: Chance, n: string): GivenEdit {
  const now = description.split('\n');
  const at = chance.between(0, now.length - 1);
  const doing = now.length > 10 ? 'remove' : chance.pick(['insert', 'replace', 'remove']);
  now.splice(at, doing === 'insert' ? 0 : 1, ...(doing === 'remove' ? [] : [`line ${n}`]));
  return { description: now.join('\n') };
}

function metadata(_: Content, chance: Chance, n: string): GivenEdit {
  const one = { [chance.pick(KEYS)]: chance.pick([n, null, { x: n }, { y: n, x: null }]) };
  return { metadata: chance.happens(0.4) ? { deep: one } : one };
}

function overrides(_: Content, chance: Chance, n: string): GivenEdit {
  const override = chance.pick([
    { title: `once ${n}` },
    { location: n, tags: null },
    { excluded: true },
    null,
  ]);
  return { overrides: { [`${chance.pick(DAYS)}T15:00:00`]: override } } as GivenEdit;
}

function times(_: Content, chance: Chance): GivenEdit {
  const hour = String(chance.between(10, 15));
  const start = `2026-03-02T${hour}:00:00Z`;
  const end = `2026-03-02T${String(chance.between(16, 20))}:00:00Z`;
  return chance.pick([{ start }, { end }, { start, end }]);
}

function operations(content: Content, chance: Chance, n: string): GivenEdit {
  const { title, metadata: now } = content;
  const key = Object.keys(now)[0];
  const choices: Operation[][] = [
    [
      { op: 'test', path: '/title', value: title },
      { op: 'replace', path: '/title', value: `tested ${n}` },
    ],
    [{ op: 'add', path: '/tags/-', value: `added ${n}` }],
    [{ op: 'add', path: `/metadata/${chance.pick(KEYS)}`, value: [n] }],
    ...(key === undefined
      ? []
      : [
          [{ op: 'remove', path: `/metadata/${key}` }] satisfies Operation[],
          [{ op: 'move', from: `/metadata/${key}`, path: '/metadata/moved' }] satisfies Operation[],
          [{ op: 'copy', from: `/metadata/${key}`, path: '/metadata/copied' }] satisfies Operation[],
        ]),
  ];
  return chance.pick(choices);
}

/** What the server has to refuse, and the client cannot know. */
function invalid(_: Content, chance: Chance): GivenEdit {
  return chance.pick([{ title: '' }, { end: '2026-03-01T00:00:00Z' }, { color: 'no such colour' }]);
}
