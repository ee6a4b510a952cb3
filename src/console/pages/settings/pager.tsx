import { Button } from '../../ui/button.js';

interface PagerProps {
  /** The cursors of the pages that were opened, the one in view the last; none on the first page. */
  cursors: readonly string[];
  /** Where the next page begins; null at the end. */
  next: string | null;
  onTurn(cursors: readonly string[]): void;
}

/** The ways to the pages before and after the one in view, where there are any. */
export function Pager({ cursors, next, onTurn }: PagerProps) {
  if (cursors.length === 0 && next === null) {
    return null;
  }
  return (
    <div class="card-buttons">
      {cursors.length > 0 && <Button onClick={() => onTurn(cursors.slice(0, -1))}>Newer</Button>}
      {next !== null && <Button onClick={() => onTurn([...cursors, next])}>Older</Button>}
    </div>
  );
}
