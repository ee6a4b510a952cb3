import type { ComponentChildren } from 'preact';
import type { Content, VersionView } from '../../../client/index.js';
import { versionOf } from '../../state/history.js';
import { preferences, zoneOf } from '../../state/preferences.js';
import { useLoaded } from '../../state/use-loaded.js';
import { useStore } from '../../state/use-store.js';
import { spanWords } from '../../time.js';
import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { LeftIcon, RightIcon } from '../../ui/icons.js';
import { FIELD_NAMES } from '../../words.js';
import { Value } from './changes.js';
import { Restore } from './entry.js';
import type { HistoryProps } from './shown.js';
import { VersionField } from './version-field.js';
import { changeWords, dayWords, overridesIn, valueWords } from './values.js';

/** An event as it was in one version, to be read. */
export function Preview({ event, version, show }: HistoryProps & { version: number }) {
  const { data, fault } = useLoaded(() => versionOf(event.id, version), String(version));
  const goTo = (to: number): void => show({ view: 'version', version: to });
  return (
    <section class="preview" aria-label={`Version ${version}`}>
      <div class="history-head">
        <Button class="button-small" onClick={() => show({ view: 'list' })}>
          <LeftIcon /> All versions
        </Button>
        <div class="preview-steps">
          <Button
            tone="quiet"
            label="Older version"
            isDisabled={version <= 1}
            onClick={() => goTo(version - 1)}
          >
            <LeftIcon />
          </Button>
          <VersionField label="Version" value={version} most={event.version} onChange={goTo} />
          <span class="muted">of {event.version.toLocaleString('en')}</span>
          <Button
            tone="quiet"
            label="Newer version"
            isDisabled={version >= event.version}
            onClick={() => goTo(version + 1)}
          >
            <RightIcon />
          </Button>
        </div>
      </div>
      {fault && (
        <p class="alert" role="alert">
          {fault}
        </p>
      )}
      {data ? <Read {...data} /> : !fault && <p class="muted">Loading …</p>}
      {version !== event.version && (
        <p class="preview-buttons">
          <Restore event={event} version={version} tone="button" />
          <Button
            class="button-small"
            onClick={() => show({ view: 'compare', from: version, to: event.version })}
          >
            Compare with the current one
          </Button>
        </p>
      )}
    </section>
  );
}

function Read({ entry, content }: VersionView) {
  return (
    <>
      <p class="entry-when">
        {entry.by.name} · <Ago at={entry.at} />
      </p>
      <ContentView content={content} />
    </>
  );
}

/** Every field that says something. */
function ContentView({ content }: { content: Content }) {
  const zone = useStore(preferences, zoneOf);
  const { start, end, allDay } = content;
  const single = overridesIn(content);
  return (
    <dl class="read">
      <Row name={FIELD_NAMES['title'] ?? ''}>
        <strong>{content.title}</strong>
      </Row>
      <Row name="When">{spanWords({ start, end, allDay }, zone)}</Row>
      {PLAIN.map((field) => {
        const value = valueWords(field, content[field], zone);
        return (
          value !== null && (
            <Row key={field} name={FIELD_NAMES[field] ?? field}>
              <Value words={{ isColor: field === 'color' }} value={value} />
            </Row>
          )
        );
      })}
      {single.length > 0 && (
        <Row name="Single occurrences">
          <ul>
            {single.map((id) => (
              <Single key={id} id={id} override={content.overrides[id]} zone={zone} />
            ))}
          </ul>
        </Row>
      )}
    </dl>
  );
}

const PLAIN = [
  'timeZone',
  'recurrence',
  'location',
  'url',
  'description',
  'tags',
  'status',
  'busy',
  'color',
  'metadata',
] as const;

function Single({ id, override, zone }: { id: string; override: unknown; zone: string }) {
  const change = {
    path: `/overrides/${id}`,
    field: 'overrides',
    op: 'add',
    from: null,
    to: override,
  } as const;
  const words = changeWords(change, zone).map(
    ({ label, to }) => `${label.split(' · ')[1] ?? ''} ${to ?? ''}`,
  );
  return (
    <li>
      {dayWords(id.slice(0, 10))}: {words.join(', ').trim()}
    </li>
  );
}

function Row({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="read-row">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
