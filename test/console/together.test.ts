import { describe, expect, test } from '@jest/globals';
import { parseContent } from '../../src/calendar/content.js';
import type { Presence } from '../../src/client/index.js';
import { valuesOf, withStart, type FormValues } from '../../src/console/form/values.js';
import { colleaguesIn, namesOf } from '../../src/console/panel/colleagues.js';
import { editConflicts, mergedValues } from '../../src/console/panel/edit-conflicts.js';
import { PARTS } from '../../src/console/panel/parts.js';
import {
  insist,
  NOTHING_TOUCHED,
  settled,
  takeBack,
  touch,
  without,
} from '../../src/console/panel/touched.js';
import { typedText } from '../../src/console/panel/typed-text.js';
import { valueWords } from '../../src/console/panel/value-words.js';
import { authorOf, pathsOf, withAuthor } from '../../src/console/state/authorship.js';

const stored = valuesOf(
  parseContent({
    title: 'Design review',
    description: 'Agenda\n- one\n- two',
    start: '2026-03-02T15:00:00',
    end: '2026-03-02T16:00:00',
    timeZone: 'Europe/Berlin',
  }),
);
const edited = (change: Partial<FormValues>) => touch(NOTHING_TOUCHED, stored, { ...stored, ...change });
const names = (all: ReturnType<typeof editConflicts>) => all.map(({ part }) => part.name);

