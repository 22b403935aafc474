import type { KeyboardEvent } from 'react';
import { useRef } from 'react';
import type { Control } from '../text/controls/control.ts';
import { ariaKeys, tooltip } from '../text/controls/control.ts';

interface Props<T extends string> {
  label: string;
  tabs: readonly { id: T; control: Control }[];
  value: T;
  onChange: (tab: T) => void;
}

/** Tabs whose panel has the id `panel-<tab>`. Arrows move from tab to tab. */
export function Tabs<T extends string>({ label, tabs, value, onChange }: Props<T>) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.id === value);
    const next = (at + move + tabs.length) % tabs.length;
    const tab = tabs[next];
    if (!tab) return;
    onChange(tab.id);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          id={`tab-${tab.id}`}
          aria-controls={`panel-${tab.id}`}
          aria-selected={tab.id === value}
          aria-keyshortcuts={ariaKeys(tab.control)}
          title={tooltip(tab.control)}
          tabIndex={tab.id === value ? 0 : -1}
          onClick={() => onChange(tab.id)}
        >
          {tab.control.label}
        </button>
      ))}
    </div>
  );
}
