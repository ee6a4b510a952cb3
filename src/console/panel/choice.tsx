import type { FormValues } from '../form/values.js';
import { Button } from '../ui/button.js';
import { MergeIcon } from '../ui/icons.js';
import { TextDiff } from '../ui/text-diff.js';
import type { Draft } from './draft.js';
import type { EditConflict } from './edit-conflicts.js';
import { valueWords } from './value-words.js';

interface ChoiceProps {
  conflict: EditConflict;
  draft: Draft;
  /** Who the other one was; null where that is not known. */
  by: string | null;
}

/** An own edit that met another's: the three sides, to choose from. What was typed stays until then. */
export function Choice({ conflict, draft, by }: ChoiceProps) {
  const { part, base, theirs, mine } = conflict;
  const label = part.label.toLowerCase();
  const whose = by === null ? 'theirs' : `${by}’s`;
  return (
    <div class="choice-box" role="group" aria-label={`${part.label}: what shall it be?`} tabIndex={-1}>
      <p class="choice-head">
        <MergeIcon />
        <span>
          <strong>{by ?? 'Somebody'}</strong> changed this, too. What shall it be?
        </span>
      </p>
      <Side
        name={by ?? 'Theirs'}
        verb={`Take ${whose}`}
        hint={`${label} as ${by ?? 'they'} made it`}
        {...{ part, base }}
        values={theirs}
        onTake={() => draft.clear(part.fields)}
      />
      <Side
        name="You"
        verb="Keep mine"
        hint={`${label} as you typed it`}
        {...{ part, base }}
        values={mine}
        onTake={() => draft.insist(part.fields, mine)}
      />
      <Side
        name="Before"
        verb="Back to before"
        hint={`${label} as it was`}
        {...{ part, base }}
        values={base}
        onTake={() => draft.insist(part.fields, base)}
      />
    </div>
  );
}

interface SideProps {
  name: string;
  verb: string;
  hint: string;
  part: EditConflict['part'];
  base: FormValues;
  values: FormValues;
  onTake: () => void;
}

function Side({ name, verb, hint, part, base, values, onTake }: SideProps) {
  const take = (event: MouseEvent): void => {
    const field = (event.currentTarget as Element).closest('.field, fieldset');
    onTake();
    // The choice is gone then: one goes on in the field.
    field?.querySelector<HTMLElement>('input, textarea, select')?.focus();
  };
  const words = valueWords(part.name, values);
  return (
    <div class="choice-side">
      <div class="choice-side-head">
        <strong>{name}</strong>
        <Button class="button-small" label={`${verb}: ${hint}`} onClick={take}>
          {verb}
        </Button>
      </div>
      {part.name === 'description' && values !== base ? (
        <TextDiff from={base.description} to={values.description} />
      ) : (
        <p class="choice-value">
          {part.name === 'color' && (
            <i class="choice-color" style={{ background: values.color ?? 'var(--event)' }} />
          )}
          {words || <span class="muted">empty</span>}
        </p>
      )}
    </div>
  );
}
