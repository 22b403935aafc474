/** Parts of the page that lessons point at, and actions that several of them offer. */
import { startRun } from '../actions/runs.ts';
import { showPicture } from '../stores/fold.ts';
import type { CardId, TabId } from '../stores/ui.ts';
import { openCards, showTab, useUi } from '../stores/ui.ts';
import { busy } from './facts.ts';
import { press } from './hands.ts';
import type { Step } from './lesson.ts';

export const places = {
  sources: '[data-testid=card-sources]',
  images: '[data-testid=card-images]',
  start: '[data-testid=card-run] .primary',
  starts: '[data-testid=card-method] .choice[data-look=pictures]',
  picture: '[data-testid=supernet]',
  fold: '[data-testid=fold-controls]',
  scrubber: '[data-testid=fold-controls] input',
  loss: '.loss-panel',
  accuracy: '.accuracy-panel',
  heatmap: '[data-testid=heatmap]',
  facts: '[data-testid=matrix-facts]',
  time: '.time-slider input',
  sort: '.matrix-tools > button',
  beside: '.compare-with',
  columns: '.matrix-columns',
  baselines: '[data-testid=run-baselines]',
  growth: '[data-testid=growth]',
  grow: '[data-testid=growth] header button',
  theory: '[data-testid=theory-section]',
  check: '[data-testid=theory-section] button',
  exporting: '[data-testid=export]',
  exported: '[data-testid=export-report]',
} as const;

export const row = (kind: string): string => `[data-testid=compare-${kind}]`;
export const bar = (matrix: string): string => `.hits [data-bar="${matrix}"]`;
export const tabButton = (tab: TabId): string => `#tab-${tab}`;

export const unfold = (card: CardId) => (): void => openCards({ [card]: true });
export const tab = (wanted: TabId) => (): void => showTab(wanted);
export const picture = (): void => showPicture(true);

/** Asks for a tab. */
export const openTab = (wanted: TabId, text: string): Step => ({
  target: tabButton(wanted),
  text: () => text,
  until: () => useUi.getState().tab === wanted,
  doIt: () => () => press(tabButton(wanted)),
});

/** Starts the recipe of the cards, once nothing else is under way. */
export const start = (): (() => unknown) | null => (busy() ? null : () => startRun());

export const whenFree = (action: () => unknown) => (): (() => unknown) | null => (busy() ? null : action);
