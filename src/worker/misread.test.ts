import { describe, expect, it } from 'vitest';
import { inState, recipe, resultOf, studio } from './testing.ts';

describe('what a model mistakes for what', () => {
  it('agrees with its score, for a run, an ensemble and a source alone', async () => {
    const { api, events, until } = await studio();
    const average = recipe({ name: 'average' });
    await api.run('average', average);
    await until(inState('average', 'done'));
    await api.run('ensemble', recipe({ name: 'ensemble' }));
    await until(inState('ensemble', 'done'));
    // The method of the recipe does not matter to a source.
    const other = recipe({ name: 'ties', base: 'missing.pt' });
    const source = await api.evaluateSource(other, 1);
    const cases = [
      { choice: { run: 'average' }, score: resultOf(events, 'average')?.score },
      { choice: { run: 'ensemble' }, score: resultOf(events, 'ensemble')?.score },
      { choice: { recipe: other, source: 1 }, score: source },
    ];
    for (const { choice, score } of cases) {
      const { size, confusion, pairs, tasks } = await api.misread(choice, 7);
      expect(size).toBe(10);
      for (const [task, { images, misread, pictures, readings }] of tasks.entries()) {
        expect(images).toBe(score?.images[task]);
        expect(1 - misread / images).toBeCloseTo(score?.jointPerTask[task] ?? Number.NaN, 12);
        expect(readings).toHaveLength(Math.min(7, misread));
        expect(pictures.labels).toHaveLength(readings.length);
        expect(pictures.pixels).toHaveLength(readings.length * 28 * 28 * 4);
        for (const [index, { label, predicted }] of readings.entries()) {
          expect(predicted).not.toBe(label);
          expect(Math.floor(label / 5)).toBe(task);
          expect(label - 5 * task).toBe(pictures.labels[index]);
        }
      }
      const [worst] = pairs;
      expect(confusion[(worst?.label ?? 0) * size + (worst?.predicted ?? 0)]).toBe(worst?.images);
      expect(worst?.images).toBe(Math.max(...confusion.filter((_, index) => index % (size + 1) !== 0)));
    }
  });

  it('is refused of a run that has no result', async () => {
    const { api } = await studio();
    await expect(api.misread({ run: 'nothing' }, 7)).rejects.toMatchObject({ kind: 'run' });
  });

  it('tells how well a merge and a source reconstruct every source', async () => {
    const { api, events, until } = await studio();
    await api.run('average', recipe({ name: 'average' }));
    await until(inState('average', 'done'));
    const { reconstruction } = resultOf(events, 'average') ?? { reconstruction: [] };
    expect(reconstruction).toHaveLength(2);
    for (const error of reconstruction) expect(error).toBeGreaterThan(0.1);
    const own = await api.evaluateSource(recipe({ name: 'average' }), 1);
    expect(own.reconstruction[1]).toBe(0);
    expect(own.reconstruction[0]).toBeGreaterThan(0.1);
    await api.run('ensemble', recipe({ name: 'ensemble' }));
    await until(inState('ensemble', 'done'));
    expect(resultOf(events, 'ensemble')?.reconstruction).toEqual([]);
  });
});
