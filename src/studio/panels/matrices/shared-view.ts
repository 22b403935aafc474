/** What the pictures that stand side by side have in common: the part that is seen, and the entry that is looked at. */
import type { StoreApi } from 'zustand/vanilla';
import { createStore } from 'zustand/vanilla';
import type { Cell } from './cells.ts';
import type { View } from './view.ts';
import { whole } from './view.ts';

interface SharedState {
  view: View;
  /** In the matrix' own order. */
  cell: Cell | null;
}

export type SharedView = StoreApi<SharedState>;

export const sharedView = (): SharedView => createStore<SharedState>(() => ({ view: whole, cell: null }));

/** Leaves the state as it is where the entry is the same, so that nothing is drawn again. */
export function lookAt(shared: SharedView, cell: Cell | null): void {
  const { cell: before } = shared.getState();
  if (before?.row !== cell?.row || before?.column !== cell?.column) shared.setState({ cell });
}
