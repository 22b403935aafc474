import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { emptyDraft } from '../recipe/draft.ts';
import { asOneEdit, redoEdit, undoEdit, useHistory, watchEdits, withoutEntry } from './history.ts';
import { editBaseline, editDraft, editFsMerge, editSource, useRecipe } from './recipe.ts';

const source = { file: 'a', name: 'a', facts: {}, texts: null, images: null, colour: 0, imagesByHand: false };
const draft = () => useRecipe.getState().draft;
const undone = () => useHistory.getState().past.map(({ what }) => what);

let stop = () => {};
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  useRecipe.setState({ draft: { ...emptyDraft, sources: [source] } });
  useHistory.setState({ past: [], future: [] });
  stop = watchEdits();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

describe('undo and redo', () => {
  it('goes back and forth, and names what it does', () => {
    editFsMerge({ rank: 4 });
    editSource('a', () => ({ name: 'digits' }));
    editDraft(() => ({ sources: [] }));
    expect(undone()).toEqual(['rank', 'name of a', 'remove a']);
    undoEdit();
    expect(draft().sources[0]?.name).toBe('digits');
    undoEdit();
    undoEdit();
    expect(draft().fsMerge.rank).toBe(12);
    expect(undoEdit()).toBeNull();
    expect(useHistory.getState().future.map(({ what }) => what)).toEqual(['remove a', 'name of a', 'rank']);
    redoEdit();
    expect(draft().fsMerge.rank).toBe(4);
    editFsMerge({ rank: 5 });
    expect(redoEdit()).toBeNull();
    undoEdit();
    expect(draft().fsMerge.rank).toBe(4);
  });

  it('takes quick edits of one field as one, but not those after a pause or of another field', () => {
    for (const rank of [3, 4, 5]) editFsMerge({ rank });
    expect(undone()).toEqual(['rank']);
    vi.advanceTimersByTime(1100);
    editFsMerge({ rank: 6 });
    editFsMerge({ epochs: 1 });
    editFsMerge({ epochs: 2 });
    expect(undone()).toEqual(['rank', 'rank', 'epochs']);
    undoEdit();
    undoEdit();
    expect(draft().fsMerge).toMatchObject({ rank: 5, epochs: 100 });
  });

  it('undoes what belongs together at once, and what follows by itself with it', () => {
    asOneEdit(() => {
      editDraft(() => ({ sources: [] }));
      editBaseline('ties', { base: 'a' });
    });
    withoutEntry(() => editFsMerge({ rank: 7 }));
    expect(undone()).toEqual(['remove a']);
    undoEdit();
    expect(draft()).toEqual({ ...emptyDraft, sources: [source] });
    redoEdit();
    expect(draft()).toMatchObject({ sources: [], fsMerge: { rank: 7 }, baselines: { ties: { base: 'a' } } });
  });
});
