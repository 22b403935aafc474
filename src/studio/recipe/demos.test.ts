import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recipeSchema } from '../../engine/recipe.ts';

const demo = new URL('../../../public/demo/', import.meta.url);
const read = (file: string) => JSON.parse(readFileSync(new URL(`recipes/${file}`, demo), 'utf8'));

describe.each(readdirSync(new URL('recipes/', demo)))('the demo %s', (file) => {
  const { recipe, files } = read(file);

  it('is a whole recipe: the page fills in no defaults', () => {
    expect(recipeSchema.parse(recipe)).toEqual(recipe);
  });

  it('has every file that it names, under the name that the recipe uses', () => {
    const names = files.map((path: string) => path.split('/').at(-1));
    for (const path of files) expect(existsSync(new URL(path, demo)), path).toBe(true);
    for (const source of recipe.sources)
      expect(names).toEqual(expect.arrayContaining([source.file, source.images.file]));
  });
});
