import { beforeEach, describe, expect, it } from 'vitest';
import type { DraftSource } from '../recipe/draft.ts';
import { emptyDraft } from '../recipe/draft.ts';
import { mlpInfo, vitInfo } from '../recipe/testing.ts';
import { addLoaded, useFiles } from './files.ts';
import { currentRecipe, editFsMerge, editSource, isReady, moveSource, useRecipe, withoutProblemsOf } from './recipe.ts';

const source = (file: string): DraftSource => ({
  file,
  name: file,
  facts: {},
  texts: null,
  images: null,
  colour: 0,
  imagesByHand: false,
});
const files = () => useRecipe.getState().draft.sources.map(({ file }) => file);

beforeEach(() => {
  useRecipe.setState({ draft: { ...emptyDraft, sources: ['a', 'b', 'c'].map(source) }, check: null, checking: false });
  useFiles.setState({ sources: {}, images: {} });
});

describe('the recipe of the cards', () => {
  it('moves sources, but not over the ends', () => {
    moveSource('a', 1);
    expect(files()).toEqual(['b', 'a', 'c']);
    moveSource('c', 1);
    moveSource('b', -1);
    expect(files()).toEqual(['b', 'a', 'c']);
  });

  it('edits one source and leaves the others', () => {
    editSource('b', () => ({ name: 'digits' }));
    expect(useRecipe.getState().draft.sources.map(({ name }) => name)).toEqual(['a', 'digits', 'c']);
  });

  it('goes by the architecture of the first source', () => {
    editFsMerge({ scope: 'local' });
    addLoaded({
      sources: [vitInfo('a'), mlpInfo('b')],
      changed: [],
      images: [],
      superNets: [],
      texts: [],
      fingerprints: {},
      namesakes: [],
      waiting: [],
      errors: [],
    });
    expect(currentRecipe('x')).toMatchObject({ name: 'x', method: { scope: 'global' } });
    moveSource('a', 1);
    expect(currentRecipe().method).toMatchObject({ scope: 'local' });
  });

  it('has no problem any more with a file that has come', () => {
    const problem = (subject: string) => ({ kind: 'sources' as const, message: 'm', advice: 'a', subject });
    useRecipe.setState({ check: { problems: [problem('a'), problem('b')], cost: null } });
    withoutProblemsOf(['a', 'c']);
    expect(useRecipe.getState().check?.problems).toEqual([problem('b')]);
    expect(isReady(useRecipe.getState())).toBe(false);
  });

  it('is ready when the worker has found nothing wrong', () => {
    expect(isReady(useRecipe.getState())).toBe(false);
    const problems = [{ kind: 'images' as const, message: 'm', advice: 'a' }];
    expect(isReady({ ...useRecipe.getState(), check: { problems, cost: null } })).toBe(false);
    const memory = { sources: 4, learnable: 16, step: 8, largest: 1 };
    const cost = { steps: 1, learnable: 1, stepMacs: 1, totalMacs: 1, memory };
    expect(isReady({ ...useRecipe.getState(), check: { problems: [], cost } })).toBe(true);
  });
});
