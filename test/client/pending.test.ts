import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { carryOver, type VersionedContent } from '../../src/calendar/edit.js';
import { CodedError } from '../../src/calendar/errors.js';
import type { Edit } from '../../src/calendar/patch.js';
import { changesNothing, make, type Fields } from '../../src/client/given.js';
import { Pending } from '../../src/client/pending.js';
import { PATIENCE, runs } from '../support/arbitraries.js';

const first = parseContent({
  title: 'a',
  start: '2026-03-02T15:00:00Z',
  end: '2026-03-02T16:00:00Z',
  description: 'one\ntwo\nthree\nfour',
  metadata: { a: { b: 1 }, c: 'a' },
});

/** Few values in few fields, so that edits meet: in whole fields, in lines, in key paths. */
const word = fc.constantFrom('a', 'b', 'c');
const lines = fc.array(word, { minLength: 2, maxLength: 6 }).map((all) => all.join('\n'));
const fields = fc.record<Fields>(
  {
    title: word,
    location: word,
    description: fc.oneof(
      lines,
      fc.constantFrom('one\ntwo\nthree\nx', 'x\ntwo\nthree\nfour', 'one\ny\nthree\nfour'),
    ),
    tags: fc.uniqueArray(word, { maxLength: 2 }),
    metadata: fc.oneof(
      fc.record(
        { a: fc.oneof(fc.record({ b: word, d: word }, { requiredKeys: [] }), word), c: word },
        { requiredKeys: [] },
      ),
      fc.constant({ a: null }),
    ),
  },
  { requiredKeys: [] },
);

type Action =
  | { do: 'mine' | 'theirs'; fields: Fields }
  /** A version comes to the client; it sends its turn; the server's answer comes, or is lost. */
  | { do: 'hear' | 'send' | 'answer' | 'lose' }
  /** All that there is comes at once, without saying what came of what. */
  | { do: 'leap' };
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('mine', 'theirs'), fields }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('hear', 'send', 'answer', 'lose') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leap') }) },
);

/** After a leap it takes the answer to know whether an edit is among what came. */
const step = action.filter((one) => one.do !== 'leap');

type Answer = { version: number } | { refused: string };

/** A server by the domain's own rules, and a client by the pending edits'. */
class Model {
  readonly log: { content: Content; changeId?: string }[] = [{ content: first }];
  readonly pending = new Pending();
  client: VersionedContent = { version: 1, content: first };
  readonly outcomes = new Map<string, 'stored' | 'conflict'>();
  private readonly answers = new Map<string, Answer>();
  private made = 0;
  /** What was answered and has not arrived. */
  private onTheWay: string | null = null;

  get server(): VersionedContent {
    return { version: this.log.length, content: this.log[this.log.length - 1]!.content };
  }

  get ids(): string[] {
    return Array.from({ length: this.made }, (_, i) => `edit ${i}`);
  }

  take(action: Action): void {
    switch (action.do) {
      case 'mine': {
        const edit = make(action.fields, this.pending.view(this.client));
        if (!changesNothing(edit)) {
          this.pending.add(edit, this.client, `edit ${this.made}`);
          this.made += 1;
          expect(this.pending.view(this.client)).toEqual(edit.after);
        }
        return;
      }
      case 'theirs': {
        const { after } = make(action.fields, this.server.content);
        this.log.push({ content: parseContent(after) });
        return;
      }
      case 'hear':
        this.hear();
        return;
      case 'leap':
        this.client = this.server;
        this.settle();
        return;
      case 'send':
        this.send();
        return;
      case 'answer':
        this.answer();
        return;
      case 'lose':
        this.onTheWay = null;
    }
  }

  hear(): void {
    const next = this.log[this.client.version];
    if (next) {
      this.client = { version: this.client.version + 1, content: next.content };
      if (next.changeId !== undefined) {
        this.pending.stored(next.changeId, this.client.version);
      }
      this.settle();
    }
  }

  send(): void {
    const edit = this.pending.next();
    if (!edit || this.onTheWay !== null) {
      return;
    }
    this.onTheWay = edit.changeId;
    const known = this.answers.get(edit.changeId);
    if (known && 'version' in known) {
      return; // the first answer again
    }
    const base = { version: edit.base, content: this.log[edit.base - 1]!.content };
    const sent: Edit = { form: 'json-patch', operations: [...edit.patch], at: '' };
    try {
      const { content } = carryOver(sent, base, this.server);
      if (JSON.stringify(content) !== JSON.stringify(this.server.content)) {
        this.log.push({ content, changeId: edit.changeId });
      }
      this.answers.set(edit.changeId, { version: this.log.length });
    } catch (error) {
      expect(error).toBeInstanceOf(CodedError);
      this.answers.set(edit.changeId, { refused: (error as CodedError).code });
    }
  }

