/** Undo and redo of what the cards edit. */
import { create } from 'zustand';
import { describeEdit } from '../recipe/describe-edit.ts';
import type { Draft } from '../recipe/draft.ts';
import { useRecipe } from './recipe.ts';

interface Entry {
  /** The recipe before the edit, or, undone, after it. */
  draft: Draft;
  /** What was edited, in words. */
  what: string;
}

interface History {
  /** Latest last. */
  past: readonly Entry[];
  /** Undone, the next one last. */
  future: readonly Entry[];
}

export const useHistory = create<History>(() => ({ past: [], future: [] }));

const most = 200;
/** Edits of the same thing that follow one another this fast are one, in milliseconds. */
const pause = 1000;

let silent = 0;
let edited = Number.NEGATIVE_INFINITY;

/** Remembers every edit from now on. */
export const watchEdits = (): (() => void) =>
  useRecipe.subscribe(({ draft }, before) => {
    if (draft !== before.draft && silent === 0) add(before.draft, draft);
  });

function add(before: Draft, after: Draft): void {
  const what = describeEdit(before, after);
  if (what === null) return;
  const now = performance.now();
  const goesOn = now - edited < pause;
  edited = now;
  useHistory.setState(({ past, future }) => {
    const last = past.at(-1);
    if (goesOn && future.length === 0 && last?.what === what) return {};
    return { past: [...past, { draft: before, what }].slice(-most), future: [] };
  });
}

/** Several edits that a person sees as one. */
export function asOneEdit(work: () => void): void {
  const { draft } = useRecipe.getState();
  withoutEntry(work);
  const after = useRecipe.getState().draft;
  if (after !== draft && silent === 0) add(draft, after);
}

/** Edits that follow from one before: they are undone with it. */
export function withoutEntry(work: () => void): void {
  silent++;
  try {
    work();
  } finally {
    silent--;
  }
}

/** Goes back to before the last edit. Answers the recipe that was left; null when there is nothing to undo. */
export const undoEdit = (): Draft | null => travel('past', 'future');
export const redoEdit = (): Draft | null => travel('future', 'past');

function travel(from: keyof History, to: keyof History): Draft | null {
  const history = useHistory.getState();
  const entry = history[from].at(-1);
  if (!entry) return null;
  const { draft: left } = useRecipe.getState();
  withoutEntry(() => useRecipe.setState({ draft: entry.draft }));
  edited = Number.NEGATIVE_INFINITY;
  const back = { draft: left, what: entry.what };
  useHistory.setState({ [from]: history[from].slice(0, -1), [to]: [...history[to], back] });
  return left;
}
