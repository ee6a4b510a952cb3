import { describe, expect, test } from '@jest/globals';
import type { Collection } from 'mongoose';
import type { EventRecord } from '../../src/calendar/event.js';
import type { EventDocument } from '../../src/store/mongo/documents.js';
import { eventReader, type ReadEvent } from '../../src/store/mongo/event-reader.js';
import { newDocument } from '../../src/store/mongo/mapping.js';
import { changeOf, later, memberOf, newEvent, newId } from './samples.js';

type Beside = Pick<EventDocument, 'members'>;

/** A collection of one event, which answers every question with it: what it was asked for, and what happens in between. */
function served(first = newEvent()) {
  let stored = newDocument(first);
  const asked: ('whole' | 'version')[] = [];
  const store = (event: EventRecord, members = stored.members): void => {
    stored = newDocument({ ...first, event, members });
  };
  /** Happens right after the next answer. */
  let then: (() => void) | undefined;
  const collection = {
    find: (_filter: unknown, { projection }: { projection: object }) => ({
      toArray: async () => {
        asked.push('content' in projection ? 'whole' : 'version');
        const answer = [structuredClone({ ...stored, _id: undefined })].map((one) => ({
          ...one,
          _id: stored._id,
        }));
        then?.();
        then = undefined;
        return answer;
      },
    }),
  };
  const reader = eventReader(collection as unknown as Collection<EventDocument>);
  const read = async (): Promise<ReadEvent<Beside>> =>
    (await reader.read<Beside>({}, { beside: { members: 1 } }))[0]!;
  return { first, reader, asked, store, read, afterNext: (act: () => void) => (then = act) };
}

describe('an event is read', () => {
  test('whole once for each of its versions, whoever wrote them', async () => {
    const { first, asked, store, read } = served();
    expect((await read()).event).toEqual(first.event);
    expect((await read()).event).toEqual(first.event);
    expect(asked.splice(0)).toEqual(['version', 'whole', 'version']);
    const { event } = changeOf(first.event, { fields: { title: 'Another' } });
    store(event);
    expect((await read()).event).toEqual(event);
    expect(asked).toEqual(['version', 'whole']);
  });

  test('with its members as they are now', async () => {
    const { first, store, read } = served();
    await read();
    const members = [...first.members, memberOf(newId())];
    store(first.event, members);
    expect((await read()).beside.members).toEqual(members);
  });

  test('by its version alone where it was stored from here, as it was then', async () => {
    const { first, reader, asked, store, read } = served();
    const { event } = changeOf(first.event, { fields: { title: 'Stored' } });
    reader.keep(event);
    store(event);
    const before = structuredClone(event);
    event.content.title = 'Changed by whoever stored it';
    expect((await read()).event).toEqual(before);
    expect(asked).toEqual(['version']);
  });

  test('with one look, as it is not to be expected at hand, while others write it too', async () => {
    const { first, reader, store, read } = served();
    const { id } = first.event;
    const changed = (event: EventRecord): EventRecord => changeOf(event, { fields: { title: 'More' } }).event;
    expect(reader.expects(id)).toBe(false);
    await read();
    expect(reader.expects(id)).toBe(true);
    const theirs = changed(first.event);
    store(theirs);
    await read();
    expect(reader.expects(id)).toBe(false);
    const ours = changed(theirs);
    store(ours);
    reader.keep(ours);
    expect(reader.expects(id)).toBe(false);
    await reader.readWhole({}, { beside: {} });
    expect(reader.expects(id)).toBe(true);
  });

  test('anew where it changes between one look and the other, with what is beside it of the same version', async () => {
    const { first, asked, store, read, afterNext } = served();
    const { event } = changeOf(first.event, { fields: { title: 'Meanwhile' } });
    const members = [memberOf(first.event.ownerId, 'owner'), memberOf(newId(), 'editor')];
    afterNext(() => store(event, members));
    expect(await read()).toMatchObject({ event, beside: { members } });
    expect(asked).toEqual(['version', 'whole', 'whole']);
  });

  test('anew where a failover has lost its version, and another one has the same number', async () => {
    const { first, store, read } = served();
    const lost = changeOf(first.event, { fields: { title: 'Lost' } }).event;
    store(lost);
    await read();
    const other = { ...lost, content: { ...lost.content, title: 'Stored' }, updatedAt: later(9) };
    store(other);
    expect((await read()).event).toEqual(other);
  });
});