  answer(): void {
    const changeId = this.onTheWay;
    const answer = changeId === null ? undefined : this.answers.get(changeId);
    this.onTheWay = null;
    if (changeId === null || !answer) {
      return;
    }
    if ('version' in answer) {
      this.outcomes.set(changeId, 'stored');
      this.pending.answered(changeId, answer.version);
    } else {
      expect(answer.refused).toBe('edit-conflict');
      this.outcomes.set(changeId, 'conflict');
      this.pending.remove(changeId);
    }
    this.settle();
  }

  settle(): void {
    for (const { edit, conflicts } of this.pending.settle(this.client)) {
      expect(conflicts).not.toHaveLength(0);
      this.outcomes.set(edit.changeId, 'conflict');
    }
  }

  catchUp(): void {
    while (this.client.version < this.log.length) {
      this.hear();
    }
  }

  /** Everything that is on its way arrives, and nobody does anything more. */
  drain(): void {
    for (let rounds = 0; this.pending.size > 0 && rounds < 200; rounds += 1) {
      this.catchUp();
      this.answer();
      this.send();
      this.answer();
    }
    this.catchUp();
  }
}

describe('edits on their way', () => {
  test(
    'come to what the server makes of them, whatever the order of changes and answers',
    () => {
      fc.assert(
        fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
          const model = new Model();
          actions.forEach((one) => model.take(one));
          model.drain();
          expect(model.pending.size).toBe(0);
          expect([...model.outcomes.keys()].sort()).toEqual([...model.ids].sort());
          expect(model.pending.view(model.client)).toEqual(model.server.content);
          // Nothing twice: each stored edit is at most one version.
          const stored = model.log.flatMap(({ changeId }) => changeId ?? []);
          expect(new Set(stored).size).toBe(stored.length);
        }),
        runs(300),
      );
    },
    PATIENCE,
  );

  test(
    'are shown as the server will store them, as soon as all changes before have come',
    () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 30 }), (actions) => {
          const model = new Model();
          actions.forEach((one) => model.take(one));
          model.take({ do: 'lose' });
          model.catchUp();
          const shown = model.pending.view(model.client);
          model.drain();
          expect(model.server.content).toEqual(shown);
        }),
        runs(300),
      );
    },
    PATIENCE,
  );

  test('one made on another stands on the version that contains it', () => {
    const pending = new Pending();
    const server = { version: 1, content: first };
    pending.add(make({ title: 'b' }, first), server, 'one');
    pending.add(make({ title: 'c' }, pending.view(server)), server, 'two');
    expect(pending.next()).toMatchObject({ changeId: 'one', base: 1 });
    pending.answered('one', 3);
    // The version between is another's, and not there yet.
    expect(pending.next()).toBeNull();
    expect(pending.view(server).title).toBe('c');
    const merged = { version: 3, content: { ...first, title: 'b', location: 'theirs' } };
    pending.settle(merged);
    expect(pending.next()).toMatchObject({
      changeId: 'two',
      base: 3,
      patch: [{ op: 'replace', path: '/title', value: 'c' }],
    });
    expect(pending.view(merged)).toMatchObject({ title: 'c', location: 'theirs' });
  });

  test('one that meets another’s change is left out of the view, and goes to the server as it was made', () => {
    const pending = new Pending();
    pending.add(make({ title: 'mine', location: 'x' }, first), { version: 1, content: first }, 'one');
    const theirs = { version: 2, content: { ...first, title: 'theirs' } };
    expect(pending.settle(theirs)).toEqual([]);
    expect(pending.view(theirs)).toEqual(theirs.content);
    expect(pending.next()).toMatchObject({ base: 1 });
  });

  test('after a restored backup nothing stands on versions that are no more', () => {
    const pending = new Pending();
    pending.add(make({ title: 'b' }, first), { version: 9, content: first }, 'one');
    const restored = { version: 4, content: { ...first, location: 'old' } };
    pending.restart();
    pending.settle(restored);
    expect(pending.next()).toMatchObject({ changeId: 'one', base: 4 });
    expect(pending.view(restored)).toMatchObject({ title: 'b', location: 'old' });
  });
});
