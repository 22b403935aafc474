import { describe, expect, it } from 'vitest';
import { defaultBaselines, emptyDraft } from '../recipe/draft.ts';
import { mlpInfo } from '../recipe/testing.ts';
import { testRecipe, testRun } from '../runs/testing.ts';
import { folds, subjectOf } from './subject.ts';

const source = (file: string, colour: number) => ({
  file,
  name: file,
  facts: {},
  images: null,
  texts: null,
  colour,
  imagesByHand: false,
});
const draft = { ...emptyDraft, sources: [source('a', 3), source('b', 1)] };
const files = { a: mlpInfo('a'), b: mlpInfo('b') };

describe('what the picture is of', () => {
  it('is nothing before there are two sources', () => {
    expect(subjectOf(null, emptyDraft, files)).toBeNull();
    expect(subjectOf(null, { ...draft, sources: draft.sources.slice(1) }, files)).toBeNull();
  });

  it('is the recipe before a run, in its colours', () => {
    const subject = subjectOf(null, draft, files);
    expect(subject?.sources.map(({ colour }) => colour)).toEqual([3, 1]);
    expect(subject?.infos).toEqual([files.a, files.b]);
    expect(folds(subject)).toBe(true);
  });

  it('is the run that is shown, in the colours that it started with', () => {
    const run = testRun('r', { colours: [5, 6] });
    const subject = subjectOf(run, draft, files);
    expect(subject?.sources.map(({ name, colour }) => [name, colour])).toEqual([
      ['digits', 5],
      ['clothes', 6],
    ]);
    expect(subject?.infos).toEqual([]);
  });

  it('folds only where there are M and U', () => {
    expect(folds(null)).toBe(false);
    expect(folds(subjectOf(null, { ...draft, method: 'average' }, files))).toBe(false);
    expect(folds(subjectOf(testRun('r', { recipe: testRecipe(defaultBaselines.ties) }), draft, files))).toBe(false);
  });
});
