/** What keys do: the keys themselves, and what the help says of them, are those of the controls. */

import type { CardId, TabId } from '../stores/ui.ts';
import { showTab, toggleCard, useUi } from '../stores/ui.ts';
import type { Control } from '../text/controls/control.ts';
import { barControls, cardControls, pictureControls, runControls, tabControls } from '../text/controls/page.ts';
import { exportControls, trainingTabControls } from '../text/controls/stage.ts';
import { foldOrPause } from './fold.ts';
import { startOrPause, stepRun } from './runs.ts';
import { redo, undo } from './undo.ts';

interface Shortcut {
  control: Control;
  run: () => void;
}

const tabs: readonly TabId[] = ['training', 'matrices', 'compare', 'export'];
const cards: readonly CardId[] = ['sources', 'images', 'method', 'run'];

/** In the order of the help. */
export const shortcuts: readonly Shortcut[] = [
  { control: runControls.start, run: () => void startOrPause() },
  { control: runControls.step, run: () => void stepRun() },
  { control: pictureControls.fold, run: foldOrPause },
  { control: exportControls.download, run: goToDownload },
  ...cards.map((card) => ({ control: cardControls[card], run: () => goToCard(card) })),
  ...tabs.map((tab) => ({ control: tabControls[tab], run: () => showTab(tab) })),
  { control: trainingTabControls.logScale, run: () => useUi.setState(({ logScale }) => ({ logScale: !logScale })) },
  { control: barControls.undo, run: () => void undo() },
  { control: barControls.redo, run: () => void redo() },
  { control: barControls.help, run: () => useUi.setState(({ help }) => ({ help: !help })) },
];

function goToCard(card: CardId): void {
  toggleCard(card);
  document.getElementById(`card-${card}`)?.focus();
}

/** A download is begun by the button that has the focus then, not by a key that was touched. */
function goToDownload(): void {
  showTab('export');
  useUi.setState({ toDownload: true });
}

/** Listens from now on. */
export function listenToKeys(): void {
  window.addEventListener('keydown', (event) => {
    if (event.altKey || event.defaultPrevented) return;
    const pressed = pressedKeys(event);
    const shortcut = shortcuts.find(({ control }) => control.keys?.includes(pressed));
    if (!shortcut || isTaken(event.target, event.key)) return;
    if (document.querySelector('dialog[open]') && event.key !== '?') return;
    event.preventDefault();
    shortcut.run();
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
