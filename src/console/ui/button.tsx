import type { ComponentChildren } from 'preact';

export interface ButtonProps {
  children: ComponentChildren;
  tone?: 'plain' | 'primary' | 'danger' | 'quiet';
  type?: 'button' | 'submit';
  /** For a screen reader, where the content is an icon; shown as a tip, too. */
  label?: string;
  isDisabled?: boolean;
  /** For one that switches something on or off. */
  isPressed?: boolean;
  class?: string;
  onClick?: (event: MouseEvent) => void;
}

export function Button({ children, tone = 'plain', type = 'button', label, ...more }: ButtonProps) {
  return (
    <button
      type={type}
      class={`button button-${tone} ${more.class ?? ''}`}
      disabled={more.isDisabled}
      aria-pressed={more.isPressed}
      aria-label={label}
      title={label}
      onClick={more.onClick}
    >
      {children}
    </button>
  );
}
