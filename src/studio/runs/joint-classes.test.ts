import { expect, it } from 'vitest';
import { className, jointClasses } from './joint-classes.ts';
import { testRecipe } from './testing.ts';

it('the classes of all tasks are named by task, and by name where the images know one', () => {
  const labels = [
    { label: 0, name: 'Trouser', train: 1, test: 1 },
    { label: 1, name: null, train: 1, test: 1 },
  ];
  const classes = jointClasses(testRecipe(), { 'mnist.npz': { labels } });
  expect(classes.map((_, place) => className(classes, place))).toEqual([
    'digits · Trouser',
    'digits · 1',
    'clothes · Trouser',
    'clothes · 1',
  ]);
  expect(className(classes, 4)).toBe('class 4');
  expect(jointClasses(testRecipe(), {}).map(({ name }) => name)).toEqual(['0', '1', '0', '1']);
});
