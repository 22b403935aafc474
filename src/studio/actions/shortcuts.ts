/** What keys do. The help lists exactly these. */
import type { CardId, TabId } from '../stores/ui.ts';
import { showTab, toggleCard, useUi } from '../stores/ui.ts';
import { foldOrPause } from './fold.ts';
import { startOrPause, stepRun } from './runs.ts';
import { redo, undo } from './undo.ts';

interface Shortcut {
  /** "Ctrl Z": with the control or the command key. */
  keys: readonly string[];
  does: string;
  run: (key: string) => void;
}

const cards: Record<string, CardId> = { 1: 'sources', 2: 'images', 3: 'method', 4: 'run' };
const tabs: Record<string, TabId> = { t: 'training', m: 'matrices', c: 'compare', x: 'export' };

export const shortcuts: readonly Shortcut[] = [
  { keys: [' '], does: 'start, pause or resume the run', run: () => void startOrPause() },
  { keys: ['s'], does: 'take one training step', run: () => void stepRun() },
  { keys: ['f'], does: 'fold the SuperNet, pause, unfold', run: foldOrPause },
  { keys: Object.keys(cards), does: 'fold or unfold a card', run: (key) => goToCard(cards[key]) },
  { keys: Object.keys(tabs), does: 'training, matrices, compare, export', run: (key) => goToTab(tabs[key]) },
  {
    keys: ['l'],
    does: 'logarithmic or linear loss',
    run: () => useUi.setState(({ logScale }) => ({ logScale: !logScale })),
  },
  { keys: ['Ctrl Z'], does: 'undo an edit of the recipe', run: () => void undo() },
  { keys: ['Ctrl Shift Z', 'Ctrl Y'], does: 'redo it', run: () => void redo() },
  { keys: ['?'], does: 'this help', run: () => useUi.setState(({ help }) => ({ help: !help })) },
];

function goToCard(card: CardId | undefined): void {
  if (!card) return;
  toggleCard(card);
  document.getElementById(`card-${card}`)?.focus();
}

const goToTab = (tab: TabId | undefined): void => {
  if (tab) showTab(tab);
};

/** Listens from now on. */
export function listenToKeys(): void {
  window.addEventListener('keydown', (event) => {
    if (event.altKey || event.defaultPrevented) return;
    const pressed = pressedKeys(event);
    const shortcut = shortcuts.find(({ keys }) => keys.includes(pressed));
    if (!shortcut || isTaken(event.target, event.key)) return;
    if (document.querySelector('dialog[open]') && event.key !== '?') return;
    event.preventDefault();
    shortcut.run(event.key);
  });
}

const pressedKeys = ({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): string =>
  ctrlKey || metaKey ? `Ctrl ${shiftKey ? 'Shift ' : ''}${key.toUpperCase()}` : key;

/** Whether the key means something where the focus is: text in a field, a press of a button. */
export function isTaken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && ['radio', 'range', 'checkbox'].includes(target.type)) return key === ' ';
  if (target.closest('input, textarea, select, [contenteditable]')) return true;
  return key === ' ' && target.closest('button, summary, a, [role=menu]') !== null;
}
