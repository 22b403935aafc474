/** The recipe that the cards edit, and what the worker says about it. */
import { create } from 'zustand';
import type { FsMergeOptions, OptionsOf, Recipe } from '../../engine/recipe.ts';
import type { RecipeCheck, SourceInfo } from '../../worker/protocol.ts';
import type { BaselineName, Draft, DraftSource } from '../recipe/draft.ts';
import { emptyDraft, toRecipe } from '../recipe/draft.ts';
import { useFiles } from './files.ts';

interface RecipeState {
  draft: Draft;
  /** Null while there are no sources. */
  check: RecipeCheck | null;
  /** Whether `check` is of an earlier draft. */
  checking: boolean;
}

export const useRecipe = create<RecipeState>(() => ({ draft: emptyDraft, check: null, checking: false }));

export function editDraft(change: (draft: Draft) => Partial<Draft>): void {
  useRecipe.setState(({ draft }) => ({ draft: { ...draft, ...change(draft) } }));
}

export function editSource(file: string, change: (source: DraftSource) => Partial<DraftSource>): void {
  editDraft(({ sources }) => ({
    sources: sources.map((source) => (source.file === file ? { ...source, ...change(source) } : source)),
  }));
}

export const editFsMerge = (change: Partial<FsMergeOptions>): void =>
  editDraft(({ fsMerge }) => ({ fsMerge: { ...fsMerge, ...change } }));

export const editBaseline = <Name extends BaselineName>(name: Name, change: Partial<OptionsOf<Name>>): void =>
  editDraft(({ baselines }) => ({ baselines: { ...baselines, [name]: { ...baselines[name], ...change } } }));

/** Moves a source by `by` places; at an end it stays. */
export function moveSource(file: string, by: -1 | 1): void {
  editDraft(({ sources }) => {
    const from = sources.findIndex((source) => source.file === file);
    const other = sources[from + by];
    const moved = sources[from];
    if (!moved || !other) return {};
    return { sources: sources.map((source) => (source === moved ? other : source === other ? moved : source)) };
  });
}

/** Architecture of the first source: decides which options apply. */
export function draftArchitecture(draft: Draft): SourceInfo['architecture'] | null {
  const [first] = draft.sources;
  return first ? (useFiles.getState().sources[first.file]?.architecture ?? null) : null;
}

export function currentRecipe(name = ''): Recipe {
  const { draft } = useRecipe.getState();
  return toRecipe(draft, name, draftArchitecture(draft));
}

/** Files that were not there are: what the last answer said about them was that, and the next one is on its way. */
export const withoutProblemsOf = (files: readonly string[]): void =>
  useRecipe.setState(({ check }) => ({
    check: check && {
      ...check,
      problems: check.problems.filter(({ subject }) => subject === undefined || !files.includes(subject)),
    },
  }));

/** Whether the recipe can run, as far as the last answer tells. */
export const isReady = ({ check }: RecipeState): boolean => check?.cost != null;
