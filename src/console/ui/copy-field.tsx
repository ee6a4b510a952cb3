import { useRef, useState } from 'preact/hooks';
import { announce } from '../state/notices.js';
import { Button } from './button.js';
import { copyText } from './copy.js';
import { Field } from './field.js';
import { CheckIcon, CopyIcon } from './icons.js';

/** Something to be taken elsewhere, with a button that copies it. */
export function CopyField({ label, value, hint }: { label: string; value: string; hint?: string }) {
  const [isCopied, setCopied] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const copy = async (): Promise<void> => {
    input.current?.select();
    if (await copyText(value)) {
      setCopied(true);
      announce('Copied.');
    }
  };
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <div class="copy">
          <input
            {...control}
            ref={input}
            class="code"
            readOnly
            value={value}
            onFocus={({ currentTarget }) => currentTarget.select()}
          />
          <Button onClick={() => void copy()}>
            {isCopied ? <CheckIcon /> : <CopyIcon />} {isCopied ? 'Copied' : 'Copy'}
          </Button>
        </div>
      )}
    </Field>
  );
}
