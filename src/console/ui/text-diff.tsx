import { diffText, newEffort, type DiffLine } from '../../calendar/text-diff.js';

/** Two texts against each other: line by line, and in lines that changed the words. */
export function TextDiff({ from, to }: { from: string; to: string }) {
  return (
    <div class="text-diff">
      {diffText(from, to, newEffort()).map((line, index) => (
        <Line key={index} line={line} />
      ))}
    </div>
  );
}

function Line({ line }: { line: DiffLine }) {
  if ('skipped' in line) {
    return <p class="text-diff-skipped">{line.skipped} unchanged lines</p>;
  }
  const { sign, pieces } = line;
  const text = pieces.map((piece, index) =>
    piece.changed ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
  );
  return sign === ' ' ? (
    <p>{text}</p>
  ) : sign === '+' ? (
    <ins>
      <span class="sr-only">new: </span>
      {text}
    </ins>
  ) : (
    <del>
      <span class="sr-only">old: </span>
      {text}
    </del>
  );
}
