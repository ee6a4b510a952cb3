import { useRef, useState } from 'preact/hooks';
import type { ImportReport } from '../../../client/index.js';
import { exported, importFile } from '../../state/exchange.js';
import { toast } from '../../state/notices.js';
import { useAction } from '../../state/use-action.js';
import { Button } from '../../ui/button.js';
import { DownloadIcon, UploadIcon } from '../../ui/icons.js';
import { saveFile } from '../../ui/save-file.js';
import { Fault } from './form.js';
import { importWords, skippedWords } from './import-words.js';

const TOO_LARGE = { 'payload-too-large': 'The file is larger than 5 MiB. Split it, and import the parts.' };

/** Events from a file, and all of them into one. */
export function Exchange() {
  const action = useAction();
  const [report, setReport] = useState<(ImportReport & { name: string }) | null>(null);
  const take = (file: File | undefined): void => {
    if (file) {
      setReport(null);
      void action.run(async () => setReport({ ...(await importFile(file)), name: file.name }), TOO_LARGE);
    }
  };
  const save = (): void =>
    void action.run(async () => {
      saveFile('convene.ics', 'text/calendar', await exported());
      toast('Saved all of your events as convene.ics.', { about: 'settings' });
    });
  return (
    <>
      <DropPlace isBusy={action.isBusy} onFile={take} />
      <Fault text={action.fault} />
      <div role="status">{report && <Report report={report} />}</div>
      <div class="card-buttons">
        <Button isDisabled={action.isBusy} onClick={save}>
          <DownloadIcon /> Export all events
        </Button>
      </div>
    </>
  );
}

/** Takes a file that is dropped on it, or chosen. */
function DropPlace({ isBusy, onFile }: { isBusy: boolean; onFile: (file: File | undefined) => void }) {
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  return (
    <div
      class={`drop ${isOver ? 'is-over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFile(event.dataTransfer?.files[0]);
      }}
    >
      <UploadIcon />
      <p>
        {isBusy ? 'Working …' : 'Drop an iCalendar file here, or'}{' '}
        <button type="button" class="link" disabled={isBusy} onClick={() => input.current?.click()}>
          choose a file
        </button>
      </p>
      <p class="row-more">.ics, at most 5 MiB. Events that are here already are updated.</p>
      <input
        ref={input}
        type="file"
        class="sr-only"
        tabIndex={-1}
        accept=".ics,text/calendar"
        aria-label="iCalendar file"
        onChange={({ currentTarget }) => {
          onFile(currentTarget.files?.[0]);
          currentTarget.value = '';
        }}
      />
    </div>
  );
}

const SHOWN = 10;

function Report({ report }: { report: ImportReport & { name: string } }) {
  const [isOpen, open] = useState(false);
  const { skipped, name } = report;
  const shown = isOpen ? skipped : skipped.slice(0, SHOWN);
  return (
    <div class={skipped.length > 0 ? 'conflicts-box' : 'note'}>
      <div>
        <p>
          <strong>{name}:</strong> {importWords(report)}
        </p>
        {skipped.length > 0 && (
          <ul class="skipped">
            {shown.map((one, index) => (
              <li key={index}>{skippedWords(one)}</li>
            ))}
          </ul>
        )}
        {shown.length < skipped.length && (
          <button type="button" class="link" onClick={() => open(true)}>
            {skipped.length - shown.length} more
          </button>
        )}
      </div>
    </div>
  );
}
