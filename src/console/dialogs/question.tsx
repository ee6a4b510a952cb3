import { useState } from 'preact/hooks';
import { useStore } from '../state/use-store.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { question, type Question } from './ask.js';

/** Shows the question that is open. */
export function QuestionDialog() {
  const open = useStore(question, (state) => state.open);
  return open && <Asked key={open.title} {...open} />;
}

function Asked({ title, text, options, agree, tone, answer }: Question) {
  const [chosen, choose] = useState(options[0]?.value ?? 'yes');
  return (
    <Dialog title={title} onClose={() => answer(null)} size="small">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          answer(chosen);
        }}
      >
        {text && <p class="dialog-text">{text}</p>}
        {options.length > 0 && (
          <fieldset class="choices">
            <legend class="sr-only">How much of it?</legend>
            {options.map(({ value, label, hint }) => (
              <label key={value} class="choice">
                <input type="radio" name="choice" checked={value === chosen} onChange={() => choose(value)} />
                <span>
                  {label}
                  {hint && <small>{hint}</small>}
                </span>
              </label>
            ))}
          </fieldset>
        )}
        <div class="dialog-buttons">
          <Button onClick={() => answer(null)}>Cancel</Button>
          <Button type="submit" tone={tone === 'danger' ? 'danger' : 'primary'}>
            {agree}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
