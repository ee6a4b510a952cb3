import { useEffect, useRef } from 'preact/hooks';
import { preferences, type Theme } from '../state/preferences.js';
import { session, signOut } from '../state/session.js';
import { useStore } from '../state/use-store.js';
import { Avatar } from '../ui/avatar.js';
import { AutoIcon, BoltIcon, MoonIcon, SettingsIcon, SunIcon } from '../ui/icons.js';

const THEMES: readonly { value: Theme; label: string; View: typeof SunIcon }[] = [
  { value: 'auto', label: 'As the system', View: AutoIcon },
  { value: 'light', label: 'Light', View: SunIcon },
  { value: 'dark', label: 'Dark', View: MoonIcon },
];

/** Who one is, and what is about oneself: appearance, settings, the way out. */
export function UserMenu() {
  const user = useStore(session, (state) => state.user);
  const theme = useStore(preferences, (state) => state.theme);
  const menu = useRef<HTMLDetailsElement>(null);
  useClosing(menu);
  return (
    <details class="menu" ref={menu}>
      <summary>
        <Avatar id={user?.id ?? ''} name={user?.name ?? ''} />
        <span class="sr-only">Account of {user?.name}</span>
      </summary>
      <div class="menu-body">
        <p class="menu-user">
          <strong>{user?.name}</strong>
          <span class="muted">{user?.email}</span>
        </p>
        <div class="menu-themes" role="group" aria-label="Appearance">
          {THEMES.map(({ value, label, View }) => (
            <button
              key={value}
              type="button"
              title={label}
              aria-label={label}
              aria-pressed={value === theme}
              onClick={() => preferences.set({ theme: value })}
            >
              <View />
            </button>
          ))}
        </div>
        <a href="#/settings">
          <SettingsIcon /> Settings
        </a>
        <a href="/api/docs/" target="_blank" rel="noopener">
          <BoltIcon /> The API
        </a>
        <button type="button" onClick={() => void signOut()}>
          Sign out
        </button>
      </div>
    </details>
  );
}

/** A menu closes by Escape, by a click elsewhere, and once something in it was chosen. */
function useClosing(menu: { current: HTMLDetailsElement | null }): void {
  useEffect(() => {
    const close = (): void => menu.current?.removeAttribute('open');
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && menu.current?.open) {
        close();
        menu.current.querySelector('summary')?.focus();
      }
    };
    const onClick = ({ target }: MouseEvent): void => {
      const isInside = target instanceof Node && menu.current?.contains(target);
      if (!isInside || (target instanceof Element && target.closest('a'))) {
        close();
      }
    };
    addEventListener('keydown', onKey);
    addEventListener('click', onClick);
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener('click', onClick);
    };
  }, [menu]);
}
