import { personColor } from '../calendar/colors.js';
import type { FormField } from '../form/values.js';
import { myId } from '../state/session.js';
import type { FieldMark } from '../ui/field-marks.js';
import { Choice } from './choice.js';
import { colleaguesIn, namesOf } from './colleagues.js';
import type { Draft } from './draft.js';
import type { SectionProps } from './section-props.js';
import { useWhoChanged } from './who-changed.js';

/** What is to be seen at each field: who is in it, who just changed it, what has to be chosen. */
export function useMarks({ event, occurrence }: SectionProps, draft: Draft): (name: string) => FieldMark {
  const changed = useWhoChanged(event.id, occurrence?.recurrenceId ?? null);
  const colleagues = colleaguesIn(event.present, myId());

  return (name) => {
    const field = name as FormField;
    const inside = colleagues.filter((one) => one.field === name);
    // Date and time of day are one to whoever changed them: it is said once.
    const isSaid = field === 'startTime' || field === 'endTime';
    const isMet = draft.conflicts.some(({ part }) => part.fields.includes(field));
    const news = field in draft.mine || isMet ? null : changed.now(field);
    const conflict = draft.conflicts.find(({ part }) => part.name === name);
    const first = inside[0]?.id ?? news?.by.id;
    return {
      class: [inside.length > 0 && 'is-occupied', news && 'is-news', conflict && 'is-met']
        .filter(Boolean)
        .join(' '),
      ...(first !== undefined && { color: personColor(first) }),
      tag:
        inside.length > 0 ? (
          <Tag who={namesOf(inside)} />
        ) : (
          news && !isSaid && <Tag who={news.by.name} what="changed this" />
        ),
      below: conflict ? (
        <Choice conflict={conflict} draft={draft} by={authorOf(conflict.part.fields)} />
      ) : (
        name === 'description' && draft.isMerging && <Merging by={authorOf(['description'])} />
      ),
    };
  };

  function authorOf(fields: readonly FormField[]): string | null {
    return fields.map((field) => changed.last(field)).find((author) => author !== null)?.by.name ?? null;
  }
}

const Tag = ({ who, what }: { who: string; what?: string }) => (
  <span class="person-tag" title={what ? `${who} ${what}` : who}>
    <span>{who}</span>
    {what && ` ${what}`}
  </span>
);

const Merging = ({ by }: { by: string | null }) => (
  <p class="hint">{by ?? 'Somebody'} changed other lines of this. Saving keeps both.</p>
);
