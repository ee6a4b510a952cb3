import { personColor } from '../calendar/colors.js';

/** A person as a dot of their colour with their initials. */
export function Avatar({ id, name, isSmall = false }: { id: string; name: string; isSmall?: boolean }) {
  return (
    <span
      class={`avatar ${isSmall ? 'avatar-small' : ''}`}
      style={{ '--person': personColor(id) }}
      title={name}
      aria-hidden
    >
      {initials(name)}
    </span>
  );
}

const initials = (name: string): string => {
  const [first = '?', ...rest] = name
    .trim()
    .split(/\s+/)
    .map((word) => String.fromCodePoint(word.codePointAt(0) ?? 0x3f));
  return (first + (rest.at(-1) ?? '')).toUpperCase();
};
