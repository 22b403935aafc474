import type { KeyboardEvent, ReactNode } from 'react';
import { useEffect, useId, useRef, useState } from 'react';
import { Icon } from './Icon.tsx';

export interface MenuItem<T extends string> {
  value: T;
  label: ReactNode;
  /** A second, quieter line. */
  note?: string;
  disabled?: boolean;
}

interface Props<T extends string> {
  /** What the menu is for. */
  label: string;
  /** What its button shows. */
  button: ReactNode;
  items: readonly MenuItem<T>[];
  /** The item that holds now; leave out for a menu of actions. */
  value?: T | undefined;
  onChoose: (value: T) => void;
  /** Text above the items. */
  intro?: ReactNode;
  className?: string;
}

/** A button that opens a list to choose from. Arrows move, Escape and a click elsewhere close. */
export function Menu<T extends string>({ label, button, items, value, onChoose, intro, className = '' }: Props<T>) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    menuItems(root.current)[0]?.focus();
    const closeOutside = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    window.addEventListener('pointerdown', closeOutside);
    return () => window.removeEventListener('pointerdown', closeOutside);
  }, [open]);

  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') close();
    if (event.key === 'Tab') setOpen(false);
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const all = menuItems(root.current);
    const at = all.indexOf(document.activeElement as HTMLElement);
    all[(at + move + all.length) % all.length]?.focus();
  };

  return (
    <div className={`menu ${className}`} ref={root}>
      <button
        ref={opener}
        type="button"
        className="button quiet"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={id}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && (
        <div className="menu-popup">
          {intro}
          <div role="menu" id={id} aria-label={label} onKeyDown={onKeyDown} tabIndex={-1}>
            {items.map((item) => (
              <button
                key={item.value}
                type="button"
                {...semantics(item.value, value)}
                disabled={item.disabled}
                tabIndex={-1}
                onClick={() => {
                  close();
                  onChoose(item.value);
                }}
              >
                <span className="menu-check">{item.value === value && <Icon name="check" />}</span>
                <span>
                  {item.label}
                  {item.note && <small>{item.note}</small>}
                </span>
              </button>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}

const menuItems = (root: HTMLElement | null): HTMLElement[] => [
  ...(root?.querySelectorAll<HTMLElement>('[role^=menuitem]:not(:disabled)') ?? []),
];

/** An item of a choice says whether it holds; an action does not. */
const semantics = <T extends string>(item: T, value: T | undefined) =>
  value === undefined
    ? ({ role: 'menuitem' } as const)
    : ({ role: 'menuitemradio', 'aria-checked': item === value } as const);
