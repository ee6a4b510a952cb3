import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';

interface TabsProps {
  tabs: readonly { name: string; title: string }[];
  open: string;
  onOpen: (name: string) => void;
  label: string;
  children: ComponentChildren;
}

/** Tabs as the ARIA practices want them: arrows go from one to the next. One alone is not shown as a tab. */
export function Tabs({ tabs, open, onOpen, label, children }: TabsProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = tabs.findIndex(({ name }) => name === open);
    const next = step && tabs[(at + step + tabs.length) % tabs.length];
    if (next) {
      event.preventDefault();
      onOpen(next.name);
      list.current?.querySelector<HTMLElement>(`[data-tab="${next.name}"]`)?.focus();
    }
  };
  if (tabs.length < 2) {
    return <div class="tab-body">{children}</div>;
  }
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
        {tabs.map(({ name, title }) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            data-tab={name}
            aria-selected={name === open}
            aria-controls={`${id}-body`}
            tabIndex={name === open ? 0 : -1}
            onClick={() => onOpen(name)}
          >
            {title}
          </button>
        ))}
      </div>
      <div class="tab-body" role="tabpanel" id={`${id}-body`} aria-labelledby={`${id}-${open}`}>
        {children}
      </div>
    </>
  );
}
