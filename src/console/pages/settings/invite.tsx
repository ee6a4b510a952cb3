import { useState } from 'preact/hooks';
import { invite } from '../../state/account.js';
import { useAction } from '../../state/use-action.js';
import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { CopyField } from '../../ui/copy-field.js';
import { Once } from './feeds.js';
import { Fault } from './form.js';

/** A code for somebody who is to have an account here. */
export function Invite() {
  const [made, setMade] = useState<{ code: string; expiresAt: string } | null>(null);
  const { isBusy, fault, run } = useAction();
  return (
    <>
      <p class="card-words">
        Where accounts are made by invitation, a code lets one person make theirs, within a week.
      </p>
      {made ? (
        <Once onDone={() => setMade(null)}>
          <CopyField label="Invitation code" value={made.code} hint="Copy it now: it is not shown again." />
          <p class="row-more">
            It ends <Ago at={made.expiresAt} />.
          </p>
        </Once>
      ) : (
        <div class="card-buttons">
          <Button isDisabled={isBusy} onClick={() => void run(async () => setMade(await invite()))}>
            Make a code
          </Button>
        </div>
      )}
      <Fault text={fault} />
    </>
  );
}
