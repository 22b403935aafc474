import { describe, expect, it } from 'vitest';
import { testRecipe } from '../runs/testing.ts';
import { emptyDraft, fromRecipe } from './draft.ts';
import { neededFiles } from './files-of.ts';
import { withFileInstead } from './places.ts';
import { mlpInfo } from './testing.ts';

const draft = {
  ...fromRecipe(testRecipe()),
  baselines: { ...emptyDraft.baselines, ties: { name: 'ties' as const, base: 'base.pt', density: 0.2, scale: 1 } },
};

describe('files that a recipe needs', () => {
  it('are those that it names and that are not loaded', () => {
    const loaded = { sources: { 'digits.pt': mlpInfo('digits.pt') }, images: {}, superNets: {}, texts: {} };
    expect(neededFiles(testRecipe(), loaded)).toEqual([
      { name: 'clothes.pt', role: 'source' },
      { name: 'mnist.npz', role: 'images' },
    ]);
    expect(neededFiles({ sources: [], method: draft.baselines.ties }, loaded)).toEqual([
      { name: 'base.pt', role: 'base' },
    ]);
  });

  it('give way to another file, which keeps their task', () => {
    const [first, second] = draft.sources;
    const more = { ...draft, sources: [...draft.sources, { ...fromRecipe(testRecipe()).sources[0], file: 'new.pt' }] };
    const after = withFileInstead(more as typeof draft, 'digits.pt', 'new.pt');
    expect(after.sources).toEqual([{ ...first, file: 'new.pt' }, second]);
  });

  it('are replaced in every place that names them', () => {
    const images = withFileInstead(draft, 'mnist.npz', 'other.npz').sources.map((source) => source.images?.file);
    expect(images).toEqual(['other.npz', 'other.npz']);
    const after = withFileInstead(draft, 'base.pt', 'digits.pt');
    expect(after.baselines.ties.base).toBe('digits.pt');
    expect(after.sources).toHaveLength(2);
  });
});
