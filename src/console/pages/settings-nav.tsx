import { useEffect, useState } from 'preact/hooks';
import { SETTINGS } from './settings-sections.js';

const CARDS = [{ name: 'appearance', title: 'Appearance' }, ...SETTINGS];

export const cardId = (name: string): string => `settings-${name}`;

/** The cards by name, each with an address of its own: `#/settings/NAME`. */
export function SettingsNav() {
  const [open, setOpen] = useState(nameIn(location.hash));
  useEffect(() => {
    const go = (): void => {
      const name = nameIn(location.hash);
      setOpen(name);
      const card = document.getElementById(cardId(name));
      card?.scrollIntoView();
      card?.focus({ preventScroll: true });
    };
    go();
    addEventListener('hashchange', go);
    return () => removeEventListener('hashchange', go);
  }, []);
  return (
    <nav class="settings-nav" aria-label="Settings">
      <ul>
        {CARDS.map(({ name, title }) => (
          <li key={name}>
            <a href={`#/settings/${name}`} aria-current={name === open ? 'true' : undefined}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const nameIn = (hash: string): string => /^#\/settings\/(\w+)$/.exec(hash)?.[1] ?? '';
