import type { ComponentType } from 'preact';
import { preferences, zoneOf, type Theme } from '../state/preferences.js';
import { useStore } from '../state/use-store.js';
import { Field } from '../ui/field.js';
import { ZoneSelect } from '../ui/zone-select.js';
import { SETTINGS } from './settings-sections.js';
import { cardId, SettingsNav } from './settings-nav.js';

/** Everything about oneself and this browser, a card each. */
export function Settings() {
  return (
    <div class="settings">
      <SettingsNav />
      <div class="page">
        <header class="page-head">
          <h1>Settings</h1>
          <a href="#/">Back to the calendar</a>
        </header>
        <Appearance />
        {SETTINGS.map(({ name, title, View }) => (
          <Card key={name} name={name} title={title} View={View} />
        ))}
      </div>
    </div>
  );
}

function Card({ name, title, View }: { name: string; title: string; View: ComponentType }) {
  return (
    <section class="card" id={cardId(name)} aria-label={title} tabIndex={-1}>
      <h2>{title}</h2>
      <View />
    </section>
  );
}

function Appearance() {
  const theme = useStore(preferences, (state) => state.theme);
  const zone = useStore(preferences, zoneOf);
  return (
    <section class="card" id={cardId('appearance')} aria-label="Appearance" tabIndex={-1}>
      <h2>Appearance</h2>
      <Field label="Colours">
        {(control) => (
          <select
            {...control}
            value={theme}
            onChange={({ currentTarget }) => preferences.set({ theme: currentTarget.value as Theme })}
          >
            <option value="auto">As the system</option>
            <option value="light">Light</option>
            <option value="dark">Dark</option>
          </select>
        )}
      </Field>
      <div class="field">
        <span class="field-label" aria-hidden>
          Times are shown in
        </span>
        <ZoneSelect
          label="Times are shown in"
          value={zone}
          onChange={(timeZone) => preferences.set({ timeZone })}
        />
      </div>
    </section>
  );
}
