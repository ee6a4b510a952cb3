import { useState } from 'preact/hooks';
import type { FieldChange } from '../../../client/index.js';
import { PALETTE } from '../../calendar/colors.js';
import { preferences, zoneOf } from '../../state/preferences.js';
import { useStore } from '../../state/use-store.js';
import { TextDiff } from '../../ui/text-diff.js';
import { changeWords, type ChangeWords } from './values.js';

interface ChangesProps {
  changes: readonly FieldChange[];
  /** There was nothing before: only what became of it is shown. */
  isNew?: boolean;
  /** How many are shown at first. */
  most?: number;
}

/** What became of each field: old → new, of texts line by line. */
export function Changes({ changes, isNew = false, most = 5 }: ChangesProps) {
  const zone = useStore(preferences, zoneOf);
  const [isOpen, open] = useState(false);
  const all = changes.flatMap((change) => changeWords(change, zone));
  const shown = isOpen || all.length <= most + 1 ? all : all.slice(0, most);
  return all.length === 0 ? null : (
    <>
      <ul class="changes">
        {shown.map((change, index) => (
          <li key={`${change.label}${index}`}>
            <span class="change-label">{change.label}</span>
            {isNew ? <Value words={change} value={change.to} /> : <OldAndNew {...change} />}
          </li>
        ))}
      </ul>
      {shown.length < all.length && (
        <button type="button" class="link changes-more" onClick={() => open(true)}>
          {all.length - shown.length} more
        </button>
      )}
    </>
  );
}

function OldAndNew(change: ChangeWords) {
  const { from, to, isText } = change;
  if (isText && from !== null && to !== null) {
    return <TextDiff from={from} to={to} />;
  }
  return (
    <span class="change-values">
      <del>
        <span class="sr-only">from </span>
        <Value words={change} value={from} />
      </del>
      <span aria-hidden> → </span>
      <ins>
        <span class="sr-only">to </span>
        <Value words={change} value={to} />
      </ins>
    </span>
  );
}

export function Value({ words, value }: { words: Pick<ChangeWords, 'isColor'>; value: string | null }) {
  return value === null ? (
    <em class="nothing">nothing</em>
  ) : (
    <span class="value">
      {words.isColor && <i class="swatch" style={{ background: colorOf(value) }} />}
      {value}
    </span>
  );
}

const colorOf = (words: string): string => PALETTE.find(({ name }) => name === words)?.value ?? words;
