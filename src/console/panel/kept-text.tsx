import { useEffect, useRef } from 'preact/hooks';
import { toast } from '../state/notices.js';
import { Button } from '../ui/button.js';
import { copyText, copyWords } from '../ui/copy.js';
import type { Draft } from './draft.js';
import { typedParts, typedText } from './typed-text.js';

/** What one had typed when the right to save it was taken away: to be read and copied until it is discarded. */
export function KeptText({ draft }: { draft: Draft }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current?.focus(), []);
  const copy = async (): Promise<void> => {
    toast(copyWords(await copyText(typedText([draft]))));
  };
  return (
    <section class="kept-text" aria-label="What you had typed" ref={box} tabIndex={-1}>
      <h3>What you had typed and not saved</h3>
      <dl>
        {typedParts(draft).map(({ label, words }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{words || <span class="muted">empty</span>}</dd>
          </div>
        ))}
      </dl>
      <div class="meeting-buttons">
        <Button class="button-small" onClick={() => void copy()}>
          Copy
        </Button>
        <Button class="button-small" onClick={() => draft.clear()}>
          Discard
        </Button>
      </div>
    </section>
  );
}
