import { ask } from '../dialogs/ask.js';
import { toast } from '../state/notices.js';
import { copyText, copyWords } from '../ui/copy.js';
import { draftsOf } from './draft.js';
import { typedText } from './typed-text.js';

/** What a toast offers about an event that was taken away while somebody was typing in it; nothing where nobody was. */
export function rescue(eventId: string, title: string): { action?: { label: string; run(): void } } {
  const text = typedText(draftsOf(eventId));
  return text ? { action: { label: 'My text', run: () => void show(title, text) } } : {};
}

async function show(title: string, text: string): Promise<void> {
  const answer = await ask({ title: `What you had typed in ${title}`, text, options: [], agree: 'Copy' });
  if (answer !== null) {
    toast(copyWords(await copyText(text)));
  }
}
