import { personColor } from '../calendar/colors.js';
import type { FormField } from '../form/values.js';
import { myId } from '../state/session.js';
import type { FieldMark } from '../ui/field-marks.js';
import { Choice } from './choice.js';
import { colleaguesIn, namesOf, type Colleague } from './colleagues.js';
import type { Draft } from './draft.js';
import type { SectionProps } from './section-props.js';
import { useWhoChanged } from './who-changed.js';

/** Times of day are narrow: who is in one is named at its date, and what changed both is said once. */
const NAMED_AT: Partial<Record<string, string>> = { startTime: 'startDate', endTime: 'endDate' };

/** What is to be seen at each field: who is in it, who just changed it, what has to be chosen. */
export function useMarks({ event, occurrence }: SectionProps, draft: Draft): (name: string) => FieldMark {
  const changed = useWhoChanged(event.id, occurrence?.recurrenceId ?? null);
  const colleagues = colleaguesIn(event.present, myId()).filter(({ field }) => field !== null);

  return (name) => {
    const field = name as FormField;
    const inside = colleagues.filter((one) => one.field === name);
    const isMet = draft.conflicts.some(({ part }) => part.fields.includes(field));
    const news = field in draft.mine || isMet ? null : changed.now(field);
    const conflict = draft.conflicts.find(({ part }) => part.name === name);
    const first = news?.by.id ?? inside[0]?.id;
    return {
      class: [inside.length > 0 && 'is-occupied', news && 'is-news', conflict && 'is-met']
        .filter(Boolean)
        .join(' '),
      ...(first !== undefined && { color: personColor(first) }),
      tag: !(name in NAMED_AT) && (news ? <News {...news.by} /> : <Names people={namedAt(name)} />),
      below: conflict ? (
        <Choice conflict={conflict} draft={draft} by={authorOf(conflict.part.fields)} />
      ) : (
        name === 'description' && draft.isMerging && <Merging by={authorOf(['description'])} />
      ),
    };
  };

  function namedAt(name: string): Colleague[] {
    return colleagues.filter(({ field }) => (NAMED_AT[field ?? ''] ?? field) === name);
  }

  function authorOf(fields: readonly FormField[]): string | null {
    return fields.map((field) => changed.last(field)).find((author) => author !== null)?.by.name ?? null;
  }
}

const News = ({ id, name }: { id: string; name: string }) => (
  <span class="person-tag" style={{ '--person': personColor(id) }} title={`${name} changed this`}>
    <span>{name}</span> changed this
  </span>
);

function Names({ people }: { people: readonly Colleague[] }) {
  const [first] = people;
  return (
    first && (
      <span class="person-tag" style={{ '--person': personColor(first.id) }} title={namesOf(people, 10)}>
        <span>{namesOf(people)}</span>
        <span class="sr-only"> in this field</span>
      </span>
    )
  );
}

const Merging = ({ by }: { by: string | null }) => (
  <p class="hint">{by ?? 'Somebody'} changed other lines of this. Saving keeps both.</p>
);