describe('an edit that is not saved yet', () => {
  test('meets another’s only where both changed the same to something else', () => {
    const mine = edited({ title: 'Mine', location: 'Here' });
    expect(editConflicts(mine, stored)).toEqual([]);
    expect(editConflicts(mine, { ...stored, url: 'https://example.org' })).toEqual([]);
    expect(editConflicts(mine, { ...stored, title: 'Mine' })).toEqual([]);
    const [met, ...others] = editConflicts(mine, { ...stored, title: 'Theirs' });
    expect(others).toEqual([]);
    expect([met?.base.title, met?.theirs.title, met?.mine.title]).toEqual([
      'Design review',
      'Theirs',
      'Mine',
    ]);
  });

  test('is not lost by going on typing after it met one', () => {
    const theirs = { ...stored, title: 'Theirs' };
    const mine = touch(edited({ title: 'Mine' }), theirs, { ...theirs, title: 'Mine!' });
    expect(editConflicts(mine, theirs)[0]).toMatchObject({
      base: { title: 'Design review' },
      mine: { title: 'Mine!' },
    });
  });

  test('times are one thing: each side of the choice has date, time and zone as its author saw them', () => {
    const mine = touch(NOTHING_TOUCHED, stored, withStart(stored, { date: '2026-03-02', time: '17:00' }));
    const theirs = { ...stored, startDate: '2026-03-05', startTime: '10:00', endDate: '2026-03-05' };
    const [met] = editConflicts(mine, { ...theirs, endTime: '11:00' });
    expect(met?.part.name).toBe('when');
    expect(met?.mine).toMatchObject({ startDate: '2026-03-02', startTime: '17:00', endTime: '18:00' });
    expect(met?.base).toMatchObject({ startDate: '2026-03-02', startTime: '15:00', endTime: '16:00' });
  });

  test('a day that was moved and an hour that was changed are both kept', () => {
    const mine = touch(NOTHING_TOUCHED, stored, withStart(stored, { date: '2026-03-02', time: '17:00' }));
    const theirs = { ...stored, startDate: '2026-03-05', endDate: '2026-03-05' };
    expect(editConflicts(mine, theirs)).toEqual([]);
    expect(mergedValues(mine, theirs)).toMatchObject({ startDate: '2026-03-05', startTime: '17:00' });
  });

  test('different lines of a description are both kept, the same line is a choice', () => {
    const mine = edited({ description: 'Agenda\n- one\n- two\n- three' });
    const apart = { ...stored, description: 'Our agenda\n- one\n- two' };
    expect(editConflicts(mine, apart)).toEqual([]);
    expect(mergedValues(mine, apart).description).toBe('Our agenda\n- one\n- two\n- three');
    const same = { ...stored, description: 'Agenda\n- one\n- zwei' };
    expect(names(editConflicts(mine, same))).toEqual(['description']);
    expect(mergedValues(mine, same).description).toBe('Agenda\n- one\n- two\n- three');
  });

  test('a description of very many lines is not compared by them', () => {
    const long = Array.from({ length: 5_000 }, () => '').join('\n');
    const mine = touch(
      NOTHING_TOUCHED,
      { ...stored, description: long },
      { ...stored, description: `${long}a` },
    );
    const before = performance.now();
    expect(names(editConflicts(mine, { ...stored, description: `b${long}` }))).toEqual(['description']);
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  test('keep mine: it is saved over theirs, and meets what comes after that', () => {
    const theirs = { ...stored, title: 'Theirs' };
    const kept = insist(edited({ title: 'Mine' }), ['title'], theirs, { ...stored, title: 'Mine' });
    expect(editConflicts(kept, theirs)).toEqual([]);
    expect(mergedValues(kept, theirs).title).toBe('Mine');
    expect(names(editConflicts(kept, { ...stored, title: 'Theirs again' }))).toEqual(['title']);
  });

  test('take theirs, or back to before: the rest of what was typed stays', () => {
    const theirs = { ...stored, title: 'Theirs' };
    const mine = edited({ title: 'Mine', location: 'Here' });
    expect(mergedValues(without(mine, ['title']), theirs)).toMatchObject({
      title: 'Theirs',
      location: 'Here',
    });
    expect(mergedValues(insist(mine, ['title'], theirs, stored), theirs)).toMatchObject({
      title: 'Design review',
      location: 'Here',
    });
    expect(insist(mine, ['title'], stored, stored).mine).toEqual({ location: 'Here' });
  });

  test('what is typed while it is being saved stays, as an edit of what was saved', () => {
    const sent = { ...stored, title: 'Sent', location: 'Sent' };
    const typed = touch(edited({ title: 'Sent', location: 'Sent' }), stored, {
      ...sent,
      title: 'Sent, and on',
    });
    const left = settled(typed, sent);
    expect(left.mine).toEqual({ title: 'Sent, and on' });
    expect(editConflicts(left, sent)).toEqual([]);
    expect(names(editConflicts(left, { ...sent, title: 'Theirs' }))).toEqual(['title']);
    expect(settled(edited({ title: 'Sent' }), sent)).toEqual(NOTHING_TOUCHED);
  });

  test('one that did not get through is in the form again, but not over what was typed since', () => {
    const again = takeBack(NOTHING_TOUCHED, stored, { ...stored, title: 'Sent', location: 'Sent' });
    expect(names(editConflicts(again, { ...stored, title: 'Theirs' }))).toEqual(['title']);
    const newer = takeBack(edited({ title: 'Typed since' }), stored, { ...stored, title: 'Sent' });
    expect(newer.mine.title).toBe('Typed since');
  });

  test('can be read and copied when it cannot be saved', () => {
    const mine = edited({ title: 'Mine', startTime: '15:30', description: 'a\nb' });
    const text = typedText([mine]);
    expect(text).toContain('Title: Mine\nWhen: ');
    expect(text).toMatch(/3:30/);
    expect(text).toContain('Description: a\nb');
    expect(text).not.toContain('Location');
  });
});

describe('values in words', () => {
  test('every part of the form says what it is, never an object', () => {
    for (const { name } of PARTS) {
      expect(valueWords(name, { ...stored, color: '#3b82f6' })).not.toMatch(/object|undefined|NaN|Invalid/);
    }
    expect(valueWords('color', { ...stored, color: '#3b82f6' })).toBe('Blue');
    expect(valueWords('busy', { ...stored, busy: false })).toBe('Free');
    expect(valueWords('when', stored)).toMatch(/15:00|3:00/);
    expect(valueWords('when', { ...stored, allDay: true })).not.toMatch(/15:00|3:00/);
  });

  test('every field of the form belongs to exactly one part', () => {
    const fields = PARTS.flatMap((part) => part.fields);
    expect([...fields].sort()).toEqual(Object.keys(stored).sort());
  });
});

describe('who is here', () => {
  const person = (userId: string, state: Presence['state'], since = '2026-01-01T00:00:00Z'): Presence => ({
    userId,
    username: userId,
    name: userId.toUpperCase(),
    sockets: 1,
    state,
    since,
  });

  test('only those who have it open, and not oneself', () => {
    const present = [
      person('me', { open: true }),
      person('calendar', null),
      person('late', { open: true, field: 'title' }, '2026-01-02T00:00:00Z'),
      person('early', { open: true }),
    ];
    expect(colleaguesIn(present, 'me').map(({ id, field }) => [id, field])).toEqual([
      ['early', null],
      ['late', 'title'],
    ]);
  });

  test.each([{ field: { a: 1 } }, { field: 7 }, { field: null }])('%j is no field', (state) => {
    expect(colleaguesIn([person('x', { open: true, ...state })], 'me')[0]?.field).toBeNull();
  });

  test('names, and how many more', () => {
    const people = ['Ada', 'Bob', 'Grace', 'Alan'].map((name) => ({ name }));
    expect(namesOf(people.slice(0, 1))).toBe('Ada');
    expect(namesOf(people.slice(0, 2))).toBe('Ada and Bob');
    expect(namesOf(people)).toBe('Ada, Bob, and 2 more');
  });
});

describe('who changed a field', () => {
  const by = (name: string) => ({ id: name, username: name, name });
  const at = '2026-03-09T11:00:00';
  const replace = (path: string, value: unknown = 'x') => ({ op: 'replace' as const, path, value });

  test('a patch names fields, of an occurrence those of its own', () => {
    expect(pathsOf([replace('/title'), replace('/metadata/a/b')])).toEqual(['title', 'metadata']);
    expect(pathsOf([replace(`/overrides/${at}/title`)])).toEqual([`overrides/${at}/title`]);
    expect(pathsOf([{ op: 'add', path: `/overrides/${at}`, value: { title: 'x', location: 'y' } }])).toEqual([
      `overrides/${at}/title`,
      `overrides/${at}/location`,
    ]);
    expect(pathsOf([{ op: 'remove', path: `/overrides/${at}` }])).toEqual([]);
  });

  test('is the last one, in the series or in the occurrence', () => {
    const series = withAuthor({}, ['title', 'location'], { by: by('Bob'), at: 1 });
    const both = withAuthor(series, [`overrides/${at}/title`], { by: by('Grace'), at: 2 });
    expect(authorOf(both, 'title', at)?.by.name).toBe('Grace');
    expect(authorOf(both, 'title', null)?.by.name).toBe('Bob');
    expect(authorOf(both, 'location', at)?.by.name).toBe('Bob');
  });

  test('is nobody once one has changed it oneself', () => {
    const theirs = withAuthor({}, ['title'], { by: by('Bob'), at: 1 });
    expect(authorOf(withAuthor(theirs, ['title'], null), 'title', null)).toBeNull();
  });
});
